"""`dvc repro`, as many stages at once as there are cores.

Each stage runs as a `dvc repro --single-item` of its own, as soon as all that it needs is made. What is decided and
written is therefore DVC's: this file says only when a stage starts, and shows what runs.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from gmn.errors import UserError
from gmn.files import write_json
from gmn.params import Settings
from gmn.paths import SCRATCH, Paths
from stages.clock import LOCK, keep_lock
from stages.cores import SHARE
from stages.display import Display
from stages.graph import Graph, measured, stages_of
from stages.schedule import Stage, Turn, plan, remaining

FOLDER = SCRATCH / "repro"  # what each stage printed; RUNNING
RUNNING = FOLDER / "running"  # is there while a run is, and after one that was killed
POLL, WEIGH = 0.2, 2.0  # s between looks at processes, at their memory
MEMORY = 1024  # MiB of a stage that was never measured
OWN = 200  # MiB of the DVC process around a stage


@dataclass
class Process:
    """A stage that runs."""

    popen: subprocess.Popen
    cores: int
    log: Path
    began: float = field(default_factory=time.monotonic)

    def family(self) -> list[psutil.Process]:
        """What DVC has started for it."""
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.popen.pid).children(recursive=True)
        return []

    def mib(self) -> float:
        """Memory of all its processes now."""
        total = 0
        for process in [psutil.Process(self.popen.pid), *self.family()]:
            with suppress(psutil.Error):
                total += process.memory_info().rss
        return total / 2**20


def repro(settings: Settings, processes: int) -> None:
    """Run every stage that changed, ``processes`` at a time at most.

    Raises:
        UserError: a stage failed, or DVC cannot read its files.
    """
    with _alone() as lock:
        _mend()
        RUNNING.touch()
        driver = Driver(settings, processes, lock)
        try:
            driver.run()
        finally:
            driver.stop()
            _mend()  # where the disk was full
            RUNNING.unlink()


@contextmanager
def _alone() -> Iterator[int]:
    """The descriptor of a lock. Stages inherit it, and hold it to their end if this process is killed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("repro: another one, or a stage of it, still runs; waiting for its end", file=sys.stderr, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def _mend() -> None:
    """Put back the copy of dvc.lock if a run ended, killed or without disk, while DVC wrote it."""
    kept = SCRATCH / LOCK
    if RUNNING.exists() and kept.exists() and not _entries(kept) <= _entries(LOCK):
        print(f"{LOCK} was not written to its end; its last whole state is put back", file=sys.stderr)
        os.replace(kept, LOCK)


def _entries(lock: Path) -> set[tuple[str, int, int]]:
    """The stages of a dvc.lock, each with how many files it lists; none if it is no YAML."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        stages = YAML(typ="safe").load(lock)["stages"]
        return {(name, len(entry.get("deps", ())), len(entry.get("outs", ()))) for name, entry in stages.items()}
    except (OSError, YAMLError, ValueError, KeyError, TypeError, AttributeError):
        return set()


class Driver:
    """Starts stages, waits for them, stops them.

    Args:
        settings: of the run.
        processes: cores that stages may use together.
        lock: a descriptor that stages inherit.
    """

    def __init__(self, settings: Settings, processes: int, lock: int):
        self.settings, self.processes, self.lock = settings, processes, lock
        self.graph = Graph()
        self.graph.mend()
        self.stages = stages_of(self.graph.needs, settings, processes)
        self.first = remaining(self.stages, processes)
        times = measured(settings)
        self.peaks = {} if times is None or "peak_mib" not in times else times["peak_mib"].to_dict()
        self.waiting, self.running, self.failed = set(self.stages), {}, []
        self.ran: list[str] = []
        self._expected = self._took = 0.0  # core seconds of the stages that ended, planned and true
        self._peak = self._weighed = 0.0

    def run(self) -> None:
        """Until every stage is as dvc.yaml wants it, or one failed."""
        began = time.monotonic()
        self._keep_lock()
        with Display(len(self.stages)) as display:
            while self.running or (self.waiting and not self.failed):
                self._start(display)
                self._end(display)
                self._weigh()
                display.show(self.running, self._left())
                if self.running:
                    time.sleep(POLL)
        if self.failed:
            logs = ", ".join(str(_log(name)) for name in self.failed)
            raise UserError(f"{', '.join(self.failed)}: failed, see {logs}; what was finished is kept")
        self._report(time.monotonic() - began)

    def _weigh(self) -> None:
        """Note the memory of all that runs."""
        if time.monotonic() - self._weighed > WEIGH:
            self._weighed = time.monotonic()
            self._peak = max(self._peak, sum(process.mib() for process in self.running.values()))

    def _start(self, display: Display) -> None:
        """What needs nothing more, the longest chain first, while cores and memory last."""
        for name in sorted(self.waiting, key=lambda name: (-self.first[name], name)):
            free = self.processes - sum(process.cores for process in self.running.values())
            stage = self.stages[name]
            if self.failed or free < 1 or stage.needs & (self.waiting | self.running.keys()):
                continue
            if self.running and not self._fits(name):
                return
            if self.graph.unchanged(name):
                self.waiting.remove(name)
                display.skipped(name)
                continue
            self.waiting.remove(name)
            self.running[name] = self._spawn(name, min(stage.most, free))
            display.started(name)

    def _fits(self, name: str) -> bool:
        """Whether memory suffices for one more, should all that run grow as large as they ever were."""
        growing = sum(max(0, self._need(other) - process.mib()) for other, process in self.running.items())
        return psutil.virtual_memory().available / 2**20 - growing > self._need(name)

    def _need(self, name: str) -> float:
        return self.peaks.get(name, MEMORY) + OWN

    def _spawn(self, name: str, cores: int) -> Process:
        command = [sys.executable, "-m", "dvc", "--wait-for-lock", "repro", "--single-item", name]
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        with _log(name).open("wb") as log:
            popen = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env=os.environ | {SHARE: str(cores), "PATH": path}, pass_fds=(self.lock,),
                process_group=0,  # Ctrl-C is for this process, which stops stages and lets DVC write to the end
            )  # fmt: skip
        return Process(popen, cores, _log(name))

    def _end(self, display: Display) -> None:
        for name, process in list(self.running.items()):
            if process.popen.poll() is None:
                continue
            del self.running[name]
            seconds = time.monotonic() - process.began
            if process.popen.returncode:
                self.failed.append(name)
                display.failed(name, process.log)
                continue
            self.ran.append(name)
            self._expected += self.stages[name].seconds
            self._took += seconds * process.cores
            self._keep_lock()
            display.ended(name, seconds)

    def _keep_lock(self) -> None:
        with self.graph.repo.lock:  # nobody writes dvc.lock now
            keep_lock()

    def _left(self) -> float | None:
        """Seconds until all is made, by what stages took before; None until one has shown this machine's speed."""
        if not self._took:
            return None
        pace, now = self._took / max(self._expected, 1e-9), time.monotonic()
        left: dict[str, Stage] = {
            name: Stage(self.stages[name].needs, self.stages[name].seconds * pace, self.stages[name].most)
            for name in self.waiting | self.running.keys()
        }
        turns = {
            name: Turn(0, max(1.0, left[name].seconds / process.cores - (now - process.began)), process.cores)
            for name, process in self.running.items()
        }
        return max((turn.end for turn in plan(left, self.processes, turns).values()), default=0.0)

    def _report(self, seconds: float) -> None:
        """Say what the run took; where every stage ran, write it beside the results, too."""
        used = os.times()
        took = {
            "processes": self.processes,
            "stages": len(self.ran),
            "seconds": round(seconds, 1),
            "cpu_seconds": round(used.children_user + used.children_system + used.user + used.system, 1),
            "peak_mib": round(self._peak),
        }
        unchanged = len(self.stages) - len(self.ran)
        print(f"{len(self.ran)} stages ran, {unchanged} had not changed: {json.dumps(took)}", file=sys.stderr)
        if not unchanged:
            write_json(Paths(self.settings).reports / "repro.json", took)

    def stop(self) -> None:
        """Interrupt the stages that run, not the DVC around them, which may be writing dvc.lock; wait for all."""
        asked: set[int] = set()
        while any(process.popen.poll() is None for process in self.running.values()):
            for process in self.running.values():
                for child in process.family():
                    if child.pid not in asked:
                        asked.add(child.pid)
                        with suppress(psutil.NoSuchProcess):
                            child.send_signal(signal.SIGINT)
            time.sleep(POLL)


def _log(name: str) -> Path:
    return FOLDER / f"{name}.log"
