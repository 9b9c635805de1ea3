"""Training goes on from a kill in the same bits, learns, and says why it stops."""

import dataclasses

import numpy as np
import pytest
import torch

from gmn.data.regime import Regime
from gmn.data.settings import Contexts
from gmn.errors import UserError
from gmn.models.weights import load_tensors, load_weights, save_tensors, save_weights
from gmn.progress import Progress, silent
from gmn.training import checkpoint
from gmn.training.checkpoint import Checkpoints
from gmn.training.loop import Run, described, phases_of, schedule, train, weights
from gmn.training.settings import Train
from tests.conftest import GEOMETRIES, reader_for, tiny_config, tiny_model

SETTINGS = Train(
    iterations=12, batch_size=3, curriculum=None, learning_rate=0.005,
    initialisation="scaled", warmup=2, schedule="cosine", clip=1e5,
    contexts=Contexts(alone=0.25, crossed=0.25), rendered=4, symmetries=True,
    haptic_scale="robust", precision="float32", evaluate_every=4, validation_scenes=4,
)  # fmt: skip


SHOWN = ("train", "val_missing", "val_full")


@pytest.fixture(scope="module", params=GEOMETRIES.values(), ids=GEOMETRIES)
def run(request, scenes) -> Run:
    return run_of(scenes, tiny_config("apoe", 2, **request.param))


@pytest.fixture(scope="module")
def flat(scenes) -> Run:
    """Of the map alone."""
    return run_of(scenes, tiny_config("apoe", 2))


def run_of(scenes, config) -> Run:
    reader = reader_for(scenes, tiny_model("apoe", 2))
    return Run(
        config=config,
        settings=SETTINGS,
        regime=Regime.parse("m2"),
        seed=0,
        train=reader,
        val=reader,
        shown={name: np.ones((7, 2), bool) for name in SHOWN},
        device=torch.device("cpu"),
    )


def same(a: torch.nn.Module, b: torch.nn.Module) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))


class Killed(Exception):
    pass


class Watched(Progress):
    """Silent; notes what was skipped, and kills the run after some iterations."""

    def __init__(self, left: int | None = None):
        super().__init__("", 0, "", silent=True)
        self.left, self.skipped = left, 0

    def skip(self, count: int) -> None:
        self.skipped += count

    def advance(self, count: int, **values: float) -> None:
        if self.left is not None:
            self.left -= count
            if self.left == 0:
                raise Killed


@pytest.fixture(scope="module")
def finished(run, tmp_path_factory):
    checkpoints = Checkpoints(tmp_path_factory.mktemp("whole"))
    return *train(run, checkpoints), checkpoints


def test_progress_is_shown_unless_silent(run, finished, capsys):
    train(run, finished[2])
    count = run.settings.iterations
    assert f"train {run.config.network}: {count}/{count} it" in capsys.readouterr().err
    train(run, finished[2], silent())
    assert capsys.readouterr().err == ""


def test_a_killed_run_ends_in_the_same_bits(run, finished, tmp_path):
    with pytest.raises(Killed):
        train(run, Checkpoints(tmp_path / "c"), Watched(10))
    watched = Watched()
    model, rows = train(run, Checkpoints(tmp_path / "c"), watched)
    assert watched.skipped == 8
    assert same(model, finished[0]) and rows == finished[1]


def test_a_run_killed_among_easy_batches_ends_in_the_same_bits(run, tmp_path):
    lessons = [{"share": 0.25, "first": 2}, {"share": 0.25, "views": 2, "scenes": 5}]
    curriculum = {"lessons": lessons, "kl_start": 0.1, "kl_rise": [0.25, 0.75]}
    changes = {"curriculum": curriculum, "imagined": {"share": 0.5, "start": 0.5}, "optimizer": "muon"}
    easy = dataclasses.replace(run, settings=Train.model_validate(SETTINGS.model_dump() | changes))
    whole, rows = train(easy, Checkpoints(tmp_path / "whole"))
    with pytest.raises(Killed):
        train(easy, Checkpoints(tmp_path / "c"), Watched(5))
    model, again = train(easy, Checkpoints(tmp_path / "c"))
    assert same(model, whole) and rows == again
    assert [row["scenes"] for row in rows] == [3 * 3 + 5, 3 * 3 + 3 * 5 + 2 * 3, 3 * 3 + 3 * 5 + 6 * 3]
    assert [row["lesson"] for row in rows] == [0, 1, 2]
    assert phases_of(easy).all == [(3, 15, 3, 2), (6, 2, 5, None), (None, 15, 3, None)]
    of_kl, imagined = zip(*(weights(k, easy.settings) for k in (0, 3, 6, 9, 11)), strict=True)
    assert of_kl == pytest.approx((0.1, 0.1, 0.55, 1, 1)) and imagined == (0, 0, 0.5, 0.5, 0.5)
    assert weights(0, run.settings) == (1, 0)


def test_a_truncated_checkpoint_falls_back_to_the_one_before(run, finished, tmp_path, capsys):
    checkpoints = Checkpoints(tmp_path / "c")
    with pytest.raises(Killed):
        train(run, checkpoints, Watched(10))
    newest = checkpoints.newest()
    newest.write_bytes(newest.read_bytes()[:1000])
    watched = Watched()
    model, _ = train(run, Checkpoints(tmp_path / "c"), watched)
    assert watched.skipped == 4 and same(model, finished[0])
    assert "damaged" in capsys.readouterr().out


def test_a_checkpoint_in_parts_is_the_same(run, finished, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(checkpoint, "LARGEST", 20_000)
    with pytest.raises(Killed):
        train(run, Checkpoints(tmp_path / "c"), Watched(10))
    files = sorted(path.name for path in (tmp_path / "c").iterdir())
    assert sum(name.startswith("step-00000008.") for name in files) > 3
    assert len({name.split(".")[0] for name in files}) == 2
    last = sorted((tmp_path / "c").glob("step-00000008.part-*"))[-1]
    last.unlink()  # as if it was lost on the way: the checkpoint before is used
    watched = Watched()
    model, rows = train(run, Checkpoints(tmp_path / "c"), watched)
    assert watched.skipped == 4 and "not found; the one before is used" in capsys.readouterr().out
    assert same(model, finished[0]) and rows == finished[1]


def test_the_loss_falls(run, finished):
    rows = finished[1]
    assert [row["iteration"] for row in rows] == [4, 8, 12]
    assert rows[-1]["train"] < rows[0]["train"]
    assert rows[-1]["val_full"] < rows[0]["val_full"]
    assert {"kl_1", f"kl_{run.config.steps}", "nll_vision", "nll_haptics"} < set(rows[0])


@pytest.mark.parametrize("low, key", [(2, "train"), (1, "train_missing")])
def test_divergence_names_the_step_and_the_remedy(run, tmp_path, low, key):
    wild = SETTINGS.model_copy(update={"learning_rate": 1e30})
    lost = dataclasses.replace(run, settings=wild, regime=dataclasses.replace(run.regime, low=low))
    with pytest.raises(UserError, match=rf"diverged at iteration [0-9]+: not finite: .*lower {key}\.learning_rate"):
        train(lost, Checkpoints(tmp_path))


def test_schedule():
    hundred = SETTINGS.model_copy(update={"iterations": 100})
    assert schedule(0, hundred) == pytest.approx(1 / 3)
    assert schedule(50, hundred) == pytest.approx(0.5)
    assert schedule(99, hundred) < 0.001
    assert schedule(99, hundred.model_copy(update={"schedule": "constant"})) == 1


def test_weights_come_back_and_repeat_their_bytes(finished, run, tmp_path):
    model, scale = finished[0], run.train.scales["haptics"]
    for name in ("a", "b"):
        save_weights(tmp_path / name, model)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    loaded = load_weights(tmp_path / "a", run.config)
    assert same(loaded, model)
    np.testing.assert_array_equal(loaded.scales["haptics"].high, scale.high)


def test_weights_of_another_configuration_are_refused(finished, run, tmp_path):
    save_weights(tmp_path / "w", finished[0])
    with pytest.raises(UserError, match="network is 'apoe', wanted 'poe'"):
        load_weights(tmp_path / "w", tiny_config("poe", 2))
    (tmp_path / "w").write_bytes((tmp_path / "w").read_bytes()[:500])
    with pytest.raises(UserError, match="damaged"):
        load_weights(tmp_path / "w")
    with pytest.raises(UserError, match="not found"):
        load_weights(tmp_path / "none")


OTHERS = {
    "another seed": ({"seed": 3}, "seed is 0, wanted 3"),
    "another rate": (
        {"settings": SETTINGS.model_copy(update={"learning_rate": 0.01})},
        "settings.learning_rate is 0.005",
    ),
    "fewer iterations": ({"settings": SETTINGS.model_copy(update={"iterations": 8})}, "settings.iterations is 12"),
    "another network": ({"config": tiny_config("poe", 2)}, "config.network is 'apoe', wanted 'poe'"),
    "another width": ({"config": tiny_config("apoe", 2, state=7)}, "config.state is 5, wanted 7"),
    "another std": (
        {"config": tiny_config("apoe", 2, std={"vision": 0.3, "haptics": 0.4})},
        "config.std.haptics is 0.5, wanted 0.4",
    ),
    "other scenes shown": ({"shown": {name: np.eye(2, dtype=bool)[[0] * 7] for name in SHOWN}}, "shown is"),
}


@pytest.fixture(scope="module")
def begun(flat, tmp_path_factory):
    """The checkpoints of a run that was killed."""
    folder = tmp_path_factory.mktemp("begun")
    with pytest.raises(Killed):
        train(flat, Checkpoints(folder), Watched(5))
    return folder


@pytest.mark.parametrize(("changes", "message"), OTHERS.values(), ids=OTHERS)
def test_a_checkpoint_of_another_run_is_refused(flat, begun, changes, message):
    with pytest.raises(UserError, match=f"step-00000004.*: of another run: .*{message}.*; use another folder"):
        train(dataclasses.replace(flat, **changes), Checkpoints(begun))


def test_a_regime_of_another_number_of_modalities_is_refused(run):
    with pytest.raises(UserError, match="regime m3: is of 3 modalities, config of 2; give both the same"):
        dataclasses.replace(run, regime=Regime("m3", modalities=3, low=3, high=3))


class Own:
    """Scenes of somebody's own reader."""

    def __init__(self, reader, brighter: float):
        self.reader, self.brighter = reader, brighter
        self.views, self.scales = reader.views, reader.scales

    def __len__(self) -> int:
        return len(self.reader)

    def read(self, indices, variant=None):
        episodes = self.reader.read(indices, variant)
        return dataclasses.replace(episodes, senses=[sense * self.brighter for sense in episodes.senses])


def test_other_data_are_another_run(flat):
    digests = [described(Own(flat.train, brighter)) for brighter in (1.0, 1.0, 0.9)]
    assert digests[0] == digests[1] != digests[2]
    assert digests[0] | {"digest": ""} == described(flat.train) | {"digest": ""}


def test_a_checkpoint_that_does_not_know_its_run_is_refused(flat, begun, tmp_path):
    path = Checkpoints(begun).newest()
    tensors, about = load_tensors(path, "")
    save_tensors(tmp_path / path.name, tensors, {key: value for key, value in about.items() if key != "run"})
    with pytest.raises(UserError, match="an older version's"):
        train(flat, Checkpoints(tmp_path))
