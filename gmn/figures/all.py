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
    turntable,
)
from gmn.figures.style import SHEETS, save, style
from gmn.files import write_atomically, write_table

PUBLISHED = (fig1, fig2, fig3, fig4, fig5, table1, figs1, figs2, figs4, figs5, figs6)
BEYOND = (agreement, explained, samples, occupancy, touches, calibration, hand)


def draw_all(results: Results, folder: Path) -> None:
    """Write every figure for a page and for a phone, the turntable, and Table 1 as CSV, to ``folder``."""
    with style():
        write_atomically(folder / "turntable.gif", turntable.draw(results))
        for module in (*PUBLISHED, *BEYOND):
            name = module.__name__.rpartition(".")[-1]
            for sheet in SHEETS[:1] if module is table1 else SHEETS:  # the report's table is text
                save(module.draw(results, sheet), folder, name, sheet)
    write_table(folder / "table1.csv", table1.table(results))
