"""How long each stage took, kept beside the results: `reports/<scale>/time.csv`."""

import functools
import os
import time
from collections.abc import Callable
from pathlib import Path

from gmn.params import Settings
from gmn.paths import PARAMS, SCRATCH, Paths

LOCK = Path("dvc.lock")


def timed(run: Callable[..., None]) -> Callable[..., None]:
    """The command ``run``; when DVC runs it as a stage and it succeeds, its wall time is written down.

    The file is no out of DVC's: times differ from run to run, results do not.
    """

    @functools.wraps(run)
    def wrapped(*args, **kwargs) -> None:
        began, stage = time.monotonic(), os.environ.get("DVC_STAGE")
        if stage:
            _keep_lock()
        run(*args, **kwargs)
        if stage:
            _write(stage, time.monotonic() - began)

    return wrapped


def _keep_lock() -> None:
    """A copy of dvc.lock, whole between stages: DVC does not write it atomically, see docs/robustness.md."""
    from gmn.files import write_atomically

    if LOCK.exists():
        write_atomically(SCRATCH / LOCK, LOCK.read_bytes())


def _write(stage: str, seconds: float) -> None:
    import csv
    import io

    from gmn.files import write_atomically

    path = Paths(Settings.load(PARAMS)).times
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[1:] if path.exists() else []
    known = {row[0]: row[1] for row in csv.reader(lines) if len(row) == 2}
    known[stage] = f"{seconds:.1f}"
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("stage", "seconds"), *sorted(known.items())])
    write_atomically(path, text.getvalue())
