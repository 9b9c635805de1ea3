import subprocess
import sys
from functools import reduce
from operator import getitem
from pathlib import Path

import pytest
import yaml

from gmn import params
from gmn.errors import UserError
from gmn.mese.settings import SceneSettings
from gmn.params import Settings
from gmn.roster import NAMES

GONE = object()
TRAINED_ALIKE = {f"networks.{name}.train" for name in NAMES if name != "apoe_map"}  # which has a rate of its own


def load(tmp_path, changes: dict[str, object] | None = None) -> Settings:
    """The repository's settings, with keys changed, added or taken away."""
    settings = yaml.safe_load(Path("params.yaml").read_text()) | {"scale": "laptop"}  # also in a copy at another
    for key, value in (changes or {}).items():
        *parents, last = key.split(".")
        home = reduce(getitem, parents, settings)
        if value is GONE:
            del home[last]
        else:
            home[last] = value
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(settings))
    return Settings.load(path)


@pytest.mark.parametrize("scale", ["smoke", "laptop", "long", "gpu", "paper"])
def test_every_scale_is_valid_and_builds_every_network(tmp_path, scale):
    settings = load(tmp_path, {"scale": scale})
    for m in (2, 5, 8, 14):
        assert settings.model_config_for("apoe", m).modalities == m


def test_a_key_changes_what_it_says():
    """Scales are based on one another by `base` alone, not by what YAML has for it: dvc exp run -S would not see it."""
    assert not any(isinstance(e, yaml.AliasEvent) for e in yaml.parse(Path("params.yaml").read_text()))


def test_paper_scale_has_the_papers_numbers(tmp_path):
    settings = load(tmp_path, {"scale": "paper"})
    config = settings.model_config_for("apoe", 2)
    assert (config.representation, config.state, config.latent, config.steps) == (256, 64, 3, 12)
    assert (config.decoder, config.kernel, dict(config.std)) == (32, 5, {"vision": 1.0, "haptics": 1.0})
    assert (config.prior, config.pooling, config.geometry, config.global_latent) == ("separate", "sum", "map", 0)
    train = settings.now.train
    assert (train.batch_size, train.learning_rate, train.clip, train.schedule) == (12, 1e-4, 0.25, "constant")
    assert (settings.now.density.samples, settings.now.classification.samples) == (5, 50)


@pytest.mark.parametrize(
    "key, value, reaches",
    [
        ("train.learning_rate", 0.003, TRAINED_ALIKE),
        ("networks.apoe_map.train.curriculum.lessons", [], {"networks.apoe_map.train"}),
        ("simulate.sets.test.scenes", 300, {"simulate.sets.test"}),
        ("simulate.shard_scenes", 25, {"simulate.shard_scenes"}),
        ("refined.steps", 7, {"refined"}),
    ],
)
def test_a_setting_reaches_its_line_and_no_other(tmp_path, key, value, reaches):
    """Of what stages depend on: a line a section."""
    changed = {f"scales.laptop.{key}": value}
    before, after = (_flat(load(tmp_path, changes).described()["now"]) for changes in (None, changed))
    assert {name for name, line in after.items() if line != before[name]} == reaches


def _flat(tree: dict, above: str = "") -> dict:
    parts = [
        _flat(value, f"{above}{key}.") if isinstance(value, dict) else {f"{above}{key}": value}
        for key, value in tree.items()
    ]
    return {key: value for part in parts for key, value in part.items()}


def test_scenes_of_a_set_are_made_of_the_scales_world(tmp_path):
    settings = load(tmp_path)
    assert settings.scene_settings("test6") == SceneSettings(name="test6", cubes=6, image_size=32, crop_size=32)
    assert settings.scene_settings("heldout").shapes == "held-out"


LAPTOP = "scales.laptop."
EITHER = " or ".join(", ".join(map(repr, NAMES)).rsplit(", ", 1))


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"scale": "labtop"}, "scale: got 'labtop'.*did you mean 'laptop'"),
        ({"seeds": [0, 1, 0]}, "seeds: got \\[0, 1, 0\\].*must not repeat"),
        ({"seeds": []}, "seeds: got \\[\\]"),
        ({"regimes": ["m8-1"]}, "regimes.0: got 'm8-1'.*use mM-A-B"),
        ({"regimes": ["m8-1-2", "m8-9-9"]}, "regimes.1: got 'm8-9-9'.*use mM-A-B"),
        ({"regimes": ["m8-01-02"]}, "regimes.0: got 'm8-01-02'"),
        ({"regimes": ["m5-0-2"]}, "regimes.0: got 'm5-0-2'"),
        ({"regimes": ["m8-8-8"]}, "regimes.0: got 'm8-8-8'.*A < M"),
        (
            {"reading": "released", "regimes": ["m8-1-2", "m8-1-2-released"]},
            "regimes: got m8-1-2-released; .*leave these out",
        ),
        (
            {LAPTOP + "simulate.world.crop_size": 40, LAPTOP + "model.stride": 8},
            "modality red-left: 40 x 20 pixels, not divisible by the stride 8",
        ),
        ({LAPTOP + "model.cells": 1}, "model.cells: got 1; must be greater"),
        ({LAPTOP + "model.pooling": "max"}, "model.pooling: got 'max'; must be 'sum'"),
        ({"model": "apeo"}, f"model: got 'apeo'; must be {EITHER}"),
        ({"seed": GONE, "sead": 0}, "sead: unknown key; did you mean 'seed'"),
        (
            {LAPTOP + "simulate.sets.train.scenes": 0},
            "scales.laptop.simulate.sets.train.scenes: got 0; must be greater",
        ),
        (
            {LAPTOP + "simulate.sets.test.cubes": 3},
            "simulate.sets.test.cubes: got 3; must be greater than or equal to 4",
        ),
        (
            {LAPTOP + "simulate.world.image_size": 30},
            "scales.laptop.model: modality vision: 30 x 30 pixels, not divisible by .*; use multiples of it, of 8",
        ),
        ({LAPTOP + "train.learning_rate": "fast"}, "learning_rate: got 'fast'; must be a valid number"),
        (
            {LAPTOP + "simulate.world.lightning": "fixed"},
            "lightning: unknown key; did you mean 'lighting'",
        ),
        (
            {LAPTOP + "train.batch_size": GONE, LAPTOP + "train.batchsize": 16},
            "batchsize: unknown key; did you mean 'batch_size'",
        ),
        ({LAPTOP + "train.batch_size": GONE}, "scales.laptop.train.batch_size: missing"),
        (
            {LAPTOP + "train.curriculum.kl_rise": GONE, LAPTOP + "train.curriculum.kl_rice": [0, 1]},
            "did you mean 'kl_rise'",
        ),
        (
            {LAPTOP + "train.curriculum.lessons": [{"share": 0.5, "views": 1}] * 2},
            "curriculum.lessons: got .*shares add up to 1; leave a part of 1",
        ),
        (
            {LAPTOP + "train.curriculum.lessons": [{"share": 0}]},
            "curriculum.lessons.0.share: got 0; must be greater than 0",
        ),
        (
            {LAPTOP + "train.curriculum.kl_rise": [0.8, 0.2]},
            r"curriculum.kl_rise: got \[0.8, 0.2\]; .*write the smaller one first",
        ),
        ({LAPTOP + "train.curriculum.kl_rise": [0.0, 1e-320]}, "write the smaller one first, 0.001 apart"),
        ({LAPTOP + "model.std.vison": 0.1}, "'vison' is no modality; did you mean 'vision'"),
        ({LAPTOP + "model.std.haptics-1": float("inf")}, "std.haptics-1: got inf"),
        ({LAPTOP + "model.std.vision": 1e-300}, "std.vision: got 1e-300; must be greater than or equal to 0.001"),
        ({LAPTOP + "simulate.world.image_noise": float("inf")}, "image_noise: got inf; must be a finite number"),
        ({LAPTOP + "train.learning_rate": float("inf")}, "learning_rate: got inf; must be a finite number"),
        ({LAPTOP + "train.clip": float("nan")}, "clip: got nan"),
        ({LAPTOP + "simulate.world.views": 16}, "world.views: unknown key"),
        ({LAPTOP + "simulate.world.image_size": 151}, "image_size: got 151; must be less than or equal to 150"),
        (
            {LAPTOP + "train.validation_scenes": 10**9},
            "train.validation_scenes: got 1000000000; there are 200 scenes of val",
        ),
        ({LAPTOP + "train.validation_scenes": 10**30}, "validation_scenes: got 10*; must be less"),
        ({LAPTOP + "train_missing.rendered": 100}, "train_missing.rendered: got 100; there are 15 views: lower it"),
        ({LAPTOP + "train.batch_size": 6001}, "train.batch_size: got 6001; there are 6000 scenes of train"),
        (
            {"scales.smoke.train.curriculum.lessons": [{"share": 0.1, "views": 16}]},
            "lessons.0.views: got 16; there are 15 views",
        ),
        (
            {LAPTOP + "simulate.sets.train": {"scenes": 9, "cubes": 3, "shapes": "kept"}},
            "sets.train: shapes: got 'kept'",
        ),
        (
            {LAPTOP + "simulate.sets.train.shapes": "held-out"},
            "train.shapes: got 'held-out'; .*m2-heldout would have no",
        ),
        ({LAPTOP + "simulate.sets.heldout.shapes": "all"}, "heldout.shapes: got 'all'; use 'held-out'"),
        ({LAPTOP + "simulate.sets.heldout.cubes": 6}, "heldout.cubes: got 6; use 5: as those of train"),
        ({LAPTOP + "simulate.sets.test4.cubes": 6}, "test4.cubes: got 6; use 4: its name says so"),
        ({LAPTOP + "simulate.sets.test6.cubes": 4}, "test6.cubes: got 4; use 6: its name says so"),
        ({LAPTOP + "density.most_samples": 1}, "density: most_samples: got 1, fewer than the 4 samples"),
        ({LAPTOP + "train.warmup": 4001}, "train: warmup: got 4001, more than the 4000 iterations"),
        ({LAPTOP + "train.contexts": {"alone": 0.6, "few": 0.6, "crossed": 0.6}}, "contexts: shares add up to 1.8"),
        (
            {LAPTOP + "train.curriculum.lessons": [{"share": 1e-12, "views": 1}]},
            "lessons.0.share: got 1e-12, less than one of 4000 iterations",
        ),
        ({LAPTOP + "train.curriculum.lessons": [{"share": 0.5}]}, "lessons.0: a lesson is easier in something"),
        ({LAPTOP + "train.learning_rate": 1e9}, "train.learning_rate: got 1000000000.0; must be less"),
        ({LAPTOP + "model.kernel": True}, "model.kernel: got True; must be a whole number"),
        ({LAPTOP + "model.stride": 4.0}, "model.stride: got 4.0; must be a whole number"),
        ({LAPTOP + "model.kernel": 4}, "model.kernel: got 4; must be 1, 3, 5 or 7"),
        ({LAPTOP + "model.representation": 10**6}, "representation: got 1000000; must be less"),
        ({LAPTOP + "model.steps": 10**6}, "steps: got 1000000; must be less"),
        ({LAPTOP + "simulate.world.image_noise": 2.0}, "image_noise: got 2.0; must be less"),
        ({"workers": 1000000}, "workers: got 1000000; must be less"),
        ({"threads": 1000000}, "threads: got 1000000; must be less"),
        ({"cluster": ""}, "cluster: got ''"),
        ({"cluster": "yes"}, "cluster: got 'yes'"),
        ({LAPTOP + "album.scenes": 201}, "album.scenes: got 201; there are 200 scenes of test"),
        ({LAPTOP + "shape.scenes": 201}, "shape.scenes: got 201; there are 200 scenes of test"),
        (
            {LAPTOP + "classification.scenes": 220},
            "classification.scenes: got 220; there are 200 scenes of test4 and test6",
        ),
        ({LAPTOP + "classification.scenes": 30}, "classification.scenes: got 30; must be a multiple of 20"),
        ({"seed": -1}, "seed: got -1"),
        ({"seeds": [2**63]}, "seeds.0: got 9223372036854775808"),
        ({"scales": None}, "scales: got None"),
        ({LAPTOP + "train.symmetries": 1}, "symmetries: got 1; must be a valid boolean"),
    ],
)
def test_a_mistake_is_named_with_its_value_and_remedy(tmp_path, changes, message):
    with pytest.raises(UserError, match=message):
        load(tmp_path, changes)


def test_all_mistakes_are_shown_at_once(tmp_path):
    with pytest.raises(UserError) as error:
        load(tmp_path, {"reading": "papers", "scales.smoke.simulate.sets.train.scenes": -1, "seed": "x"})
    assert len(str(error.value).splitlines()) == 3


def test_no_file_and_no_yaml(tmp_path):
    with pytest.raises(UserError, match="not found"):
        Settings.load(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_text("scale: [")
    with pytest.raises(UserError, match="not YAML"):
        Settings.load(tmp_path / "bad.yaml")


@pytest.mark.parametrize(
    "content, message",
    [
        ("seed: caf\u00e9".encode("latin-1"), "not UTF-8 text .*save it as UTF-8"),
        ("seed: 0".encode("utf-16"), "not UTF-8 text"),
        (bytes(range(256)), "not UTF-8 text|not YAML"),
        (b"\x00\x01", "not YAML"),
        (b"", r"\(the whole file\): got None"),
        (b"- 1", r"\(the whole file\): got \[1\]"),
        (b"seed: " + b"9" * 5000, "not YAML: "),
        (b"seed: 0x" + b"f" * 5000, "seed: got a huge int"),
        (b"seed: !!int x", "not YAML: "),
        (b"seed: !!python/object:os.system {}", "not YAML: "),
        (b"seed: " + b"[" * 1000 + b"]" * 1000, "nested too deeply|seed: got "),
        (b"seed: " + b"{a: " * 1000 + b"}" * 1000, "nested too deeply|seed: got "),
        (b"a: &a [*a]", "unknown key|not YAML"),
        (b"seed: 0\nseed: 1", "not YAML: .*duplicate key"),
        (b"seed: 1e400", "seed: got inf"),
        (b"seed: 2026-11-28", "seed: got datetime"),
        (b"\tseed: 0", "not YAML: "),
    ],
)
def test_a_file_that_is_no_settings_is_named(tmp_path, content, message):
    path = tmp_path / "params.yaml"
    path.write_bytes(content)
    with pytest.raises(UserError, match=message) as error:
        Settings.load(path)
    assert all(line.startswith(str(path)) and len(line) < 500 for line in str(error.value).splitlines())


def test_a_folder_in_place_of_the_file(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        Settings.load(tmp_path)


LARGE = [
    ({"cells": 64}, {}, "model, train.batch_size"),
    ({"representation": 4096, "cells": 16}, {}, "model, train.batch_size"),
    ({}, {"simulate.shard_scenes": 10**8, "simulate.sets.train.scenes": 10**8}, "simulate.shard_scenes"),
    ({}, {"classification.samples": 10**9}, "classification.samples"),
    ({}, {"album.samples": 10**9}, "album.samples"),
]


@pytest.mark.parametrize(("model", "others", "key"), LARGE, ids=[key for _, _, key in LARGE])
def test_what_this_machine_cannot_hold_is_named(tmp_path, monkeypatch, model, others, key):
    monkeypatch.setattr(params, "memory", lambda: 16 * 2**30)
    changes = {f"{LAPTOP}model.{name}": value for name, value in model.items()}
    changes |= {LAPTOP + name: value for name, value in others.items()}
    with pytest.raises(UserError, match=rf"scales.laptop.{key}: [0-9.e+]+ GiB at least, this machine has 16: lower it"):
        load(tmp_path, changes)
    load(tmp_path, changes | {"scale": "smoke"})  # another machine may hold it


def test_settings_are_read_without_pytorch():
    """Every stage reads them; PyTorch alone takes seconds to import."""
    script = "import sys, gmn.params, stages.check; sys.exit('torch' in sys.modules)"
    assert subprocess.run((sys.executable, "-c", script)).returncode == 0
