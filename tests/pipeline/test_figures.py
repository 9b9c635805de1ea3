"""Every figure of the pipeline, in both layouts: its letters can be read."""

from collections.abc import Iterator
from contextlib import chdir

import numpy as np
import pytest
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from mpl_toolkits.mplot3d.art3d import Text3D

from gmn.evaluation.results import Results
from gmn.figures import felt, figs4, table1
from gmn.figures.all import BEYOND, PUBLISHED
from gmn.figures.style import FOR_PAGE, FOR_PHONE, Sheet, style
from gmn.models.networks import NETWORKS
from gmn.params import Settings
from gmn.paths import PARAMS, Paths

SMALLEST = 6  # pt: 10 pixels on a phone and more on a page


@pytest.fixture(scope="module", params=[FOR_PAGE, FOR_PHONE], ids=["page", "phone"])
def sheet(request) -> Sheet:
    return request.param


@pytest.fixture(scope="module")
def results(repro) -> Iterator[Results]:
    with chdir(repro[0]):
        settings = Settings.load(PARAMS)
        yield Results(settings, Paths(settings))


def letters(figure: Figure) -> Iterator[Text]:
    """All that is written; ticks out of view are among it."""
    for text in figure.findobj(Text):
        if text.get_text().strip() and text.get_visible():
            yield text


def of_axes(figure: Figure) -> set[Text]:
    """What belongs to an axis and is no label of one that is shown."""
    axes = figure.findobj(Axis)
    shown = {axis.label for axis in axes if axis.axes.axison}
    return {text for axis in axes for text in axis.findobj(Text)} - shown


def test_what_an_imagined_touch_is_off_by_is_said(results, sheet, monkeypatch):
    truth = results.generation["felt-truth"]
    made = results.generation | {"felt-n0": truth + 0.5, "felt-image": truth - 0.25}
    monkeypatch.setitem(vars(results), "generation", made)
    with style():
        titles = [axes.get_title() for axes in felt.draw(results, sheet).axes]
    across = len(titles) // 3  # a row from nothing, one from pictures, one of the truth
    assert titles == ["off by 0.50 rad"] * across + ["off by 0.25 rad"] * across + [""] * across


def test_differences_of_bounds_are_those_of_their_curves(results, sheet):
    of, reference = (results.curves(network, "m2")["val_full"] for network in ("poe", "baseline"))
    with style():
        lines = figs4.draw(results, sheet).axes[1].lines
    drawn = {line.get_color(): line.get_ydata() for line in lines}
    np.testing.assert_allclose(drawn[NETWORKS["poe"].colour], reference - of)
    assert not drawn[NETWORKS["baseline"].colour].any()


@pytest.mark.parametrize("module", [*PUBLISHED, *BEYOND], ids=lambda module: module.__name__.rpartition(".")[-1])
def test_letters_are_inside_and_can_be_read(results, sheet, module):
    if module is table1 and sheet is FOR_PHONE:
        return  # the page has it as text
    with style():
        figure = module.draw(results, sheet)
        figure.draw_without_rendering()
        assert min(text.get_fontsize() for text in letters(figure)) >= SMALLEST
        for text in set(letters(figure)) - of_axes(figure) - set(figure.findobj(Text3D)):
            box = text.get_window_extent()
            inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= figure.bbox.x1 + 1 and box.y1 <= figure.bbox.y1 + 1
            assert inside, (text.get_text(), box, figure.bbox)
            assert all(line.count("$") % 2 == 0 for line in text.get_text().splitlines()), text.get_text()
