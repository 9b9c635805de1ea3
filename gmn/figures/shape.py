"""Beyond the paper: the imagined shape, its overlap with the true one and how it looks."""

import numpy as np
from mpl_toolkits.mplot3d.art3d import Poly3DCollection

from gmn.data.modalities import HAPTICS, VISION
from gmn.evaluation.generation import CONTEXTS, SHAPES
from gmn.evaluation.protocol import Contexts
from gmn.evaluation.results import Results
from gmn.evaluation.shape import MIXES, STEP
from gmn.figures.series import beside, key, series, training
from gmn.figures.style import PAGE, PHONE, Figure, Sheet, caption
from gmn.mese.shape import EDGE
from gmn.models.config import EXTENT
from gmn.models.networks import NETWORKS
from gmn.trained.mesh import lattice, surface
from gmn.trained.occupancy import HALF

SCENE = 2  # as in Fig. S6
TITLES = {"touches": "(a) from touches", "pictures": "(b) from pictures", "both": "(c) from both"}
NAMES = {"touches": "touches", "pictures": "pictures", "both": "each"}
CLAY, LIGHT = np.array([0.55, 0.62, 0.72]), np.array([-0.45, -0.35, 0.82])


def draw(results: Results, sheet: Sheet) -> Figure:
    found = {network: results.shape(network) for network in results.networks}
    if sheet.across:
        figure = Figure(figsize=(PAGE, 4.4))
        above, below = figure.subfigures(2, 1, height_ratios=(2.6, 1.8))  # pyrefly: ignore[not-iterable]
        panels, boxes = above.subplots(1, len(MIXES), sharey=True), (1, 4)
    else:
        figure = Figure(figsize=(PHONE, 9))
        above, below = figure.subfigures(2, 1, height_ratios=(6, 3.2))  # pyrefly: ignore[not-iterable]
        panels, boxes = above.subplots(len(MIXES), 1, sharey=True), (2, 2)
    for panel, mix in zip(panels, TITLES, strict=True):
        _overlap(panel, found, mix)
    sheet.legend(above, *key(found), ncols=len(found))
    _shapes(below, results, boxes)
    about = next(iter(found.values()))
    caption(
        figure,
        f"{about['scenes']} test scenes; shape: the mean occupancy of {about['samples']} samples of P(z | C), cut "
        f"where it overlaps most with theirs; intersection over union of points {1000 * STEP:.3g} mm apart; bars: "
        f"95 % bootstrap; {training(results)}. (d) surfaces imagined by {NETWORKS[results.settings.model].label}, "
        f"training seed {results.settings.seeds[0]}",
    )
    return figure


def _overlap(axes, found: dict, mix: str) -> None:
    """IoU against the number of views, a line per network."""
    counts = [0, *next(iter(found.values()))["counts"]]
    places = np.arange(len(counts))
    for network, shift in beside(found, 0.06).items():
        scores = np.concatenate([found[network][name]["iou"].swapaxes(0, 1) for name in ("nothing", mix)])
        series(axes, places + shift, scores, network)
    axes.set(title=TITLES[mix], xlabel=f"{NAMES[mix]} given", ylabel="intersection over union")
    axes.set_xticks(places, counts)


def _shapes(figure, results: Results, boxes: tuple[int, int]) -> None:
    """Surfaces: the truth and what is imagined of it from touches, pictures, both."""
    made = results.generation
    _, grid = lattice(EXTENT, STEP)
    labels = {"truth": "truth"} | {name: _given(CONTEXTS[name]) for name in SHAPES}
    for k, (name, label) in enumerate(labels.items()):
        axes = figure.add_subplot(*boxes, k + 1, projection="3d")
        level = HALF if name == "truth" else made[f"level-{name}"][SCENE]
        found = surface(made[f"filled-{name}"][SCENE] / 255, grid, STEP, level)
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
    return "from " + ",\n".join(f"{count} {words[sense]}" for sense, count in contexts.items())
