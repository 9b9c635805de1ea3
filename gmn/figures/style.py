"""One style for all figures: readable in a paper's column, in black and white, the same bytes every time."""

from io import BytesIO
from pathlib import Path
from textwrap import fill

import matplotlib.pyplot as plt
from cycler import cycler

from gmn.files import write_atomically
from gmn.roster import NETWORKS

COLUMN, PAGE = 3.4, 7.0  # inches
OURS = {
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
    "axes.prop_cycle": cycler(color=[entry.colour for entry in NETWORKS.values()]),
}


def style():
    """A context, or a decorator, in which figures look ours whatever the user's matplotlibrc says."""
    return plt.style.context(["default", OURS])


def save(figure, folder, name: str) -> None:
    """Write ``name``.svg and ``name``.png."""
    for suffix in (".svg", ".png"):
        save_picture(figure, folder / f"{name}{suffix}")
    plt.close(figure)


def save_picture(figure, path: Path) -> None:
    """Write a picture of the kind that its suffix says, whole or not at all, the same bytes every time.

    Raises:
        UserError: it cannot be written.
    """
    kind, content = path.suffix.removeprefix("."), BytesIO()
    undated = {"png": "Software", "svg": "Date", "pdf": "CreationDate"}[kind]
    with style():
        figure.savefig(content, format=kind, metadata={undated: None})
    write_atomically(path, content.getvalue())


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
