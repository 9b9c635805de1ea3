"""The README's blocks run as they stand, on the toy pipeline."""

import re
import sys

import pytest

from tests.pipeline.conftest import ROOT, run

TEXT = (ROOT / "README.md").read_text()
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
SHELL = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
(EXPERIMENTS,) = (block for block in SHELL if "dvc exp run" in block)


def toy(block: str) -> str:
    """The block at scale smoke."""
    return re.sub(r"\b(data/|models/|reports/|scales\.)laptop\b", r"\1smoke", block)


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: block.splitlines()[0])
def test_python_of_the_readme(repro, block):
    result = run(repro[0], sys.executable, "-c", toy(block))
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    "block", [block for block in SHELL if block != EXPERIMENTS], ids=lambda block: block.splitlines()[0]
)
def test_commands_of_the_readme(workplace, block):
    lines = [line for line in toy(block).splitlines() if not line.startswith("source ")]
    if lines[0].startswith("make "):
        # What they run is the tests themselves and the pipeline beneath them.
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert {line.split()[1] for line in lines} <= set(targets)
        return
    result = run(workplace, "bash", "-e", "-c", "\n".join(lines))
    assert result.returncode == 0, result.stdout + result.stderr


def test_experiments_of_the_readme():
    """They are docs/experiments.md's, whose blocks test_experiments.py runs."""
    page = (ROOT / "docs/experiments.md").read_text()
    run_there = {re.sub(" --queue| --name [a-z]+", "", line) for line in page.splitlines()}
    lines = (line.partition("#")[0].strip() for line in EXPERIMENTS.splitlines()[1:])
    first, back, second, *compare = lines
    assert {first, *back.split(" && "), second} <= run_there
    assert compare and all(any(line.startswith(command) for line in run_there) for command in compare)
