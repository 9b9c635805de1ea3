"""What goes wrong around the pipeline: broken results, other people's environments, two at once, signals."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from tests.pipeline.conftest import ENVIRONMENT, assert_refused, run, stage
from tests.served import served

DENSITY = "reports/smoke/density/m2/apoe/0.json"


@pytest.fixture(scope="module")
def place(repro, tmp_path_factory) -> Path:
    """A copy of the finished pipeline; tests put back what they damage."""
    folder = tmp_path_factory.mktemp("faults") / "caf\u00e9 au lait"
    return shutil.copytree(repro[0], folder, symlinks=True)


@pytest.fixture
def damaged(place):
    """Changes files, and puts them back."""
    saved = {}

    def damage(name: str, change) -> None:
        path = place / name
        saved[path] = path.read_bytes()
        path.unlink()
        path.write_bytes(change(saved[path]))

    yield damage
    for path, content in saved.items():
        path.write_bytes(content)


WRONG = {
    "truncated": lambda content: content[: len(content) // 2],
    "emptied": lambda content: b"",
    "null": lambda content: b"null",
    "edited": lambda content: content.replace(b"1", b"2", 1),
    "binary": lambda content: bytes(range(256)),
}
READ = [  # file, the stage that reads it
    ("reports/smoke/missing/m8-1-2/apoe/0.json", "claims"),
    ("reports/smoke/benchmark.json", "claims"),
    ("reports/smoke/shape/m2/poe/0.json", "table"),
    ("data/smoke/generation/apoe.safetensors", "figures"),
    ("reports/smoke/claims.json", "report"),
    ("data/smoke/album.json", "report"),
    ("data/smoke/splits/m2.safetensors", "train --model apoe --regime m2"),
    ("models/smoke/m2/apoe/0.safetensors", "evaluate agreement --model apoe"),
    ("data/smoke/test/manifest.json", "evaluate agreement --model apoe"),
]


CASES = [(DENSITY, "score", how) for how in WRONG] + [(*read, how) for read in READ for how in ("truncated", "edited")]


@pytest.mark.parametrize(("name", "reader", "how"), CASES, ids=[f"{name} {how}" for name, _, how in CASES])
def test_a_broken_file_is_named(place, damaged, name, reader, how):
    damaged(name, WRONG[how])
    assert_refused(served(place, *reader.split()), name.removesuffix("/manifest.json"), "again")


def test_a_changed_curve_is_found_before_it_reaches_headline_numbers(place, damaged):
    curve = "reports/smoke/curves/m2/apoe/0.csv"
    metrics = (place / "reports/smoke/metrics.json").read_bytes()
    damaged(curve, lambda content: content.replace(b".", b".1", 1))
    assert_refused(stage(place, "score"), curve, "altered since it was written", "dvc repro")
    assert (place / "reports/smoke/metrics.json").read_bytes() == metrics


def test_half_a_launch_is_named(place):
    result = stage(place, "train", "--model", "apoe", "--regime", "m2", env=ENVIRONMENT | {"WORLD_SIZE": "1"})
    assert_refused(result, "WORLD_SIZE", "torchrun")


@pytest.mark.parametrize("how", ["truncated", "emptied", "null", "binary"])
@pytest.mark.parametrize("name", ["reports/smoke/curves/m2/apoe/0.csv", "reports/smoke/metrics.json"])
def test_a_broken_table_is_named(place, damaged, name, how):
    damaged(name, WRONG[how])
    assert_refused(served(place, "score" if name.endswith("csv") else "report"), name, "dvc repro")


def test_results_of_another_network_are_named(place, damaged):
    damaged(DENSITY, lambda content: (place / DENSITY.replace("apoe", "poe")).read_bytes())
    assert_refused(served(place, "score"), DENSITY, "'network': 'poe'", "dvc repro")


def test_a_split_of_another_regime_is_named(place, damaged):
    other = (place / "data/smoke/splits/m8-1-2.safetensors").read_bytes()
    regime = "m14-11-14-released"
    damaged(f"data/smoke/splits/{regime}.safetensors", lambda content: other)
    result = served(place, "train", "--model", "apoe", "--regime", regime)
    assert_refused(result, "regime is 'm8-1-2', wanted 'm14-11-14'")


def test_times_that_are_broken_are_begun_anew(place, damaged):
    damaged("reports/smoke/time.csv", lambda content: b"\xff\x00,,")
    result = stage(place, "score", env=ENVIRONMENT | {"DVC_STAGE": "score"})
    assert result.returncode == 0, result.stderr
    assert (place / "reports/smoke/time.csv").read_text().startswith("stage,seconds,cpu_seconds,peak_mib\nscore,")


HOSTILE = """
image.origin: lower
text.usetex: True
figure.figsize: 1, 1
savefig.format: pdf
font.size: 40
axes.facecolor: black
svg.fonttype: none
"""


def test_drawn_again_behind_a_link_by_a_user_with_other_taste_figures_are_the_same_bytes(place, tmp_path):
    (tmp_path / "matplotlibrc").write_text(HOSTILE)
    figures, elsewhere = place / "reports/smoke/figures", tmp_path / "elsewhere"
    before = {path.name: path.read_bytes() for path in figures.iterdir()}
    figures.rename(elsewhere)
    figures.symlink_to(elsewhere)
    try:
        result = stage(place, "figures", env=ENVIRONMENT | {"MATPLOTLIBRC": str(tmp_path)})
        assert result.returncode == 0, result.stderr
        assert figures.is_symlink() and {path.name for path in elsewhere.iterdir()} == set(before)
        assert [name for name in before if (elsewhere / name).read_bytes() != before[name]] == []
    finally:
        figures.unlink()
        shutil.move(elsewhere, figures)


def test_a_poor_environment_does(place, tmp_path):
    """The C locale without UTF-8 mode, no home, no terminal, a path with spaces and accents."""
    poor = {key: value for key, value in ENVIRONMENT.items() if key not in ("HOME", "TERM", "DISPLAY")}
    poor |= {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "MPLBACKEND": ""}
    for arguments in (
        ("check",),
        ("claims", "C1"),
        ("report",),
        ("imagine", "--views", "2", str(tmp_path / "caf\u00e9.png")),
    ):
        result = stage(place, *arguments, env=poor)
        assert result.returncode == 0, (arguments, result.stderr)
    with Image.open(tmp_path / "caf\u00e9.png") as picture:
        assert picture.width > 500


def test_a_closed_output_is_no_fault_of_ours(place):
    script = f"{sys.executable} -m stages claims C1 >&-"
    result = run(place, "bash", "-c", script)
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_one_line(place, number):
    shutil.rmtree(place / ".scratch/train", ignore_errors=True)
    command = (sys.executable, "-m", "stages", "train", "--model", "poe", "--regime", "m2")
    process = subprocess.Popen(
        command, cwd=place, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    until = time.monotonic() + 60
    while not list(place.glob(".scratch/train/m2-poe-0-*/step-*")):
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert said.strip().splitlines()[-1].startswith(f"stopped by {number.name}; what was finished is kept")
    assert "Traceback" not in said


def test_the_second_of_two_waits(place):
    """Both train the same; one after the other, to the same bytes."""
    weights = place / "models/smoke/m2/apoe/0.safetensors"
    wanted = weights.read_bytes()
    command = (sys.executable, "-m", "stages", "train", "--model", "apoe", "--regime", "m2")
    both = [subprocess.Popen(command, cwd=place, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=300)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("another process is at it; waiting" in text for text in said) == 1
    assert weights.read_bytes() == wanted


def test_a_folder_that_may_not_be_written(place, tmp_path):
    if os.geteuid() == 0:  # root may write anywhere: a file in the folder's place stands in for it
        (tmp_path / "new").write_text("")
    else:
        (tmp_path / "new").mkdir(mode=0o500)
    assert_refused(stage(place, "imagine", "--views", "2", str(tmp_path / "new/picture.png")), "cannot be written")
