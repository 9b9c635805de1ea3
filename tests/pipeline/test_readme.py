"""The README's blocks run as they stand, on the toy pipeline."""

import json
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


def test_experiments_of_the_readme(workplace):
    """Each runs what its change can reach, and nothing else."""
    lines = [line for line in toy(EXPERIMENTS).splitlines() if not line.startswith("source ")]
    expected = {
        "poe": {"check", "generation@poe", "score", "figures", "report"},
        "baseline": {
            "check",
            "train@baseline-m2-0",
            "evaluate@density-m2-baseline-0",
            "evaluate@classification-m2-baseline-0",
            "evaluate@explained-m2-baseline-0",
            "score",
        },
    }
    for line, (model, stages) in zip(lines[:2], expected.items(), strict=True):
        result = run(workplace, "bash", "-c", line)
        assert result.returncode == 0, result.stderr
        assert set(re.findall(r"Running stage '([^']+)'", result.stdout)) == stages
        assert json.loads((workplace / "reports/smoke/metrics.json").read_text())["model"] == model
    compared = run(workplace, "bash", "-e", "-c", "\n".join(lines[2:]))
    assert compared.returncode == 0, compared.stderr
    assert all(word in compared.stdout for word in ("baseline", "grey_from_10_touches"))
