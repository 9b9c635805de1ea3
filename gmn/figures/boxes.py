"""Boxes and arrows of the schematic figures."""

from matplotlib.patches import FancyArrowPatch, FancyBboxPatch


def box(axes, x: float, y: float, text: str, width: float = 0.16, height: float = 0.1, fill: str = "white") -> None:
    """A labelled box centred at (x, y) in axes units."""
    corner = (x - width / 2, y - height / 2)
    axes.add_patch(FancyBboxPatch(corner, width, height, boxstyle="round,pad=0.01", fc=fill, ec="0.2", lw=0.8))
    axes.text(x, y, text, ha="center", va="center", fontsize=6)


def arrow(axes, start: tuple[float, float], end: tuple[float, float], dashed: bool = False) -> None:
    style = "dashed" if dashed else "solid"
    axes.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=6, lw=0.7, color="0.2", ls=style))


def canvas(axes, title: str) -> None:
    axes.set(xlim=(0, 1), ylim=(0, 1), title=title)
    axes.axis("off")
