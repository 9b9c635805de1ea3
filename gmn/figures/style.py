"""One style for all figures: readable in a paper's column, in black and white, the same bytes every time."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from textwrap import fill
from typing import Any

import matplotlib.style
from matplotlib.figure import Figure

from gmn.figures.dark import adaptive
from gmn.files import write_atomically

COLUMN, PAGE = 3.4, 7.0  # inches
PHONE = 2.8  # a phone shows it more than half as large again
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
}


def panels(rows: int = 1, columns: int = 1, *, figsize: tuple[float, float], **keywords) -> tuple[Figure, Any]:
    """A figure of inches ``figsize`` and its axes, one or an array; ``keywords`` as of ``Figure.subplots``.

    Not pyplot's, which keeps every figure until it is closed and wants the backend of a screen.
    """
    figure = Figure(figsize=figsize)
    return figure, figure.subplots(rows, columns, **keywords)


@dataclass(frozen=True)
class Sheet:
    """Target medium of a figure.

    Attributes:
        across: panels stand beside one another; else one below the other.
    """

    across: bool

    def panels(self, rows: int, columns: int, height: float, **keywords) -> tuple[Figure, Any]:
        """A figure and its panels, (columns,) or (rows, columns).

        Args:
            rows: of panels on a page.
            columns: of panels on a page.
            height: of the figure on a page, inches.
            keywords: as of :func:`panels`; what they say of columns holds on a page alone.
        """
        if self.across:
            return panels(rows, columns, figsize=(PAGE, height), **keywords)
        of_columns = ("width_ratios", "sharex")
        keywords = {name: value for name, value in keywords.items() if name not in of_columns}
        height = 1 + rows * columns * min(2.4, height / rows)
        figure, axes = panels(rows * columns, 1, figsize=(PHONE, height), **keywords)
        return figure, axes if rows == 1 else axes.reshape(rows, columns)

    def legend(self, figure: Figure, handles, labels, loc="outside upper center", ncols=1, **keywords) -> None:
        """A legend outside all panels; on a phone above them, in two columns."""
        if not self.across:
            loc, ncols = "outside upper center", 2
        figure.legend(handles, labels, loc=loc, ncols=ncols, **keywords)  # pyrefly: ignore[bad-argument-type]


FOR_PAGE, FOR_PHONE = Sheet(across=True), Sheet(across=False)


def style():
    """A context, or a decorator, in which figures look ours whatever the user's matplotlibrc says."""
    return matplotlib.style.context(["default", OURS])


def save(figure: Figure, folder: Path, name: str) -> None:
    """Write it as SVG."""
    save_picture(figure, folder / f"{name}.svg")


def save_picture(figure, path: Path) -> None:
    """Write a picture of the kind that its suffix says, whole or not at all, the same bytes every time.

    SVG is dark on a dark page.

    Raises:
        UserError: it cannot be written.
    """
    kind, content = path.suffix.removeprefix("."), BytesIO()
    undated = {"png": "Software", "svg": "Date", "pdf": "CreationDate"}[kind]
    with style():
        figure.savefig(content, format=kind, metadata={undated: None})
    made = content.getvalue()
    write_atomically(path, adaptive(made.decode()).encode() if kind == "svg" else made)


def bare(axes) -> None:
    """No ticks, no frame, no grid: a picture."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def close(figure, h_pad: float = 0.015) -> None:
    """Pictures beside one another, with hardly a gap."""
    figure.get_layout_engine().set(w_pad=0.015, h_pad=h_pad, wspace=0.02, hspace=0.02)


def heading(figure, text: str) -> None:
    """A title over all panels, in as many lines as it needs."""
    figure.suptitle(fill(text, int(15 * figure.get_figwidth())), fontsize=8)


def caption(figure, text: str, color: str = "0.35") -> None:
    """Small lines under the figure: scenes, samples, seeds, iterations."""
    letters = int(19.5 * figure.get_figwidth())  # that fit in a line at this size
    text = text.replace(" %", "\N{NO-BREAK SPACE}%")
    figure.supxlabel(fill(text, letters), fontsize=6, color=color)
