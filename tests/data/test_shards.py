import json
import shutil

import numpy as np
import pytest

from gmn.data.produce import produce
from gmn.data.shards import MANIFEST, SceneSet, shard_name
from gmn.errors import UserError
from gmn.mese.simulate import simulate
from gmn.progress import Progress


@pytest.fixture
def copy(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "copy")
    return tmp_path / "copy"


def test_reading_rows_of_several_shards(scenes, settings):
    made = simulate(settings, range(7))
    for name in ("image", "haptics", "walk"):
        np.testing.assert_array_equal(scenes.read(name, [6, 0, 3]), made[name][[6, 0, 3]])
        np.testing.assert_array_equal(scenes.read_all(name), made[name])
    assert len(scenes) == 7


def test_manifest_describes_arrays(scenes):
    assert scenes.arrays["image"] == {"shape": [15, 16, 16, 3], "dtype": "uint8", "unit": "RGB, 0..255"}
    assert scenes.manifest["haptics"]["names"][0] == "jointpos_wrist_PRO"


@pytest.mark.parametrize("workers, shard_scenes", [(1, 3), (2, 3)])
def test_bytes_do_not_depend_on_workers(folder, settings, tmp_path, workers, shard_scenes):
    produce(settings, 7, shard_scenes, tmp_path / "out", tmp_path / "scratch", workers, Progress("again", 7, "scenes"))
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "out" / path.name).read_bytes(), path.name


def test_scenes_do_not_depend_on_the_shard_size(scenes, settings, tmp_path):
    produce(settings, 7, 5, tmp_path / "out", tmp_path / "scratch", 1, Progress("again", 7, "scenes"))
    np.testing.assert_array_equal(SceneSet(tmp_path / "out").read_all("haptics"), scenes.read_all("haptics"))


def test_an_unfinished_set_is_gone_on_with(settings, tmp_path, monkeypatch):
    import gmn.data.produce as module

    def stop_after_two(settings, indices):
        if indices.start >= 4:
            raise KeyboardInterrupt
        return simulate(settings, indices)

    monkeypatch.setattr(module, "simulate", stop_after_two)
    with pytest.raises(KeyboardInterrupt):
        produce(settings, 6, 2, tmp_path / "out", tmp_path / "scratch", 1, Progress("first", 6, "scenes"))
    assert not (tmp_path / "out").exists()

    made = []
    monkeypatch.setattr(
        module, "simulate", lambda settings, indices: made.append(indices) or simulate(settings, indices)
    )
    produce(settings, 6, 2, tmp_path / "out", tmp_path / "scratch", 1, Progress("second", 6, "scenes"))
    assert made == [range(4, 6)]
    SceneSet(tmp_path / "out").check()


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


@pytest.mark.parametrize("damage", [truncated, altered, swapped, missing])
def test_a_damaged_shard_is_named(copy, damage):
    damage(copy)
    with pytest.raises(UserError, match="shard-0000.*make the set again"):
        SceneSet(copy).check()


def test_a_manifest_of_another_format_or_none(copy):
    manifest = json.loads((copy / MANIFEST).read_text())
    (copy / MANIFEST).write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(UserError, match="format 99"):
        SceneSet(copy)
    (copy / MANIFEST).write_text("{")
    with pytest.raises(UserError, match="not JSON"):
        SceneSet(copy)
    (copy / MANIFEST).unlink()
    with pytest.raises(UserError, match="not found"):
        SceneSet(copy)
