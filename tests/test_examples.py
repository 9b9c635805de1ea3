"""The examples run as they stand, in an empty folder."""

import base64
import json
import re
import runpy
import shutil
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from tests.served import script

EXAMPLES = Path(__file__).parents[1] / "examples"
NOTEBOOK = EXAMPLES / "first_steps.ipynb"


@pytest.fixture
def example(tmp_path):
    def run(name: str, *arguments: str) -> str:
        result = script(tmp_path, EXAMPLES / name, *arguments)
        assert result.returncode == 0, result.stderr
        return result.stdout

    return run


def drawn(path: Path) -> bool:
    return len(np.unique(np.array(Image.open(path).convert("L")))) > 10


def test_first_steps(example, tmp_path):
    said = example("first_steps.py")
    shown = "".join("".join(each["text"]) for cell in cells("code") for each in cell["outputs"] if "text" in each)
    number = r"-?\d+\.\d+"
    assert re.split(number, shown)[1:] == re.split(number, said)[1:]  # but for the first line's folder
    for ours, theirs in zip(re.findall(number, shown), re.findall(number, said), strict=True):
        assert float(ours) == pytest.approx(float(theirs), abs=0.005)  # of another machine
    assert "vision: (3, 32, 32)" in said and "haptics: (132,)" in said
    errors = [float(error) for error in re.findall(r"given +\d+ touches: grey is off by (\d\.\d{3})", said)]
    assert len(errors) == 4 and errors == sorted(errors, reverse=True) and errors[-1] < errors[0] / 2
    assert int(re.search(r"rank first (\d+) times of 10", said)[1]) >= 2
    pictures = Path(re.search("pictures: (.*)", said)[1])
    assert drawn(pictures / "scene.png") and drawn(pictures / "imagined.png")
    assert not list(tmp_path.iterdir())


def test_where_to_touch(example, tmp_path):
    head, *rows = example("where_to_touch.py", "1", "--figure", str(tmp_path / "next.svg")).splitlines()
    assert head == "touches,in random order,the farthest,more,the most telling,more" and len(rows) == 5
    found = [row.split(",") for row in rows]
    blind, far, telling = (np.array([row[k] for row in found], float) for k in (1, 2, 4))
    assert [row[0] for row in found] == list("12345") and far[0] == blind[0]
    for values, k in ((far, 3), (telling, 5)):
        assert ((values > 0) & (values < 1)).all()
        more = np.array([row[k].split()[0] for row in found], float)
        np.testing.assert_allclose(more, values - blind, atol=0.0011)
    assert "prefers-color-scheme: dark" in (tmp_path / "next.svg").read_text()


def test_help_of_an_example(example):
    assert "--figure" in example("where_to_touch.py", "--help")


def test_a_figure_of_another_kind_is_refused_before_the_work(tmp_path):
    result = script(tmp_path, EXAMPLES / "where_to_touch.py", "--figure", "next.gif")
    assert result.returncode == 2 and "next.gif: no picture; use a name that ends in .png" in result.stderr


def test_the_notebook_is_the_script_and_what_it_shows():
    """It is made by `python -m tests.test_examples`."""
    made = notebook((EXAMPLES / "first_steps.py").read_text())["cells"]
    kept = [cell | ({"outputs": []} if cell["cell_type"] == "code" else {}) for cell in cells()]
    assert kept == made
    shown = [kind for cell in cells("code") for each in cell["outputs"] for kind in each.get("data", {})]
    assert shown == ["image/png"] * 2


def cells(kind: str = "") -> list[dict]:
    """Of the notebook, all or those of a kind."""
    return [c for c in json.loads(NOTEBOOK.read_text())["cells"] if kind in c["cell_type"]]


def notebook(script: str) -> dict:
    """A script of cells as a notebook that was not run: its docstring and the cells' titles as text."""
    about, *cells = re.split(r"^# %% ", script, flags=re.MULTILINE)
    parts = [("markdown", about.strip().strip('"'))]
    for cell in cells:
        title, _, code = cell.partition("\n")
        parts += [("markdown", f"## {title}"), ("code", code.strip())]
    return {
        "cells": [
            {"cell_type": kind, "id": f"cell-{k}", "metadata": {}, "source": text.splitlines(keepends=True)}
            | ({"execution_count": None, "outputs": []} if kind == "code" else {})
            for k, (kind, text) in enumerate(parts)
        ],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def test_own_observations(example, tmp_path):
    assert "mine: 3 looks" in example("own_observations.py", "record", "mine")
    example("own_observations.py", "imagine", "mine")
    both = (tmp_path / "mine/imagined.png").read_bytes()
    alone = Path(example("own_observations.py").splitlines()[-1])
    assert drawn(alone) and not alone.is_relative_to(tmp_path / "mine")
    (tmp_path / "mine/touches.csv").write_text("file,pitch,yaw\n")
    example("own_observations.py", "imagine", "mine")
    assert (tmp_path / "mine/imagined.png").read_bytes() != both and drawn(tmp_path / "mine/imagined.png")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recorded") / "mine"
    assert script(folder.parent, EXAMPLES / "own_observations.py", "record", "mine").returncode == 0
    return folder


BROKEN = {
    "a file that is missing": lambda folder: (folder / "touch-0.txt").unlink(),
    "three readings": lambda folder: (folder / "touch-0.txt").write_text("1 2 3"),
    "words for readings": lambda folder: (folder / "touch-0.txt").write_text("hard soft"),
    "a picture that is none": lambda folder: (folder / "look-0.png").write_text("no picture"),
    "a picture that is missing": lambda folder: (folder / "look-0.png").unlink(),
    "no table": lambda folder: (folder / "looks.csv").unlink(),
    "a table without poses": lambda folder: (folder / "looks.csv").write_text("file\nlook-0.png\n"),
    "a wide picture": lambda folder: Image.new("RGB", (30, 20)).save(folder / "look-0.png"),
    "a pitch beyond the pole": lambda folder: (folder / "looks.csv").write_text("file,pitch,yaw\nlook-0.png,-200,0\n"),
    "words for poses": lambda folder: (folder / "looks.csv").write_text("file,pitch,yaw\nlook-0.png,up,left\n"),
}


@pytest.mark.parametrize("damage", BROKEN.values(), ids=BROKEN)
def test_broken_observations_are_one_message(recorded, tmp_path, damage, capsys, monkeypatch):
    folder = shutil.copytree(recorded, tmp_path / "mine")
    damage(folder)
    monkeypatch.setattr(sys, "argv", ["own_observations.py", "imagine", str(folder)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(EXAMPLES / "own_observations.py"), run_name="__main__")
    said = capsys.readouterr().err
    assert ended.value.code == 2 and len(said.strip().splitlines()) == 1 and "mine/" in said


def test_a_table_of_another_editor(recorded, tmp_path, example):
    """With a byte-order mark and the line ends of Windows."""
    folder = shutil.copytree(recorded, tmp_path / "mine")
    for name in ("looks.csv", "touches.csv"):
        text = (folder / name).read_text()
        (folder / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    example("own_observations.py", "imagine", "mine", "--samples", "1")


def test_shape_for_grasping(example):
    said = example("shape_for_grasping.py")
    mesh = trimesh.load(said.partition(":")[0])
    assert mesh.is_watertight and mesh.extents.min() > 0.03 and mesh.extents.max() < 0.21  # metres
    assert "at [0. 0. 0.1] m: filled with probability 0" in " ".join(said.split())
    likely, outer = (float(re.search(rf"{what}.* (\d+) cm3", said)[1]) for what in ("faces", "hull"))
    assert 100 < likely < outer
    grip = re.search(r"grip at .*, ([\d.]+) cm apart\nthe true surface is ([\d.]+) and ([\d.]+) mm away", said)
    assert 1 < float(grip[1]) < 5 and max(float(grip[2]), float(grip[3])) < 25
    assert float(re.search(r"true shape: ([\d.]+)", said)[1]) > 0.45  # a lump in the middle has 0.4


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    """Where the example of own senses has trained, and what it said."""
    base = tmp_path_factory.mktemp("senses")
    result = script(base, EXAMPLES / "own_senses.py", "rooms")
    assert result.returncode == 0, result.stderr
    return base, result.stdout


def test_own_senses(rooms):
    said = rooms[1]
    blind = float(re.search(r"ranges vary by ([\d.]+)", said)[1])
    gained = []
    for network in ("baseline", "poe", "apoe"):
        (line,) = re.findall(f"^{network}: (.*)$", said, re.MULTILINE)
        errors = [float(value) for value in re.findall(r"(\d\.\d+) from", line)]
        assert len(errors) == 4 and max(errors) < blind, said
        gained.append(errors[0] - errors[-1])
    assert sum(gained) > 0, said  # sound tells of the pillar; after so short a training not to every network


def test_a_run_of_other_scenes_is_refused(rooms):
    base, said = rooms
    assert script(base, EXAMPLES / "own_senses.py", "rooms").stdout == said
    result = script(base, EXAMPLES / "own_senses.py", "rooms", "--scenes", "120")
    assert result.returncode == 2 and "of another run: train.scenes is 100, wanted 120" in result.stderr


def run_cells(made: dict) -> None:
    """Run a notebook's code, and keep in it what was printed and which pictures were saved."""
    names: dict = {}
    known: set[Path] = set()
    for cell in made["cells"]:
        if cell["cell_type"] == "code":
            with redirect_stdout(StringIO()) as printed:
                exec("".join(cell["source"]), names)
            text = printed.getvalue().replace(str(names["out"]), "first-steps")
            cell["outputs"] = (
                [{"name": "stdout", "output_type": "stream", "text": text.splitlines(True)}] if text else []
            )
            for path in sorted(set(names["out"].iterdir()) - known):
                known.add(path)
                content = {"image/png": base64.b64encode(path.read_bytes()).decode()}
                cell["outputs"].append({"data": content, "metadata": {}, "output_type": "display_data"})


if __name__ == "__main__":
    made = notebook((EXAMPLES / "first_steps.py").read_text())
    run_cells(made)
    NOTEBOOK.write_text(json.dumps(made, indent=1) + "\n")
