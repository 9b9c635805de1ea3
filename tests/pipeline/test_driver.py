"""`python -m stages repro` on pipelines of few and quick stages: order, failures, kills, signals, a full disk."""

import json
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from ruamel.yaml import YAML

from tests.pipeline.conftest import ENVIRONMENT, ROOT, assert_refused, kill_all, run

REPRO = (sys.executable, "-m", "stages", "repro", "--processes", "2")
PARTS = ("a", "b", "c")
PIPELINE = """
stages:
  begin: {cmd: "echo begun > begin.txt", outs: [begin.txt]}
  work:
    matrix: {part: [a, b, c]}
    cmd: >-
      WORK; (cat begin.txt; seq 2000; echo ${item.part}) > ${item.part}.txt
    deps: [begin.txt]
    outs: ["${item.part}.txt"]
  end: {cmd: "cat a.txt b.txt c.txt > end.txt", deps: [a.txt, b.txt, c.txt], outs: [end.txt]}
"""


@pytest.fixture
def make(tmp_path):
    """A folder with a pipeline whose stages in the middle do some ``work`` first."""

    def in_folder(name: str, work: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
        (folder / "dvc.yaml").write_text(PIPELINE.replace("WORK", work))
        assert run(folder, "git", "init", "--quiet").returncode == 0
        assert run(folder, "dvc", "init", "--quiet").returncode == 0
        (folder / ".dvc/config").write_bytes((ROOT / ".dvc/config").read_bytes())
        return folder

    return in_folder


def repro(folder: Path, **options) -> subprocess.CompletedProcess:
    return run(folder, *REPRO, env=ENVIRONMENT | {"PYTHONPATH": str(ROOT)}, **options)


def start(folder: Path) -> subprocess.Popen:
    options = {"env": ENVIRONMENT | {"PYTHONPATH": str(ROOT)}, "start_new_session": True, "text": True}
    return subprocess.Popen(REPRO, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)


def wait_for(path: Path, process: subprocess.Popen) -> None:
    until = time.monotonic() + 120
    while not path.exists():
        assert process.poll() is None and time.monotonic() < until, path
        time.sleep(0.02)


def family(process: subprocess.Popen) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def locked(folder: Path) -> dict:
    return YAML(typ="safe").load(folder / "dvc.lock")["stages"]


def outs(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.txt")}


def test_stages_run_side_by_side_and_nothing_runs_twice(make):
    """Parts a and b wait for each other; c begins when one of them has ended."""
    other = "$(echo ab | tr -d ${item.part})"
    wait = f"while ! test -e {other}.began; do sleep 0.05; done"
    folder = make("all", f"touch ${{item.part}}.began; test ${{item.part}} = c || {wait}")
    result = repro(folder)
    assert result.returncode == 0, result.stderr
    assert outs(folder)["end.txt"].split()[-1] == b"c" and set(locked(folder)) == {
        "begin", "end", *(f"work@{part}" for part in PARTS)
    }  # fmt: skip
    assert json.loads((folder / "reports/laptop/repro.json").read_text())["stages"] == 5
    assert "5 stages ran" in result.stderr and "up to date" in run(folder, "dvc", "status").stdout
    assert "0 stages ran, 5 had not changed" in repro(folder).stderr
    (folder / "b.txt").unlink()
    assert "1 stages ran" in repro(folder).stderr  # b: its bytes are as before, so that the end is not made again


def test_a_stage_that_fails_is_named_and_nothing_follows(make):
    folder = make("failing", "test ${item.part} != b || exec sh -c 'echo no b today; exit 3'")
    result = repro(folder)
    assert_refused(result, "work@b: failed", "no b today", ".scratch/repro/work@b.log")
    assert not (folder / "end.txt").exists() and "begin" in locked(folder)
    text = (folder / "dvc.yaml").read_text()
    (folder / "dvc.yaml").write_text(text.replace("!= b ||", "!= z ||"))
    assert repro(folder).returncode == 0 and (folder / "end.txt").exists()


def test_killed_at_random_moments_it_ends_in_the_same_bytes(make):
    plain, folder = (make(name, "sleep 0.3") for name in ("plain", "killed"))
    assert run(plain, "dvc", "repro").returncode == 0
    moments, killed = random.Random(0), 0
    for _ in range(4):
        for log in (folder / ".scratch/repro").glob("*.log"):  # of the run before
            log.unlink()
        process = start(folder)
        until = time.monotonic() + 120
        while process.poll() is None and not list((folder / ".scratch/repro").glob("*.log")):
            assert time.monotonic() < until
            time.sleep(0.02)
        time.sleep(moments.uniform(0, 2))  # two stages side by side and one after them take longer
        if process.poll() is None:
            killed += 1
            kill_all(process)
    assert killed >= 2
    result = repro(folder)
    assert result.returncode == 0, result.stderr
    assert outs(folder) == outs(plain) and locked(folder) == locked(plain)
    assert "up to date" in run(folder, "dvc", "status").stdout
    assert "Running stage" not in run(folder, "dvc", "repro").stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_and_nothing_is_lost(make, number):
    folder = make("signal", "touch ${item.part}.began; test -e going || sleep 600")
    process = start(folder)
    for part in "ab":
        wait_for(folder / f"{part}.began", process)
    children = family(process)
    process.send_signal(number)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 128 + number
    assert said.splitlines()[-1].startswith(f"stopped by {number.name}; what was finished is kept")
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    assert set(locked(folder)) == {"begin"}
    (folder / "going").touch()
    again = repro(folder)
    assert again.returncode == 0 and "4 stages ran, 1 had not changed" in again.stderr


def test_stages_whose_driver_was_killed_are_waited_for(make):
    folder = make("orphans", "touch ${item.part}.began; while ! test -e going; do sleep 0.1; done")
    process = start(folder)
    for part in "ab":
        wait_for(folder / f"{part}.began", process)
    process.kill()
    process.communicate()
    again = start(folder)
    assert "another one, or a stage of it, still runs" in again.stderr.readline()
    (folder / "going").touch()
    _, said = again.communicate(timeout=300)
    assert again.returncode == 0 and "2 stages ran, 3 had not changed" in said


def test_a_cut_lock_file_is_put_back(make):
    """DVC does not write it atomically; a limit on file size stands in for a disk that is full just then."""
    folder = make("full", "true")
    assert repro(folder).returncode == 0
    whole = (folder / "dvc.lock").read_bytes()
    (folder / "dvc.yaml").write_text((folder / "dvc.yaml").read_text().replace("echo begun", "echo begun anew"))

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) // 2, resource.RLIM_INFINITY))

    result = repro(folder, preexec_fn=limit)
    assert result.returncode == 2 and "Traceback" not in result.stderr
    assert (folder / "dvc.lock").read_bytes() == whole
    (folder / ".scratch/repro/running").touch()  # as a kill leaves it
    (folder / "dvc.lock").write_bytes(whole[: len(whole) // 2])
    result = repro(folder)
    assert result.returncode == 0 and "its last whole state is put back" in result.stderr
    assert b"anew" in outs(folder)["end.txt"]


def test_the_dead_hold_nothing(make):
    """DVC's list of who reads and writes what outlives a kill: of processes not yet reaped, of numbers used again."""
    folder = make("dead", "true")
    assert repro(folder).returncode == 0
    dead = subprocess.Popen(["sleep", "60"])
    dead.kill()
    while psutil.Process(dead.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.02)
    reused = subprocess.Popen(["sleep", "60"])
    who = [{"pid": process.pid, "cmd": "dvc repro"} for process in (dead, reused)]
    files = [str(folder / name) for name in ("a.txt", "begin.txt")]
    for listed in (
        {"write": {files[0]: who[0]}, "read": {files[1]: who}},
        {"write": {files[0]: who[1]}, "read": {}},
        {"write": 3},
    ):
        (folder / ".dvc/tmp/rwlock").write_text(json.dumps(listed))
        (folder / "dvc.yaml").write_text((folder / "dvc.yaml").read_text().replace("echo begun", "echo begun anew"))
        result = repro(folder)
        assert result.returncode == 0, result.stderr
    reused.kill()
    reused.wait()
    dead.wait()


def test_no_more_processes_than_memory_allows(make):
    """A stage that once took more than there is runs alone."""
    folder = make("memory", "set -e; mkdir alone; sleep 1; rmdir alone")
    much = round(psutil.virtual_memory().total / 2**20)
    rows = [f"work@{part},1,1,{much}" for part in PARTS]
    (folder / "reports/laptop").mkdir(parents=True)
    (folder / "reports/laptop/time.csv").write_text("\n".join(["stage,seconds,cpu_seconds,peak_mib", *rows]) + "\n")
    result = repro(folder)
    assert result.returncode == 0, result.stderr
