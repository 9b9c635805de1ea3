"""Every figure and table, by the name of its files."""

from pathlib import Path

from gmn.evaluation.results import Results
from gmn.figures import (
    agreement,
    calibration,
    explained,
    felt,
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
    refined,
    samples,
    scores,
    shape,
    table1,
    touches,
    turntable,
)
from gmn.figures.style import FOR_PAGE, FOR_PHONE, save, style
from gmn.files import write_atomically, write_table

PUBLISHED = (fig1, fig2, fig3, fig4, fig5, table1, figs1, figs2, figs4, figs5, figs6)
BEYOND = (agreement, explained, calibration, scores, samples, shape, refined, felt, touches, hand)


def draw_all(results: Results, folder: Path, phone: Path) -> None:
    """Write every figure, the turntable, and Table 1 as CSV.

    Args:
        results: of the run.
        folder: of figures for a page.
        phone: folder of the same figures for a phone; the report has Table 1 as text.
    """
    with style():
        for sheet, at in ((FOR_PAGE, folder), (FOR_PHONE, phone)):
            write_atomically(at / "turntable.gif", turntable.draw(results, sheet))
        for module in (*PUBLISHED, *BEYOND):
            name = module.__name__.rpartition(".")[-1]
            save(module.draw(results, FOR_PAGE), folder, name)
            if module is not table1:
                save(module.draw(results, FOR_PHONE), phone, name)
    write_table(folder / "table1.csv", table1.table(results))
