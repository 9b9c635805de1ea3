"""`python -m stages ...` in a process of its own that need not import PyTorch, which is most of a short command's time.

The code is the checkout's, not the folder's: where a test changes code, environment or limits, `stage` is for it.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["stages.__main__", "gmn.evaluation.trial", "gmn.figures.all", "gmn.trained", "pandas"])


def served(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run a stage's command in ``folder``, as a terminal would."""
    with tempfile.TemporaryDirectory() as place:
        out, said = (Path(place) / name for name in ("stdout", "stderr"))
        process = _forks.Process(target=_serve, args=(folder, arguments, out, said))
        process.start()
        process.join()
        texts = [file.read_text() if file.exists() else "" for file in (out, said)]
    return subprocess.CompletedProcess(["stages", *arguments], process.exitcode, *texts)


def _serve(folder: Path, arguments: tuple[str, ...], out: Path, said: Path) -> None:
    from stages.__main__ import main

    os.chdir(folder)
    for descriptor, file in ((1, out), (2, said)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), descriptor)
    sys.argv = ["stages", *arguments]
    main()
