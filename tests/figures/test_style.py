"""Figures leave nothing behind, and want no screen."""

import gc
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import ImageColor

from gmn.figures import dark, strips
from gmn.figures.imagined import draw as draw_imagined
from gmn.figures.scene import draw as draw_scene
from gmn.figures.style import FOR_PAGE, FOR_PHONE, panels, save_picture, style
from gmn.mese.simulate import simulate


def open_figures() -> int:
    gc.collect()
    return sum(isinstance(each, Figure) for each in gc.get_objects())


def test_a_figure_that_was_saved_is_gone(settings, tmp_path):
    scene = {name: array[0] for name, array in simulate(settings, range(1)).items()}
    before, pictures = open_figures(), np.zeros((2, 3, 8, 8, 3))
    for sheet in (FOR_PAGE, FOR_PHONE):
        save_picture(draw_scene(scene, "A scene", sheet), tmp_path / "scene.png")
    save_picture(draw_imagined({}, {"apoe": pictures}, pictures[0], "Imagined", ""), tmp_path / "imagined.svg")
    assert open_figures() == before


@pytest.mark.parametrize("backend", ["module://matplotlib_inline.backend_inline", "Qt5Agg", "nonsense"])
def test_the_backend_of_a_notebook_is_no_matter(backend, tmp_path):
    command = (sys.executable, "-m", "gmn", "look", str(tmp_path / "scene.png"))
    result = subprocess.run(command, env=os.environ | {"MPLBACKEND": backend}, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "scene.png").exists()


def test_a_dark_page_turns_lightness_round_and_keeps_hues():
    assert dark.on_dark("#ffffff") == dark.PAGE and dark.on_dark("#000000") == dark.INK
    assert dark.on_dark("#1f77b4") == "#1f77b4"
    box = ImageColor.getrgb(dark.on_dark("#d0e3f3"))
    assert max(box) < 90 and box[2] == max(box)  # light blue, dark blue


def test_text_without_a_colour_is_light_on_a_dark_page_but_for_what_is_on_a_picture():
    rules = dark.adaptive("<svg><style>*{}</style></svg>")
    assert f"svg {{fill: {dark.INK}}}" in rules and f'[id^="{dark.ON_PICTURE}"] {{fill: black}}' in rules


def test_a_saved_figure_has_its_dark_colours_and_keeps_its_light_ones(tmp_path):
    with style():
        for name, write in {"light": Figure.savefig, "both": save_picture}.items():
            figure, axes = panels(figsize=(2, 2))
            axes.plot([0, 1], color="black")
            write(figure, tmp_path / f"{name}.svg", **({"metadata": {"Date": None}} if name == "light" else {}))
    light, both = ((tmp_path / f"{name}.svg").read_text() for name in ("light", "both"))
    kept = f':not([id^="{dark.ON_PICTURE}"] *)'
    assert f'[style*="stroke: #000000"]{kept} {{stroke: {dark.INK} !important}}' in both and "dark" not in light
    assert re.sub(r"\n@media.*?\n}\n", "", both, flags=re.DOTALL) == light


def test_pictures_are_cut_to_what_they_show():
    pictures = np.zeros((2, 10, 10, 3), np.uint8)
    pictures[0, 4, 3], pictures[1, 6, 5] = 255, strips.LIT + 1
    assert strips.edge_of(pictures) == 0.3
    assert strips.cut(pictures[0], 0.3).shape == (4, 4, 3) and strips.cut(pictures[0], 0.3)[1, 0].all()
    assert strips.edge_of(pictures // 255 * strips.LIT) == 0  # nothing is lit: nothing is cut


def test_no_figure_is_pyplots():
    """It keeps every figure that nobody closes."""
    script = "import sys, gmn.figures.all, gmn.figures.imagined; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run((sys.executable, "-c", script)).returncode == 0
