"""docs/experiments.md: every block as it stands, at scale smoke."""

import re
import shutil
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.pipeline.conftest import ROOT, commit, run

BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "docs/experiments.md").read_text(), re.DOTALL)
RATE = "scales.smoke.train.learning_rate"


def follow(folder, block: str) -> str:
    """Run a block of the page, and give back what it printed."""
    script = "set -e\n" + block.replace("laptop", "smoke").replace("/path/to/shared", str(folder.parent / "shared"))
    result = run(folder, "bash", "-c", script)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture
def lab(workplace):
    """A committed state with a Git remote."""
    run(workplace.parent, "git", "init", "--quiet", "--bare", "origin.git")
    run(workplace, "git", "remote", "add", "origin", str(workplace.parent / "origin.git"))
    commit(workplace) if run(workplace, "git", "status", "--porcelain").stdout else None
    run(workplace, "git", "push", "--quiet", "origin", "HEAD")
    return workplace


def test_the_loop(lab):
    one, back, sweep, compare, keep, share, pull = BLOCKS
    ran = re.findall(r"Running stage '([^']+)'", follow(lab, one))
    assert set(ran) == {"check", "generation@poe", "score", "figures", "report"}  # what the change can reach
    follow(lab, back)

    follow(lab, sweep)
    until = time.monotonic() + 300
    while any(word in (status := run(lab, "dvc", "queue", "status").stdout) for word in ("Running", "Queued")):
        assert time.monotonic() < until and "Failed" not in status, status
        time.sleep(20)  # a status takes a core for seconds
    assert status.count("Success") == 2, status
    found = run(lab, "dvc", "exp", "list", "--name-only").stdout.split()
    for name in {"slow", "fast"} - set(found):  # what the page says to do where DVC has lost one
        follow(lab, next(line for line in sweep.splitlines() if f"--name {name} " in line).replace("--queue ", ""))
        follow(lab, back)

    ran = re.findall(r"Running stage '([^']+)'", run(lab, "dvc", "queue", "logs", "slow").stdout)
    evaluations = {f"evaluate@{kind}-m2-apoe-0" for kind in ("density", "classification", "explained")}
    assert set(ran) == {"check", "train@apoe-m2-0", *evaluations, "score"}  # no other network

    printed = follow(lab, compare)
    for wanted in ("poe", "slow", "fast", RATE, "grey_from_10_touches", "dvc_plots/index.html"):
        assert wanted in printed
    drawn = (lab / "dvc_plots/index.html").read_text()
    assert all(name in drawn for name in ("HEAD", "slow", "fast"))

    follow(lab, keep)
    assert "model: poe" in (lab / "params.yaml").read_text()
    assert "learning-rate" in run(lab, "git", "branch").stdout
    follow(lab, back)

    follow(lab, share)
    other = lab.parent / "colleague"
    assert run(lab.parent, "git", "clone", "--quiet", "origin.git", str(other)).returncode == 0
    run(other, "dvc", "remote", "add", "--local", "--default", "shared", str(lab.parent / "shared"))
    follow(other, pull)
    assert "learning_rate: 0.0003" in (other / "params.yaml").read_text()
    weights = "models/smoke/m2/apoe/0.safetensors"
    follow(lab, "dvc exp apply slow")
    assert (other / weights).read_bytes() == (lab / weights).read_bytes()

    serve = partial(SimpleHTTPRequestHandler, directory=lab.parent / "shared")
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        run(other, "dvc", "remote", "add", "--local", "--default", "published", address)
        shutil.rmtree(other / ".dvc/cache")
        (other / weights).unlink()
        follow(other, f"dvc pull {weights}")
        server.shutdown()
    assert (other / weights).read_bytes() == (lab / weights).read_bytes()


def test_a_wrong_setting_says_what_was_meant(workplace):
    for change, words in (
        ("model=pose", ("model: got 'pose'", "'baseline' or 'poe'")),
        ("scale=smok", ("scale: got 'smok'", "did you mean 'smoke'")),
        ("+modl=poe", ("modl: unknown key", "did you mean 'model'")),
    ):
        result = run(workplace, "dvc", "exp", "run", "-S", change)
        assert result.returncode != 0 and "Running stage 'simulate" not in result.stdout
        assert all(word in result.stderr for word in words), result.stderr
        run(workplace, "git", "restore", "params.yaml")
