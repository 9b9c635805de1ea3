"""Beyond the paper: samples as inferred, and after gradient ascent for the scene at hand."""

from collections.abc import Callable

import numpy as np

from gmn.evaluation.generation import CONTEXTS, REFINED
from gmn.evaluation.intervals import Interval, bootstrap, interval_of, share_explained
from gmn.evaluation.protocol import counts
from gmn.evaluation.refined import CONTEXTS as MEASURED
from gmn.evaluation.results import Results
from gmn.figures.series import beside, key, line, training
from gmn.figures.strips import cut, edge_of
from gmn.figures.style import PAGE, PHONE, Figure, Sheet, bare, caption, close
from gmn.models.networks import NETWORKS

VIEWS = (5, 10)  # of the grid's 16, of each scene; a phone shows the first
FACES = {"inferred": "none", "refined": "full"}  # and how their marks are filled
LABELS = ["{}+{}".format(*counts(contexts)) for contexts in MEASURED.values()]
WORDS = {(0, 15): "15 touches", (1, 15): "one picture,\n15 touches", (5, 0): "five pictures"}


def draw(results: Results, sheet: Sheet) -> Figure:
    found = {network: results.refined(network) for network in results.networks}
    if sheet.across:
        figure = Figure(figsize=(PAGE, 8.1))
        above, below = figure.subfigures(2, 1, height_ratios=(5.9, 2.2))  # pyrefly: ignore[not-iterable]
        panels, views = below.subplots(1, len(PANELS)), VIEWS
    else:
        figure = Figure(figsize=(PHONE, 12.5))
        above, below = figure.subfigures(2, 1, height_ratios=(4.5, 8))  # pyrefly: ignore[not-iterable]
        panels, views = below.subplots(len(PANELS), 1), VIEWS[:1]
    _pictures(above, results.generation, views)
    for panel, (title, statistic) in zip(panels, PANELS.items(), strict=True):
        _marks(panel, found, statistic)
        panel.set_title(title)
        panel.set_xlabel("given, pictures + touches", fontsize=6.5)
    styles = {"as inferred": {"fillstyle": "none", "marker": "o"}, "refined": {"marker": "o"}}
    sheet.legend(below, *key(found, styles, ls="none"), ncols=len(found) + len(styles))
    about = next(iter(found.values()))
    close(figure, h_pad=0.03)
    whose, objects = NETWORKS[results.settings.model].label, len(results.generation["scene"])
    steps = results.settings.now.generation.refine
    caption(
        figure,
        f"(a) {whose}, {objects} test objects from viewpoints that were not given, one sample of z each, refined in "
        f"{steps} steps; (b) to (e) other contexts, {about['scenes']} test scenes, {about['samples']} samples, (b) to "
        f"(d) by their mean, refined in {about['steps']} steps; (e) the squared error of that mean that the spread of "
        f"samples predicts, as a share of the true one: 1 is right. Bars: 95 % bootstrap; {training(results)}",
    )
    return figure


def _pictures(figure, made: dict, views: tuple[int, ...]) -> None:
    """Two rows a context, above one of truth; a column for each scene and viewpoint."""
    rows = []
    for name in REFINED:
        given = WORDS[counts(CONTEXTS[name])]
        rows += [(f"{given},\nas inferred", made[f"imagined-{name}"][:, 0]), ("refined", made[f"refined-{name}"][:, 0])]
    rows.append(("truth", made["truth"]))
    edge = min(edge_of(pictures) for _, pictures in rows)
    panels = figure.subplots(len(rows), len(made["scene"]) * len(views))
    for strip, (label, pictures) in zip(panels, rows, strict=True):
        strip[0].set_ylabel(label, rotation=0, ha="right", va="center", fontsize=6.5)
        for panel, picture in zip(strip, pictures[:, list(views)].reshape(-1, *pictures.shape[2:]), strict=True):
            panel.imshow(cut(picture, edge))
            bare(panel)
    figure.suptitle("(a) imagined as inferred, refined, and the truth", fontsize=8)


def _marks(axes, found: dict, statistic: Callable[[dict, dict], Interval]) -> None:
    """By context and network, hollow as inferred, filled as refined."""
    places = np.arange(len(MEASURED))
    for network, shift in beside(found, 0.18).items():
        look = {"color": NETWORKS[network].colour, "marker": NETWORKS[network].marker, "ls": "none"}
        for kind, face in FACES.items():
            values = [statistic(found[network][kind][name], found[network]["variance"]) for name in MEASURED]
            line(axes, places + shift, values, fillstyle=face, **look)
    axes.set_xticks(places, LABELS, fontsize=6)


def _share(part: str) -> Callable[[dict, dict], Interval]:
    return lambda of, variance: share_explained(of[part], variance[part])


PANELS: dict[str, Callable[[dict, dict], Interval]] = {
    "(b) overlap of shapes": lambda of, _: bootstrap(of["iou"]),
    "(c) grey explained": _share("grey"),
    "(d) chroma explained": _share("chroma"),
    "(e) predicted error": lambda of, _: interval_of(
        lambda spread, error: spread.mean(-1) / error.mean(-1), of["predicted_error"], of["squared_error"]
    ),
}
