"""Beyond the paper: the imagined shape, its overlap with the true one and how it looks."""

import numpy as np
from mpl_toolkits.mplot3d.art3d import Poly3DCollection

from gmn.data.modalities import HAPTICS, VISION
from gmn.evaluation.generation import CONTEXTS, SHAPES
from gmn.evaluation.protocol import Contexts
from gmn.evaluation.results import Results
from gmn.evaluation.shape import MIXES, STEP
from gmn.figures.calibration import root
from gmn.figures.series import beside, key, line, series, training
from gmn.figures.style import PAGE, PHONE, Figure, Sheet, caption
from gmn.mese.shape import EDGE
from gmn.models.config import EXTENT
from gmn.models.networks import NETWORKS
from gmn.trained.mesh import lattice, surface
from gmn.trained.occupancy import HALF

SCENE = 2  # as in Fig. S6
TITLES = {"touches": ("a", "d"), "pictures": ("b", "e"), "both": ("c", "f")}
NAMES = {"touches": "touches", "pictures": "pictures", "both": "each"}
CLAY, LIGHT = np.array([0.55, 0.62, 0.72]), np.array([-0.45, -0.35, 0.82])


def draw(results: Results, sheet: Sheet) -> Figure:
    found = {network: results.shape(network) for network in results.networks}
    if sheet.across:
        figure = Figure(figsize=(PAGE, 6.4))
        above, below = figure.subfigures(2, 1, height_ratios=(4.6, 1.8))  # pyrefly: ignore[not-iterable]
        panels, boxes = above.subplots(2, len(MIXES), sharey="row"), (1, 4)
    else:
        figure = Figure(figsize=(PHONE, 14.2))
        above, below = figure.subfigures(2, 1, height_ratios=(11, 3.2))  # pyrefly: ignore[not-iterable]
        panels, boxes = above.subplots(2 * len(MIXES)).reshape(2, -1), (2, 2)
    for column, mix in zip(panels.T, TITLES, strict=True):
        _overlap(column[0], found, mix)
        _doubt(column[1], found, mix)
    for panel in panels[:, 1:].flat if sheet.across else ():
        panel.set_ylabel("")  # as its neighbour's
    _shapes(below, results, boxes)
    sheet.legend(above, *key(found), ncols=len(found))
    about = next(iter(found.values()))
    caption(
        figure,
        f"{about['scenes']} test scenes; shape: the mean occupancy of {about['samples']} samples of P(z | C), cut "
        f"where it overlaps most with theirs; intersection over union of points {1000 * STEP:.3g} mm apart; bars: "
        f"95 % bootstrap; {training(results)}. (d) to (f) error of points' mean occupancy, and what the spread of "
        f"samples predicts of it. (g) surfaces imagined by {NETWORKS[results.settings.model].label}, "
        f"training seed {results.settings.seeds[0]}",
    )
    return figure


def _overlap(axes, found: dict, mix: str) -> None:
    """IoU against the number of views, a line per network."""
    places = _views(axes, found, mix, f"({TITLES[mix][0]}) from {mix}", "intersection over union")
    for network, shift in beside(found, 0.06).items():
        series(axes, places + shift, _samples(found[network], mix, "iou"), network)


def _doubt(axes, found: dict, mix: str) -> None:
    """RMS error against the number of views, and hollow what samples say of it."""
    places = _views(axes, found, mix, f"({TITLES[mix][1]}) error, and spread (hollow)", "RMS of occupancy")
    for network, shift in beside(found, 0.06).items():
        look = {"color": NETWORKS[network].colour, "marker": NETWORKS[network].marker, "ls": "none"}
        for measure, face in (("squared_error", "full"), ("predicted_error", "none")):
            line(axes, places + shift, list(map(root, _samples(found[network], mix, measure))), fillstyle=face, **look)
    axes.set_ylim(0, None)


def _views(axes, found: dict, mix: str, title: str, measured: str) -> np.ndarray:
    counts = [0, *next(iter(found.values()))["counts"]]
    axes.set(title=title, xlabel=f"{NAMES[mix]} given", ylabel=measured)
    axes.set_xticks(range(len(counts)), counts)
    return np.arange(len(counts))


def _samples(of: dict, mix: str, measure: str) -> np.ndarray:
    """From no view on, (counts, seeds, scenes)."""
    return np.concatenate([of[name][measure].swapaxes(0, 1) for name in ("nothing", mix)])


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
        axes.set_title(("(g) " if k == 0 else "") + label)


def _given(contexts: Contexts) -> str:
    words = {VISION: "pictures", HAPTICS: "touches"}
    return "from " + ",\n".join(f"{count} {words[sense]}" for sense, count in contexts.items())
