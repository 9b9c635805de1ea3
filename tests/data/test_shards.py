import json
import pickle
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from copy import deepcopy
from functools import partial
from multiprocessing import get_context

import numpy as np
import pytest

from gmn.data import shards
from gmn.data.shards import MANIFEST, SceneSet, shard_name
from gmn.errors import UserError
from gmn.mese.simulate import simulate, units


@pytest.fixture
def copy(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def described(folder) -> dict:
    return json.loads((folder / MANIFEST).read_text())["settings"]


def test_reading_rows_of_several_shards(scenes, settings):
    made = simulate(settings, range(7))
    for name in ("image", "haptics", "walk"):
        np.testing.assert_array_equal(scenes.read(name, [6, 0, 3]), made[name][[6, 0, 3]])
        np.testing.assert_array_equal(scenes.read_all(name), made[name])
    assert len(scenes) == 7


def test_manifest_describes_arrays_settings_and_shards(scenes):
    assert scenes.arrays["image"] == {"shape": [15, 16, 16, 3], "dtype": "uint8", "unit": "RGB, 0..255"}
    assert set(scenes.arrays) == set(units())
    assert scenes.manifest["haptics"]["names"][0] == "jointpos_wrist_PRO"
    assert scenes.settings["rotation"] == "none" and scenes.settings["scenes"] == 7
    for shard in scenes.manifest["shards"]:
        assert (scenes.folder / shard["file"]).stat().st_size == shard["bytes"]


def test_an_object_is_read_as_it_was_drawn(scenes):
    thing = scenes.object(2)
    np.testing.assert_array_equal(thing.walk, scenes.read("walk", [2])[0])
    np.testing.assert_array_equal(thing.spot, [0, 0, 1.5])


def truncated(folder):
    path = folder / shard_name(1)
    path.write_bytes(path.read_bytes()[:-100])


def altered(folder):
    path = folder / shard_name(1)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def swapped(folder):
    first, second = folder / shard_name(0), folder / shard_name(1)
    a, b = first.read_bytes(), second.read_bytes()
    first.write_bytes(b)
    second.write_bytes(a)


def missing(folder):
    (folder / shard_name(1)).unlink()


def foreign(folder):
    shutil.copy(folder / shard_name(0), folder / shard_name(7))


@pytest.mark.parametrize(
    "damage, message",
    [
        (truncated, "shard-00001.safetensors: shard is truncated: .* bytes.*make the set again"),
        (altered, "shard-00001.safetensors: shard is altered.*make the set again"),
        (swapped, "shard-00000.safetensors: shard is swapped: it holds shard-00001.*make the set again"),
        (missing, "shard-00001.safetensors: shard is missing.*make the set again"),
        (foreign, "shard-00007.safetensors: foreign.*remove it"),
    ],
)
def test_a_damaged_folder_is_named_by_its_first_bad_file(copy, described, damage, message):
    SceneSet(copy).check(described)
    damage(copy)
    with pytest.raises(UserError, match=message):
        SceneSet(copy).check(described)


def test_a_shard_of_another_set_is_refused(copy, described, settings):

    from gmn.files import write_arrays

    write_arrays(copy / shard_name(0), simulate(settings.changed(seed=2), range(3)))
    with pytest.raises(UserError, match="shard-00000.*altered or foreign"):
        SceneSet(copy).check(described)
    with pytest.raises(UserError, match="shard-00000.*altered or foreign"):
        SceneSet(copy).read("haptics", [0])


def test_a_set_of_other_settings_is_refused(copy, described):
    with pytest.raises(UserError, match="seed 1, wanted 2"):
        SceneSet(copy).check(described | {"seed": 2})


@pytest.mark.parametrize("change", [{"haptics": {"p1": 0}}, {"sha256": "0"}, {"settings": None}])
def test_an_edited_manifest_is_refused(copy, change):
    manifest = json.loads((copy / MANIFEST).read_text())
    (copy / MANIFEST).write_text(json.dumps(manifest | change))
    with pytest.raises(UserError, match="manifest.json: altered since it was written; delete .* `dvc repro`"):
        SceneSet(copy)


def test_a_manifest_of_another_format_or_none(copy):
    manifest = json.loads((copy / MANIFEST).read_text())
    (copy / MANIFEST).write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(UserError, match="format is 99, wanted"):
        SceneSet(copy)
    (copy / MANIFEST).write_text("{")
    with pytest.raises(UserError, match="not JSON"):
        SceneSet(copy)
    (copy / MANIFEST).unlink()
    with pytest.raises(UserError, match="not found"):
        SceneSet(copy)


def test_few_shards_are_mapped_at_a_time(folder, monkeypatch):
    monkeypatch.setattr(shards, "MAPPED", 1)
    scenes, whole = SceneSet(folder), SceneSet(folder).read_all("haptics")
    for scene in (0, 6, 1, 5, 0):
        np.testing.assert_array_equal(scenes.read("haptics", [scene])[0], whole[scene])
        assert len(scenes._open) == 1


KILLED_WHILE_WRITING = """
import resource, signal
from pathlib import Path
import numpy as np, torch
from gmn.files import write_arrays
from gmn.models.weights import save_tensors
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
"""


@pytest.mark.parametrize(
    "write",
    [
        "write_arrays(Path('a.safetensors'), {'a': np.zeros(4000)})",
        "save_tensors(Path('a.safetensors'), {'a': torch.zeros(4000)}, {})",
    ],
    ids=["shard", "weights"],
)
def test_a_kill_while_writing_leaves_nothing_that_looks_finished(tmp_path, write):
    """The kernel kills at the thousandth byte; :meth:`Production.finish` removes what ends in .tmp."""
    killed = subprocess.run([sys.executable, "-c", KILLED_WHILE_WRITING + write], cwd=tmp_path)
    assert killed.returncode == -signal.SIGXFSZ
    (left,) = tmp_path.iterdir()
    assert left.name.endswith(".tmp") and left.stat().st_size == 1000


def test_scenes_are_chosen_as_those_of_a_sequence(scenes):
    everything = scenes.read_all("haptics")
    mask = np.arange(7) % 2 == 0
    for indices in (
        [0, 3],
        (6, -1, 2),
        slice(1, 6, 2),
        slice(None),
        mask,
        list(mask),
        np.array([[0, 1], [2, 3]]),
        [],
        3,
        -7,
    ):
        chosen = np.array(indices, int) if isinstance(indices, list) and not indices else indices
        chosen = np.array(chosen) if isinstance(chosen, (list, tuple)) else chosen
        found = scenes.read("haptics", indices)
        np.testing.assert_array_equal(found, everything[chosen])
    assert scenes.read("haptics", []).shape == (0, 15, 132) and scenes.read("haptics", []).dtype == np.float32


@pytest.mark.parametrize(
    "indices", [7, -8, [0, 7], [0.5], "0", None, [True, False], {1}, slice("a", None), 10**30, [[1, 2], [3]]]
)
def test_scenes_that_are_not_there_are_refused(scenes, indices):
    with pytest.raises(UserError, match="indices: .*; the set has 7 scenes"):
        scenes.read("haptics", indices)


def test_an_array_that_is_not_there_is_named(scenes):
    with pytest.raises(UserError, match="no array 'haptic'; there are image, "):
        scenes.read("haptic", [0])


def test_a_set_goes_to_other_processes_and_threads(scenes):
    wanted = scenes.read("image", range(7))  # files are open now
    for twin in (pickle.loads(pickle.dumps(scenes)), deepcopy(scenes)):
        np.testing.assert_array_equal(twin.read("image", range(7)), wanted)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        np.testing.assert_array_equal(np.stack(list(pool.map(partial(scenes.read, "image"), range(7)))), wanted)
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(partial(scenes.read, "image"), list(range(7)) * 20))
    np.testing.assert_array_equal(np.stack(rows), np.tile(wanted, (20, 1, 1, 1, 1)))
