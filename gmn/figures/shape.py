"""Beyond the paper: the imagined shape, its overlap with the true one and how it looks."""

import numpy as np
from mpl_toolkits.mplot3d.art3d import Poly3DCollection

from gmn.data.modalities import HAPTICS, VISION
from gmn.evaluation.generation import CONTEXTS, SHAPES
from gmn.evaluation.protocol import Contexts
from gmn.evaluation.results import Results
from gmn.evaluation.shape import LEVEL, MIXES, STEP
from gmn.figures.series import beside, series, training
from gmn.figures.style import PAGE, PHONE, Figure, Sheet, caption
from gmn.mese.shape import EDGE
from gmn.models.config import EXTENT
from gmn.models.networks import NETWORKS
from gmn.trained.mesh import lattice, surface

SCENE = 2  # as in Fig. S6
TITLES = {"touches": "(a) from touches", "pictures": "(b) from pictures", "both": "(c) from both"}
NAMES = {"touches": "touches", "pictures": "pictures", "both": "each"}
CLAY, LIGHT = np.array([0.55, 0.62, 0.72]), np.array([-0.45, -0.35, 0.82])


def draw(results: Results, sheet: Sheet) -> Figure:
    found = {network: results.shape(network) for network in results.networks}
    if sheet.across:
        figure = Figure(figsize=(PAGE, 4.4))
        above, below = figure.subfigures(2, 1, height_ratios=(2.6, 1.8))
        panels, boxes = above.subplots(1, len(MIXES), sharey=True), (1, 4)
    else:
        figure = Figure(figsize=(PHONE, 9))
        above, below = figure.subfigures(2, 1, height_ratios=(6, 3.2))
        panels, boxes = above.subplots(len(MIXES), 1), (2, 2)
    ends = [_overlap(panel, found, mix) for panel, mix in zip(panels, TITLES, strict=True)]
    for panel, last in zip(panels, ends, strict=True):  # whose limits are known now
        _name(panel, last)
    _shapes(below, results, boxes)
    about = next(iter(found.values()))
    caption(
        figure,
        f"{about['scenes']} test scenes; shape: where the mean occupancy of {about['samples']} samples of P(z | C) "
        f"exceeds one half; intersection over union of points {1000 * STEP:.3g} mm apart; bars: 95 % bootstrap; "
        f"{training(results)}. (d) surfaces imagined by {NETWORKS[results.settings.model].label}, training seed "
        f"{results.settings.seeds[0]}",
    )
    return figure


def _overlap(axes, found: dict, mix: str) -> dict[str, float]:
    """IoU against the number of views, a line per network, and where lines end."""
    counts = [0, *next(iter(found.values()))["counts"]]
    places = np.arange(len(counts))
    ends = {}
    for network, shift in beside(found, 0.06).items():
        scores = np.concatenate([found[network][name]["iou"].swapaxes(0, 1) for name in ("nothing", mix)])
        series(axes, places + shift, scores, network)
        ends[network] = scores[-1].mean()
    axes.set(title=TITLES[mix], xlabel=f"{NAMES[mix]} given", ylabel="intersection over union")
    axes.set_xticks(places, counts)
    axes.set_xlim(-0.3, len(places) + 0.6)
    return ends


def _name(axes, ends: dict[str, float]) -> None:
    """Name lines at their ends, one name below the other."""
    place = axes.get_xlim()[1] - 1.35
    low, high = axes.get_ylim()
    apart = 0.09 * (high - low)
    ordered, heights = sorted(ends, key=ends.get, reverse=True), []
    for network in ordered:
        heights.append(min(ends[network], heights[-1] - apart if heights else np.inf))
    up = max(0, low - heights[-1])  # so that no name is below the axes
    for network, height in zip(ordered, heights, strict=True):
        look = {"color": NETWORKS[network].colour, "fontsize": 6.5, "va": "center"}
        axes.annotate(NETWORKS[network].label, (place, height + up), annotation_clip=False, **look)


def _shapes(figure, results: Results, boxes: tuple[int, int]) -> None:
    """Surfaces: the truth and what is imagined of it from touches, pictures, both."""
    made = results.generation
    _, grid = lattice(EXTENT, STEP)
    labels = {"truth": "truth"} | {name: _given(CONTEXTS[name]) for name in SHAPES}
    for k, (name, label) in enumerate(labels.items()):
        axes = figure.add_subplot(*boxes, k + 1, projection="3d")
        found = surface(made[f"filled-{name}"][SCENE] / 255, grid, STEP, LEVEL)
        if found is not None:
            shade = 0.55 + 0.45 * (found.face_normals @ LIGHT).clip(0, 1)
            axes.add_collection3d(
                Poly3DCollection(found.triangles, facecolors=shade[:, None] * CLAY, lw=0, rasterized=True)
            )
        half = 2.6 * EDGE
        axes.set(xlim=(-half, half), ylim=(-half, half), zlim=(-half, half))
        axes.set_box_aspect((1, 1, 1), zoom=1.5)
        axes.view_init(elev=28, azim=35)
        axes.set_axis_off()
        axes.set_title(("(d) " if k == 0 else "") + label)


def _given(contexts: Contexts) -> str:
    words = {VISION: "pictures", HAPTICS: "touches"}
    return "from " + ", ".join(f"{count} {words[sense]}" for sense, count in contexts.items())
