"""What each stage took, kept beside the results: `reports/<scale>/time.csv`."""

import functools
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from gmn.params import Settings
from gmn.paths import PARAMS, SCRATCH, Paths
from stages.cores import SHARE

LOCK = Path("dvc.lock")
COLUMNS = ("stage", "seconds", "cpu_seconds", "peak_mib")


def timed(run: Callable[..., None]) -> Callable[..., None]:
    """The command ``run``; when DVC runs it as a stage and it succeeds, what it took is written down.

    Wall time, CPU time of it and its workers, memory of it and its largest worker. The file is no out of DVC's: times
    differ from run to run, results do not.
    """

    @functools.wraps(run)
    def wrapped(*args, **kwargs) -> None:
        began, stage = time.monotonic(), os.environ.get("DVC_STAGE")
        if stage and SHARE not in os.environ:  # else other stages run, and dvc.lock may be half written just now
            keep_lock()
        run(*args, **kwargs)
        if stage:
            _write(stage, f"{time.monotonic() - began:.1f}", f"{_cpu_seconds():.1f}", f"{_peak_mib():.0f}")

    return wrapped


def keep_lock() -> None:
    """A copy of dvc.lock, whole between stages: DVC does not write it atomically, see docs/robustness.md."""
    from gmn.files import write_atomically

    if LOCK.exists():
        write_atomically(SCRATCH / LOCK, LOCK.read_bytes())


def _cpu_seconds() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _peak_mib() -> float:
    peaks = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(peaks) / (1024**2 if sys.platform == "darwin" else 1024)


def _write(stage: str, *numbers: str) -> None:
    import csv
    import io

    from filelock import FileLock

    from gmn.files import write_atomically

    path = Paths(Settings.load(PARAMS)).times
    SCRATCH.mkdir(exist_ok=True)
    with FileLock(SCRATCH / "time.lock"):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[1:] if path.exists() else []
        known = {row[0]: row[1:] for row in csv.reader(lines) if len(row) == len(COLUMNS)}
        known[stage] = list(numbers)
        text = io.StringIO()
        rows = [COLUMNS, *((name, *row) for name, row in sorted(known.items()))]
        csv.writer(text, lineterminator="\n").writerows(rows)
        write_atomically(path, text.getvalue())
