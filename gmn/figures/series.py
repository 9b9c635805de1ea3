"""Points with intervals, and the words about a run that captions share."""

from collections.abc import Collection

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from gmn.evaluation.intervals import Interval, bootstrap
from gmn.evaluation.results import Results
from gmn.models.networks import NETWORKS


def series(axes, places, samples, network: str, scale: float = 1.0, block: int = 1, **style) -> None:
    """A line of means of ``samples``, (seeds, scenes) each, times ``scale``; else as :func:`line`.

    ``block``: as of :func:`gmn.evaluation.intervals.bootstrap`.
    """
    intervals = [Interval(*scale * np.array(bootstrap(sample, block=block))) for sample in samples]
    line(axes, places, intervals, color=NETWORKS[network].colour, marker=NETWORKS[network].marker, **style)


def key(networks: Collection[str], styles: dict[str, dict] | None = None, **look) -> tuple[list[Line2D], list[str]]:
    """A legend's handles and labels: a mark per network, then in grey what each of the ``styles`` of lines means."""
    of, styles = [NETWORKS[network] for network in networks], styles or {}
    handles = [Line2D([], [], color=each.colour, marker=each.marker, **look) for each in of]
    handles += [Line2D([], [], color="0.3", **look | style) for style in styles.values()]
    return handles, [each.label for each in of] + list(styles)


def beside(networks: Collection[str], step: float) -> dict[str, float]:
    """Horizontal offsets that put the networks' points side by side, ``step`` apart."""
    return {network: step * (k - (len(networks) - 1) / 2) for k, network in enumerate(networks)}


def line(axes, places, intervals: list[Interval], **style) -> None:
    """A line of means with bars of their intervals.

    Args:
        axes: where.
        places: of the points.
        intervals: one per place.
        style: of the line.
    """
    mean, low, high = np.array(intervals).T
    axes.errorbar(places, mean, [mean - low, high - mean], **{"elinewidth": 0.5} | style)


def curve(axes, table: pd.DataFrame, column: str, **style) -> None:
    """Mean over seeds of a ``column`` of :meth:`Results.curves`, in a band from the lowest seed to the highest."""
    seeds = table.groupby("iteration")[column]
    low, high = seeds.min(), seeds.max()
    axes.plot(seeds.mean(), **style)
    axes.fill_between(low.index, low, high, color=style["color"], alpha=0.15, lw=0)


def frame(axes, tables: list[pd.DataFrame], columns: list[str]) -> None:
    """Limits that hold the last two fifths of the mean curves: they begin far outside."""
    means = [table.groupby("iteration")[columns].mean().to_numpy() for table in tables]
    late = np.concatenate([mean[3 * len(mean) // 5 :].ravel() for mean in means])
    low, high = np.nanmin(late), np.nanmax(late)
    axes.set_ylim(low - 0.1 * (high - low), high + 0.1 * (high - low))


def since(results: Results, evaluations: int = 1) -> str:
    """Caption of training curves, means since the last evaluation or the one ``evaluations`` before."""
    bands = "; bands: all seeds" if len(results.settings.seeds) > 1 else ""
    last = "the last evaluation" if evaluations == 1 else f"the last {evaluations} evaluations"
    return f"training: mean of the batches since {last}{bands}"


def first_training(results: Results) -> str:
    """Seed and length of the training run whose pictures a figure shows."""
    settings = results.settings
    return f"training seed {settings.seeds[0]}, {settings.now.of(settings.model).train.length}"


def training(results: Results, complete: bool = True) -> str:
    """Seeds and length of the training runs that a figure's numbers are of."""
    now, seeds = results.settings.now, len(results.settings.seeds)
    words = f"{seeds} training seed{'s' * (seeds > 1)}, {(now.train if complete else now.train_missing).length}"
    own = {name: now.of(name).train.length for name in results.networks if name in now.networks} if complete else {}
    return words + "".join(f" ({NETWORKS[name].label}: {length})" for name, length in own.items())
