"""Beyond the paper: does the spread of samples track their error, and does the truth lie inside predicted intervals?"""

import numpy as np

from gmn.evaluation.explained import CONTEXTS
from gmn.evaluation.intervals import Interval, interval_of
from gmn.evaluation.results import Results
from gmn.figures.explained import LABELS
from gmn.figures.series import beside, key, line, series, training
from gmn.figures.style import Figure, Sheet, caption
from gmn.models.networks import NETWORKS

SHOWN = {"vision": "pictures", "haptics": "touch"}
UNITS = {"vision": "of full white", "haptics": "of half the range"}
INTERVALS = {0.9: "full", 0.5: "none"}  # and how their marks are filled


def draw(results: Results, sheet: Sheet) -> Figure:
    found = {network: results.explained(network) for network in results.networks}
    figure, axes = sheet.panels(2, 2, 4.8)
    for (above, below), (sense, name), letters in zip(axes.T, SHOWN.items(), ("ac", "bd"), strict=True):
        _spread_and_error(above, found, sense)
        above.set(title=f"({letters[0]}) {name}: error, and spread (hollow)", ylabel=f"RMS, {UNITS[sense]}")
        _coverage(below, found, sense)
        below.set(title=f"({letters[1]}) {name}: inside 90 %, 50 % (hollow)", ylabel="truth inside intervals (%)")
        for panel in (above, below):
            panel.set_xticks(range(len(CONTEXTS)), LABELS, fontsize=7)
            panel.set_xlabel("given, pictures + touches")
    sheet.legend(figure, *key(found, ls="none"), ncols=len(found))
    about = next(iter(found.values()))
    caption(
        figure,
        f"{about['scenes']} test scenes, five unseen views each, {about['samples']} samples of P(z | C). "
        "Above: error of the mean of samples, and the error that their spread predicts; alike if the truth looks like "
        "another sample. Below: how often the truth lies inside the central intervals of the samples' mixture, which "
        "should hold as much of it (lines); of pictures, pixels where truth or a sample shows the object. "
        f"Bars: 95 % bootstrap; {training(results)}",
    )
    return figure


def _spread_and_error(axes, found: dict, sense: str) -> None:
    """By context, a mark a network: filled the error, hollow what the spread of samples predicts."""
    places = np.arange(len(CONTEXTS))
    for network, shift in beside(found, 0.15).items():
        look = {"color": NETWORKS[network].colour, "marker": NETWORKS[network].marker, "ls": "none"}
        for measure, face in (("squared_error", "full"), ("predicted_error", "none")):
            roots = [root(found[network][measure][sense][name]) for name in CONTEXTS]
            line(axes, places + shift, roots, fillstyle=face, **look)
    axes.set_ylim(0, None)


def _coverage(axes, found: dict, sense: str) -> None:
    """By context, a mark a network, and a line where each interval should be."""
    places = np.arange(len(CONTEXTS))
    levels = list(next(iter(found.values()))["levels"])
    for level, face in INTERVALS.items():
        axes.axhline(100 * level, color="0.4", lw=0.7)
        for network, shift in beside(found, 0.15).items():
            covered = [found[network]["coverage"][sense][name][:, levels.index(level)] for name in CONTEXTS]
            series(axes, places + shift, covered, network, 100, ls="none", fillstyle=face)
    axes.set(ylim=(0, 102), yticks=(0, 25, 50, 75, 90, 100))


def root(squares: np.ndarray) -> Interval:
    """Of the mean of (seeds, scenes)."""
    return interval_of(lambda values: np.sqrt(values.mean(-1)), squares)
