import contextlib
import os
import re
import subprocess
import sys

import numpy as np
import pytest

import gmn.data.produce as module
from gmn.data.produce import Production
from gmn.data.shards import SceneSet
from gmn.errors import UserError
from gmn.mese.simulate import simulate
from gmn.progress import Progress


def production(settings, tmp_path, scenes=7, shard_scenes=3) -> Production:
    return Production(settings, scenes, shard_scenes, tmp_path / "out", tmp_path / "scratch")


def contents(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_set_is_made_where_its_link_points(folder, settings, tmp_path):
    (tmp_path / "elsewhere/old").mkdir(parents=True)
    (tmp_path / "out").symlink_to(tmp_path / "elsewhere")
    whole = production(settings, tmp_path)
    whole.make(whole.shards, 1, Progress("linked", 7, "scenes"))
    whole.finish()
    assert (tmp_path / "out").is_symlink()
    assert contents(tmp_path / "out") == contents(folder) == contents(tmp_path / "elsewhere")


def test_a_cluster_without_workers_is_named(settings, tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(module, "PATIENCE", 1)
    with distributed.LocalCluster(n_workers=0, dashboard_address=None, processes=False) as cluster:
        whole = production(settings, tmp_path)
        with pytest.raises(UserError, match="cluster: no worker came to '.*' within 1 s; start some with `dask worker"):
            whole.make(whole.shards, 1, Progress("alone", 7, "scenes"), cluster.scheduler_address)


@pytest.mark.parametrize("workers, parts", [(1, [range(3)]), (2, [range(2, 3), range(0, 2)])])
def test_bytes_do_not_depend_on_workers_order_or_parts(folder, settings, tmp_path, workers, parts):
    for part in parts:  # as jobs of an array would, each with an object of its own
        production(settings, tmp_path).make(part, workers, Progress("part", 9, "scenes"))
    production(settings, tmp_path).finish()
    assert contents(tmp_path / "out") == contents(folder)


def test_scenes_do_not_depend_on_the_shard_size(scenes, settings, tmp_path):
    whole = production(settings, tmp_path, shard_scenes=5)
    whole.make(whole.shards, 1, Progress("again", 7, "scenes"))
    whole.finish()
    np.testing.assert_array_equal(SceneSet(tmp_path / "out").read_all("haptics"), scenes.read_all("haptics"))


def test_an_unfinished_set_is_gone_on_with(settings, tmp_path, monkeypatch):
    def stop_after_two(settings, indices):
        if indices.start >= 4:
            raise KeyboardInterrupt
        return simulate(settings, indices)

    todo = production(settings, tmp_path, 6, 2)
    monkeypatch.setattr(module, "simulate", stop_after_two)
    with pytest.raises(KeyboardInterrupt):
        todo.make(todo.shards, 1, Progress("first", 6, "scenes"))
    assert not (tmp_path / "out").exists()
    (todo.folder / "shard-00002.safetensors.1.tmp").write_bytes(b"left by a kill")

    made = []
    monkeypatch.setattr(
        module, "simulate", lambda settings, indices: made.append(indices) or simulate(settings, indices)
    )
    todo.make(todo.shards, 1, Progress("second", 6, "scenes"))
    todo.finish()
    assert made == [range(4, 6)]
    SceneSet(tmp_path / "out").check(todo.described)


def test_shards_of_other_code_or_settings_are_not_gone_on_with(settings, tmp_path, monkeypatch):
    before = production(settings, tmp_path).folder
    monkeypatch.setattr(module, "source_digest", lambda part: "other code")
    assert production(settings, tmp_path).folder != before


@contextlib.contextmanager
def dask_cluster(workers: int):
    """A scheduler and worker processes on the loopback interface; yields the address."""
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    scheduler = subprocess.Popen(
        [*command, "--no-dashboard"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, text=True
    )
    processes = [scheduler]
    try:
        address = next(m[1] for line in scheduler.stderr if (m := re.search(r"Scheduler at:\s+(tcp://\S+)", line)))
        worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"]
        processes += [subprocess.Popen(worker, **quiet) for _ in range(workers)]
        _wait_for(address, workers)
        yield address
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(20)


def _wait_for(address: str, workers: int) -> None:
    from distributed import Client

    with Client(address, timeout=30) as client:
        client.wait_for_workers(workers, timeout=60)


def test_a_dask_cluster_makes_the_same_bytes(folder, settings, tmp_path):
    pytest.importorskip("distributed")
    todo = production(settings, tmp_path)
    with dask_cluster(2) as address:
        todo.make(todo.shards, 1, Progress("dask", 7, "scenes"), cluster=address)
    todo.finish()
    assert contents(tmp_path / "out") == contents(folder)


def test_no_scheduler_is_one_clear_error(settings, tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(module, "PATIENCE", 1)
    with pytest.raises(UserError, match="cluster: no Dask scheduler answers at 'tcp://127.0.0.1:9'.*dask scheduler"):
        production(settings, tmp_path).make(range(3), 1, Progress("none", 7, "scenes"), cluster="tcp://127.0.0.1:9")


def test_workers_that_share_no_folder_are_one_clear_error(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_make_shard", lambda settings, indices, path: len(indices))
    with pytest.raises(UserError, match="workers must share"):
        production(settings, tmp_path).make(range(1), 1, Progress("lost", 3, "scenes"))


def test_memory_does_not_grow_with_the_number_of_scenes():
    command = [sys.executable, "-m", "stages", "speed", "--scenes", "40", "--size", "16"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert re.search(r"[\d.]+ scenes/CPU-s\nlooks: .* ms each\ntouches: .* ms each\ngrasps: .* us a step", printed)
    peaks = [int(peak) for peak in re.search(r"quarter: ([\d, ]+) MiB", printed)[1].split(", ")]
    assert len(peaks) == 4 and peaks[-1] < 1.1 * peaks[0]
