"""Commands in a process of their own that need not import PyTorch, which is most of a short command's time.

The code is the checkout's, not the folder's, and so are environment and limits: where a test changes these, a process
of its own is for it.
"""

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(
    ["stages.__main__", "gmn.evaluation.trial", "gmn.explore.scene", "gmn.figures.all", "gmn.trained", "pandas"]
)


def served(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run a stage, `python -m stages ...`, in ``folder``, as a terminal would."""
    return _forked(_stages, folder, "stages", *arguments)


def script(folder: Path, path: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run `python path ...` in ``folder``, as a terminal would."""
    return _forked(_script, folder, str(path), *arguments)


def _stages() -> None:
    from stages.__main__ import main

    main()


def _script() -> None:
    runpy.run_path(sys.argv[0], run_name="__main__")


def _forked(work: Callable[[], None], folder: Path, *command: str) -> subprocess.CompletedProcess:
    with tempfile.TemporaryDirectory() as place:
        out, said = (Path(place) / name for name in ("stdout", "stderr"))
        process = _forks.Process(target=_begin, args=(work, folder, command, out, said))
        process.start()
        process.join()
        texts = [file.read_text() if file.exists() else "" for file in (out, said)]
    return subprocess.CompletedProcess(command, process.exitcode, *texts)


def _begin(work: Callable[[], None], folder: Path, command: tuple[str, ...], out: Path, said: Path) -> None:
    os.chdir(folder)
    for descriptor, file in ((1, out), (2, said)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), descriptor)
    sys.argv = list(command)
    work()
