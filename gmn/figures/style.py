"""One style for all figures: readable in a paper's column, in black and white, the same bytes every time."""

from textwrap import fill

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from cycler import cycler

from gmn.params import Train

COLOURS = {"apoe": "#1f77b4", "baseline": "#ff7f0e", "poe": "#2ca02c"}  # APoE blue, baseline orange as published
NAMES = {"apoe": "APoE", "baseline": "baseline", "poe": "PoE"}
MARKERS = {"apoe": "o", "baseline": "s", "poe": "^"}
COLUMN, PAGE = 3.4, 7.0  # inches

plt.rcParams.update(
    {
        "font.size": 8,
        "axes.titlesize": 8,
        "legend.fontsize": 6.5,
        "axes.grid": True,
        "grid.alpha": 0.3,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "lines.linewidth": 1.2,
        "lines.markersize": 3.5,
        "figure.constrained_layout.use": True,
        "savefig.dpi": 200,
        "svg.hashsalt": "gmn",
        "svg.fonttype": "path",
        "axes.prop_cycle": cycler(color=list(COLOURS.values())),
    }
)


def save(figure, folder, name: str) -> None:
    """Write ``name``.svg and ``name``.png."""
    figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
    figure.savefig(folder / f"{name}.png", metadata={"Software": None})
    plt.close(figure)


def bare(axes) -> None:
    """No ticks, no frame, no grid: a picture."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def caption(figure, text: str) -> None:
    """Small lines under the figure: scenes, samples, seeds, iterations."""
    letters = int(21 * figure.get_figwidth())  # that fit in a line at this size
    figure.supxlabel(fill(text, letters), fontsize=5.5, color="0.35")


def length(train: Train) -> str:
    """The length of a training run in words."""
    easier = ", easier batches first" if train.curriculum and train.curriculum.lessons else ""
    return f"{train.iterations:,} iterations of {train.batch_size} scenes{easier}"
