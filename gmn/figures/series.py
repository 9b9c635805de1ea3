"""Points with intervals, and the words about a run that captions share."""

import numpy as np

from gmn.evaluation.intervals import bootstrap
from gmn.evaluation.results import Results
from gmn.figures.style import COLOURS, MARKERS


def series(axes, places, samples, network: str, scale: float = 1.0, **style) -> None:
    """A line of means with bars of their 95 % intervals.

    Args:
        axes: where.
        places: of the points.
        samples: (seeds, scenes) each.
        network: gives colour and marker.
        scale: of the values; 100 for per cent.
        style: of the line.
    """
    mean, low, high = scale * np.array([bootstrap(sample) for sample in samples]).T
    look = {"color": COLOURS[network], "marker": MARKERS[network], "elinewidth": 0.5} | style
    axes.errorbar(places, mean, [mean - low, high - mean], **look)


def training(results: Results, complete: bool = True) -> str:
    """Seeds and length of the training runs that a figure shows."""
    train, seeds = results.settings.now.train, len(results.settings.seeds)
    iterations = train.iterations.complete if complete else train.iterations.missing
    return f"{seeds} training seed{'s' * (seeds > 1)}, {iterations:,} iterations of {train.batch_size} scenes"
