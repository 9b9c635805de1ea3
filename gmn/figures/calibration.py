"""Beyond the paper: does the spread of samples track their error, and does the truth lie inside predicted intervals?"""

import numpy as np

from gmn.evaluation.explained import CONTEXTS
from gmn.evaluation.intervals import Interval, interval_of
from gmn.evaluation.protocol import counts
from gmn.evaluation.results import Results
from gmn.figures.series import beside, series, training
from gmn.figures.style import Figure, Sheet, caption
from gmn.models.networks import NETWORKS

SHOWN = {"vision": "pictures", "haptics": "touch"}
UNITS = {"vision": "of full white", "haptics": "of half the range"}
LABELS = {name: "{}+{}".format(*counts(given)) for name, given in CONTEXTS.items()}
INTERVALS = (0.5, 0.9)


def draw(results: Results, sheet: Sheet) -> Figure:
    found = {network: results.explained(network) for network in results.networks}
    figure, axes = sheet.panels(2, 2, 5.2)
    for (left, right), sense, letters in zip(axes, SHOWN, ("ab", "cd"), strict=True):
        _spread_and_error(left, found, sense)
        left.set(
            title=f"({letters[0]}) {SHOWN[sense]}: spread and error, {UNITS[sense]}",
            xlabel="error of the mean of samples",
            ylabel="error that spread predicts",
        )
        _coverage(right, found, sense)
        right.set(title=f"({letters[1]}) {SHOWN[sense]}: truth inside, %", xlabel="given, pictures + touches")
    sheet.legend(figure, *axes[0, 1].get_legend_handles_labels(), ncols=len(found))
    about = next(iter(found.values()))
    caption(
        figure,
        f"{about['scenes']} test scenes, five unseen views each, {about['samples']} samples of P(z | C), "
        "given pictures + touches. Left: root mean squares over numbers and scenes; on the line the truth looks like "
        "another sample. "
        f"Right: share inside the central intervals of {' and '.join(f'{level:.0%}' for level in INTERVALS)} (lines) "
        "of the samples' mixture; of pictures, pixels where truth or a sample shows the object. "
        f"Bars: 95 % bootstrap; {training(results)}",
    )
    return figure


def _spread_and_error(axes, found: dict, sense: str) -> None:
    """A point a network and context, its context beside it, and the diagonal."""
    most, ends = 0.0, {}
    for network, of in found.items():
        look = {"color": NETWORKS[network].colour, "marker": NETWORKS[network].marker, "ls": "none", "elinewidth": 0.5}
        for name in CONTEXTS:
            error, predicted = (_root(of[measure][sense][name]) for measure in ("squared_error", "predicted_error"))
            axes.errorbar(error.mean, predicted.mean, _bar(predicted), _bar(error), **look)
            most = max(most, error.high, predicted.high)
            ends.setdefault(name, []).append((error.mean, predicted.mean))
    axes.plot([0, most], [0, most], color="0.4", lw=0.7)
    axes.set(xlim=(0, 1.05 * most), ylim=(0, 1.05 * most))
    _label(axes, {LABELS[name]: np.array(points).max(0) for name, points in ends.items()}, most)


def _label(axes, ends: dict[str, np.ndarray], most: float) -> None:
    """Words at the right, in the order of their points, each with a line to them."""
    lowest = max(0.03 * most, min(predicted for _, predicted in ends.values()) - 0.05 * most)
    for k, (text, end) in enumerate(sorted(ends.items(), key=lambda item: item[1][1])):
        axes.annotate(
            text,
            end,
            (1.07 * most, lowest + 0.075 * k * most),
            fontsize=6.5,
            va="center",
            color="0.25",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "lw": 0.3, "color": "0.6", "shrinkB": 4},
        )


def _coverage(axes, found: dict, sense: str) -> None:
    """By context, a mark a network, and a line where each interval should be."""
    places = np.arange(len(CONTEXTS))
    levels = list(next(iter(found.values()))["levels"])
    for level in INTERVALS:
        axes.axhline(100 * level, color="0.4", lw=0.7)
        for network, shift in beside(found, 0.18).items():
            covered = [found[network]["coverage"][sense][name][:, levels.index(level)] for name in CONTEXTS]
            label = NETWORKS[network].label if level == INTERVALS[0] else None
            series(axes, places + shift, covered, network, 100, ls="none", label=label)
    axes.set_xticks(places, LABELS.values(), fontsize=7)
    axes.set(ylim=(0, 102), yticks=(0, 25, 50, 75, 90, 100))


def _root(squares: np.ndarray) -> Interval:
    """Of the mean of (seeds, scenes)."""
    return interval_of(lambda values: np.sqrt(values.mean(-1)), squares)


def _bar(of: Interval) -> np.ndarray:
    return np.array([[of.mean - of.low], [of.high - of.mean]])
