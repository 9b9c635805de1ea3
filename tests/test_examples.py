"""The examples run as they stand, in an empty folder."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture
def example(tmp_path):
    def run(name: str, *arguments: str) -> str:
        command = [sys.executable, str(EXAMPLES / name), *arguments]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        return result.stdout

    return run


def drawn(path: Path) -> bool:
    return len(np.unique(np.array(Image.open(path).convert("L")))) > 10


def test_first_steps(example, tmp_path):
    said = example("first_steps.py")
    assert "vision: (3, 32, 32)" in said and "haptics: (132,)" in said
    assert len(re.findall(r"given +\d+ touches: \d\.\d{3} nats", said)) == 4
    assert 1 <= int(re.search(r"rank (\d+) of 10", said)[1]) <= 10
    assert drawn(tmp_path / "scene.png") and drawn(tmp_path / "imagined.png")


def test_own_observations(example, tmp_path):
    assert "mine: 3 looks" in example("own_observations.py", "record", "mine")
    example("own_observations.py", "imagine", "mine")
    both = (tmp_path / "mine/imagined.png").read_bytes()
    (tmp_path / "mine/touches.csv").write_text("file,pitch,yaw\n")
    example("own_observations.py", "imagine", "mine")
    assert (tmp_path / "mine/imagined.png").read_bytes() != both and drawn(tmp_path / "mine/imagined.png")


def test_own_senses(example):
    said = example("own_senses.py", "rooms", "--iterations", "150", "--scenes", "100")
    blind = float(re.search(r"ranges vary by ([\d.]+)", said)[1])
    gained = []
    for network in ("baseline", "poe", "apoe"):
        (line,) = re.findall(f"^{network}: (.*)$", said, re.MULTILINE)
        errors = [float(value) for value in re.findall(r"(\d\.\d+) from", line)]
        assert len(errors) == 4 and max(errors) < blind, said
        gained.append(errors[0] - errors[-1])
    assert sum(gained) > 0, said  # sound tells of the pillar; after so short a training not to every network
