"""The wheel stands alone: installed into an empty folder, it needs no checkout."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
import trimesh
from PIL import Image

from gmn.commands import SCENES
from gmn.params import Settings
from gmn.roster import NAMES

ROOT = Path(__file__).parents[1]
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "gmn")
PYTHON = (sys.executable, "-S")  # reads no .pth file, so an editable install is not found


def pip(*arguments: str, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built of a copy, where setuptools may leave what it likes; by the setuptools that is installed, so offline."""
    folder = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder)
    pip("wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", "dist", ".", folder=folder)
    (built,) = folder.glob("dist/*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    pip("install", "--no-deps", "--no-index", "--target", str(target), str(wheel), folder=target)
    return target


@pytest.fixture
def surroundings(installed, tmp_path) -> dict:
    """An empty folder, the wheel and the packages installed here, without the checkout."""
    packages = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    return {"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": os.pathsep.join([str(installed), *packages])}}


@pytest.fixture
def alone(surroundings):
    def run(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([*PYTHON, *arguments], **surroundings, capture_output=True, text=True)

    return run


def block_of_readme(word: str) -> str:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (block,) = [block for block in blocks if word in block]
    return block


def test_every_file_of_the_package_is_in_the_wheel(wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    listed = subprocess.run(["git", "ls-files", "gmn"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(listed.stdout.split()) <= held
    assert {name.split("/")[0] for name in held if ".dist-info/" not in name} == {"gmn"}


def test_the_library_needs_no_dvc(wheel):
    """Only the pipeline, which the wheel does not have, runs by it."""
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        required = re.findall(r"^Requires-Dist: (.*)", archive.read(metadata).decode(), re.MULTILINE)
    assert any(line.startswith("torch") for line in required)
    assert [line for line in required if line.startswith("dvc")] == ['dvc; extra == "pipeline"']


CHECKS = """
import importlib.util, sys
from pathlib import Path
import gmn, gmn.report
assert Path(gmn.__file__).is_relative_to(INSTALLED), gmn.__file__
assert importlib.util.find_spec("stages") is None and CHECKOUT not in sys.path and "dvc" not in sys.modules
assert pictures.shape == (4, 8, 3, 32, 32)
once = model.infer(scene.contexts({"haptics": [0]})).imagine({"vision": query(camera_pose(orbit(3)))})["vision"]
assert once.shape == (1, 3, 3, 32, 32) and 0.1 < once.max() < 1.5
assert observation["image"].shape == (64, 64, 3) and observation["haptics"].shape == (132,)
page = gmn.report.explorer_page()
assert "<script" in page and "APoE" in page
"""


def test_the_library_works(alone, installed):
    """The README's blocks, then what the packaged files make."""
    code = block_of_readme("from_pretrained") + block_of_readme("gymnasium.make")
    result = alone("-c", f"{code}\nINSTALLED, CHECKOUT = {str(installed)!r}, {str(ROOT)!r}{CHECKS}")
    assert result.returncode == 0, result.stderr


def test_the_commands_draw(alone, installed, tmp_path):
    gmn = str(installed / "bin" / "gmn")
    for command in (
        ["look", "--scene", "3"],
        ["imagine", "--look", "0", "--touch", "1", "--views", "4", "--refine", "2", "--model", "baseline"],
    ):
        result = alone(gmn, *command, "drawn/picture.png")
        assert result.returncode == 0 and result.stdout == "drawn/picture.png\n", result.stderr
        with Image.open(tmp_path / "drawn/picture.png") as picture:
            assert picture.width > 1000 and len(picture.getcolors(2**24)) > 100


def test_the_shape_is_a_mesh_in_metres(alone, installed, tmp_path):
    """The same from the command and, where a network knows more, another shape."""
    gmn = str(installed / "bin" / "gmn")
    for kind, touches in (("ply", "10"), ("obj", "0")):
        shape = ("--look", "0", "--touch", touches, "--views", "1", "--samples", "1", "--mesh", f"new/shape.{kind}")
        result = alone(gmn, "imagine", *shape, "picture.png")
        assert result.returncode == 0 and result.stdout == f"new/shape.{kind}\npicture.png\n", result.stderr
    touched, nothing = (trimesh.load(tmp_path / f"new/shape.{kind}") for kind in ("ply", "obj"))
    for mesh in (touched, nothing):
        assert mesh.is_watertight and mesh.extents.min() > 0.03 and mesh.extents.max() < 0.21
    assert abs(touched.volume - nothing.volume) > 1e-6


def test_the_explorer_answers(surroundings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*PYTHON, "-m", "gmn", "explore", "--port", str(port)]
    process = subprocess.Popen(command, **surroundings, stdout=subprocess.PIPE, text=True)
    try:
        assert f"http://127.0.0.1:{port}" in process.stdout.readline()
        for _ in range(100):
            try:
                with urlopen(f"http://127.0.0.1:{port}/about") as answer:
                    about = json.load(answer)
                break
            except URLError:
                time.sleep(0.1)
        assert about["networks"] == list(NAMES) and about["scenes"] == 200
    finally:
        process.terminate()
        process.wait(10)


def test_what_the_explorer_lacks_is_named(alone):
    without = "import sys; sys.modules['fastapi'] = None; from gmn.__main__ import main; main()"
    result = alone("-c", without, "explore")
    assert result.returncode == 2 and "fastapi is not installed" in result.stderr, result.stderr


def test_the_scenes_are_those_of_the_test_set():
    assert Settings.load(ROOT / "params.yaml").scene_settings("test") == SCENES


@pytest.mark.parametrize(
    "command, words",
    [
        (("look", "scene.jpeg"), ("scene.jpeg", ".png")),
        (("imagine", "--touch", "16", "scene.png"), ("--touch", "15")),
        (("imagine", "--model", "laptop/m2/pose", "scene.png"), ("laptop/m2/pose: not found", "laptop/m2/poe")),
        (("imagine", "--mesh", "shape.png", "scene.png"), ("--mesh: got shape.png", ".ply, .obj or .stl")),
        (
            ("imagine", "--mesh", "a.ply", "--model", "laptop/m2/apoe", "--model", "laptop/m2/poe", "scene.png"),
            ("--mesh: got 2 networks", "give one --model"),
        ),
        (("explore", "--port", "0"), ("--port", "1")),
    ],
)
def test_wrong_input_is_named(alone, command, words):
    result = alone("-m", "gmn", *command)
    assert result.returncode == 2 and "Traceback" not in result.stderr, result.stderr
    assert all(word in result.stderr for word in words), result.stderr
