"""The whole pipeline at scale smoke, run once, side by side, in a copy of the working tree; killed on the way."""

import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

ROOT = Path(__file__).parents[2]
BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
)  # fmt: skip

LONGEST = ("test_experiments.py", "test_gpu_script.py", "test_networks.py")

ENVIRONMENT = os.environ | {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "GIT_AUTHOR_NAME": "tester",
    "GIT_AUTHOR_EMAIL": "tester@example.org",
    "GIT_COMMITTER_NAME": "tester",
    "GIT_COMMITTER_EMAIL": "tester@example.org",
}
# See test_dependencies.py. It imports NumPy before the stages can say how many threads add its sums up.
TRACED = ENVIRONMENT | {"PYTHONPATH": str(Path(__file__).parent / "traced"), "OMP_NUM_THREADS": "1"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One of these files makes the pipeline first, the others come last and the longest of them before: no process
    waits for another."""

    def turn(item: pytest.Item) -> int:
        if not item.path.is_relative_to(Path(__file__).parent):
            return 1
        return 0 if item.path.name == "test_repro.py" else 2 if item.path.name in LONGEST else 3

    items.sort(key=turn)


def run(folder: Path, *command: str, **options) -> subprocess.CompletedProcess:
    """Run a command as a user would, in the tests' environment."""
    options = {"cwd": folder, "env": ENVIRONMENT, "capture_output": True, "text": True} | options
    return subprocess.run(command, **options)


def stage(folder: Path, *arguments: str, **options) -> subprocess.CompletedProcess:
    return run(folder, sys.executable, "-m", "stages", *arguments, **options)


def change_params(folder: Path, old: str, new: str, name: str = "params.yaml") -> None:
    params = folder / name
    text = params.read_text()
    assert old in text
    params.write_text(text.replace(old, new))


def assert_refused(result: subprocess.CompletedProcess, *words: str) -> None:
    assert result.returncode == 2, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


def copy_tree(target: Path) -> Path:
    """Tracked and new files, at scale smoke, in a repository of their own; of kept runs what pages are made of."""
    files = run(ROOT, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout.split("\0")
    for name in filter(None, files):
        of_run = name.startswith("reports/") and (name.count("/") < 2 or not name.endswith((".json", ".csv")))
        if (ROOT / name).is_file() and not of_run and name != "dvc.lock":
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    params = target / "params.yaml"
    text = params.read_text().replace("\nscale: laptop", "\nscale: smoke")
    # Two of Fig. 5's eight settings: few and many modalities, both readings, each of which lacks one.
    before, after = text.split("\nregimes:")[0], text.split("\nworkers:")[1]
    params.write_text(f"{before}\nregimes: [m8-1-2, m14-11-14-released]\nworkers:{after}")
    run(target, "git", "init", "--quiet")
    commit(target)
    return target


def commit(folder: Path) -> None:
    run(folder, "git", "add", "--all")
    assert run(folder, "git", "commit", "--quiet", "--message", "state").returncode == 0


def kill_all(process: subprocess.Popen) -> None:
    """Kill -9 a process and all that it has started, as a lost machine would."""
    for each in [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]:
        with suppress(psutil.NoSuchProcess):  # it may just have ended
            each.kill()
    process.communicate()


def killed_when(folder: Path, log: str, after: float) -> None:
    """Begin `python -m stages repro`, and kill all of it some seconds after a stage has begun."""
    command = (sys.executable, "-m", "stages", "repro", "--processes", "2")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=folder, env=TRACED, **quiet)
    until = time.monotonic() + 1200
    while not (folder / ".scratch/repro" / log).exists():
        assert process.poll() is None and time.monotonic() < until, log
        time.sleep(0.05)
    time.sleep(after)
    kill_all(process)


@pytest.fixture(scope="session")
def repro(tmp_path_factory, worker_id) -> tuple[Path, str]:
    """The folder after `python -m stages repro`, and what it said: made once, copied for each process that tests.

    It is killed twice on the way, so that every test is of results that were made side by side and resumed.
    """
    base = tmp_path_factory.getbasetemp()
    made = (base if worker_id == "master" else base.parent) / "made"
    printed, folder = made.with_suffix(".txt"), base / "pipeline"
    with FileLock(made.with_suffix(".lock")):
        if not printed.exists():
            shutil.rmtree(made, ignore_errors=True)
            copy_tree(made)
            for stage in ("simulate@train", "train@apoe-m2-0"):
                killed_when(made, f"{stage}.log", random.uniform(0, 8))
            result = run(made, sys.executable, "-m", "stages", "repro", "--processes", "2", env=TRACED)
            assert result.returncode == 0, result.stdout + result.stderr
            commit(made)
            printed.write_text(result.stderr)
        shutil.copytree(made, folder, symlinks=True)
    return folder, printed.read_text()


@pytest.fixture
def workplace(repro, tmp_path) -> Path:
    """A copy of the finished pipeline that a test may damage."""
    shutil.copytree(repro[0], tmp_path / "copy", symlinks=True)
    return tmp_path / "copy"


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """A headless Chromium; tests that ask for it are skipped where there is none."""
    if not (BROWSER and DRIVER):
        pytest.skip("needs chromium and chromium-driver")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in (*QUIET, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def wait(browser, condition: str) -> None:
    """Until a JavaScript expression is true."""
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(browser, 20).until(lambda b: b.execute_script(f"return {condition}"))
