"""The code in docs/ runs as it stands, and what pages name exists."""

import re
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
import torch
from ruamel.yaml import YAML
from typer.main import get_command

from gmn.data.modalities import HAPTICS, VISION
from gmn.models.config import ModelConfig
from gmn.models.gmn import GMN
from gmn.models.networks import INFERENCE
from gmn.models.senses import FRAMES, MODULES
from gmn.trained.belief import Belief
from stages.__main__ import app

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


@pytest.fixture
def extended(tmp_path, monkeypatch) -> dict:
    """What the blocks of extending.md define, run in order in an empty folder."""
    monkeypatch.chdir(tmp_path)
    names: dict = {"__name__": "extending"}
    with patch.dict(MODULES["map"]), patch.dict(MODULES["volume"]), patch.dict(FRAMES), patch.dict(INFERENCE):
        for block in re.findall(r"```python\n(.*?)```", (DOCS / "extending.md").read_text(), re.DOTALL):
            exec(compile(block, "extending.md", "exec"), names)
        yield names


def test_shape(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    for block in re.findall(r"```python\n(.*?)```", (DOCS / "shape.md").read_text(), re.DOTALL):
        exec(compile(block, "shape.md", "exec"), names)
    assert names["gain"].shape == (5,) and 0 < names["gain"][names["best"]] < 1
    assert names["hull"].volume > names["mesh"].volume and names["occupancy"].shape == (16, 2)
    assert (tmp_path / "shape.ply").exists() and names["one"].is_watertight


def test_extending(extended):
    assert [row["iteration"] for row in extended["curves"]] == [20, 40]
    assert extended["curves"][1]["val_full"] < extended["curves"][0]["val_full"]
    assert extended["seen"].shape == (4, 8, 3, 16, 16) and np.isfinite(extended["nats"])
    placed = GMN(extended["in_volume"])
    z = torch.randn(2, placed.config.latent_channels, *placed.config.grid)
    rows, places = torch.arange(2), torch.tensor([[0.5, 0.0, 0.0], [0.0, -0.5, 0.0]])
    assert placed.render(0, z, rows, places).shape == (2, 24)
    assert placed.render(1, z, rows, places[:, :0]).shape == (2, 1)
    heard = Belief(placed, {"ears": (np.ones((2, 24)), places), "thermometer": (np.ones((1, 1)), np.ones((1, 0)))})
    assert heard.imagine({"ears": places}, samples=3)["ears"].shape == (3, 2, 24)
    paper = ModelConfig(network="conditional", modalities=2, std={VISION: 1.0, HAPTICS: 1.0})
    with torch.device("meta"):
        count = sum(p.numel() for p in GMN(paper).parameters())
    assert count == 55_932_929 - 14  # the release's, less its unused query vectors


PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(DOCS.glob("*.md")),
    *ROOT.glob("gmn/pretrained/*/README.md"),
    *ROOT.glob("reports/*/README.md"),
]
STAGES = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]


def anchors(page: Path) -> set[str]:
    """Of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_exist(page):
    """Every `python -m stages ...`, `dvc repro ...` and `make ...` names what there is."""
    text = page.read_text()
    for command, options in re.findall(r"python -m stages ([a-z]+)([^`#\n]*)", text):
        assert (ROOT / "stages" / f"{command}.py").exists(), command
        known = get_command(app).commands[command]
        flags = {flag for parameter in known.params for flag in parameter.opts} | {"--help"}
        assert set(re.findall(r"--[a-z]+", options)) <= flags, (command, options)
    for targets in re.findall(r"dvc repro((?: [a-z-]+)*)", text):
        assert {name for name in targets.split() if not name.startswith("-")} <= set(STAGES), targets
    made = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"`make ([a-z]+)`", text)) <= set(made)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_file_that_is_named_is_there(page):
    """`gmn/...`, `stages/...`, `tests/...`, `docs/...` and `examples/...` in code font."""
    for name in re.findall(r"`((?:gmn|stages|tests|docs|examples)/[\w./-]*\w)`", page.read_text()):
        assert (ROOT / name).exists(), name
