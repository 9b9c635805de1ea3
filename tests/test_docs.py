"""The code in docs/ runs as it stands, and the README tells what is committed."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from gmn.data.modalities import HAPTICS, VISION
from gmn.models.config import ModelConfig
from gmn.models.gmn import GMN
from gmn.models.networks import INFERENCE
from gmn.models.senses import SENSES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


@pytest.fixture
def extended(tmp_path, monkeypatch) -> dict:
    """What the blocks of extending.md define, run in order in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for table in (SENSES, INFERENCE):
        for key, value in table.items():
            monkeypatch.setitem(table, key, value)
    names: dict = {"__name__": "extending"}
    for block in re.findall(r"```python\n(.*?)```", (DOCS / "extending.md").read_text(), re.DOTALL):
        exec(compile(block, "extending.md", "exec"), names)
    yield names
    SENSES.pop("sound")
    INFERENCE.pop("conditional")


def test_extending(extended):
    assert [row["iteration"] for row in extended["curves"]] == [20, 40]
    assert extended["curves"][1]["val_full"] < extended["curves"][0]["val_full"]
    assert extended["seen"].shape == (4, 8, 3, 16, 16) and np.isfinite(extended["nats"])
    paper = ModelConfig("conditional", 2, std={VISION: 1.0, HAPTICS: 1.0})
    with torch.device("meta"):
        count = sum(p.numel() for p in GMN(paper).parameters())
    assert count == 55_932_929 - 14  # the release's, less its unused query vectors


def test_the_readme_tells_the_committed_verdicts():
    """Every verdict, and every number with a decimal point beside it, is one of reports/laptop/claims.json."""
    found = json.loads((ROOT / "reports/laptop/claims.json").read_text())["claims"]
    rows = re.findall(r"^\| (C\d) \| .* \| (.*) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert [name for name, _ in rows] == [claim["id"] for claim in found]
    for (_, told), claim in zip(rows, found, strict=True):
        assert told.startswith(f"**{claim['verdict']}**")
        measured = {f"{value:.4g}" for part in claim["parts"] for value in part["ours"].values()}
        assert set(re.findall(r"\d+\.\d+", told)) <= measured
