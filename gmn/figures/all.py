"""Every figure and table, by the name of its files."""

from pathlib import Path

from gmn.evaluation.results import Results
from gmn.figures import (
    agreement,
    calibration,
    explained,
    fig1,
    fig2,
    fig3,
    fig4,
    fig5,
    figs1,
    figs2,
    figs4,
    figs5,
    figs6,
    hand,
    occupancy,
    samples,
    table1,
    touches,
)
from gmn.figures.style import style

PUBLISHED = (fig1, fig2, fig3, fig4, fig5, table1, figs1, figs2, figs4, figs5, figs6)
BEYOND = (agreement, explained, samples, occupancy, touches, calibration, hand)


def draw_all(results: Results, folder: Path) -> None:
    """Write the SVG and PNG of every figure, and Table 1 as CSV, to ``folder``."""
    with style():
        for module in (*PUBLISHED, *BEYOND):
            module.draw(results, folder)
