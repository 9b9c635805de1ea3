"""Fig. 1 in numbers: agreement of shapes and colours across samples."""

import numpy as np

from gmn.evaluation.agreement import CONTEXTS
from gmn.evaluation.protocol import counts
from gmn.evaluation.results import Results, present
from gmn.figures.series import beside, key, series, training
from gmn.figures.style import Figure, Sheet, caption

PANELS = (
    ("iou", "(a) silhouettes of two samples", "intersection over union"),
    ("truth_iou", "(b) silhouettes, sample and truth", "intersection over union"),
    ("error", "(c) error of the mean chroma", "of true chroma$^2$"),
    ("variance", "(d) variance of chroma", "of true chroma$^2$"),
    ("hue_hider", "(e) hue of hidden and hider", "cosine"),
    ("hue_own", "(f) hue of hidden and truth", "cosine"),
)
LABELS = ["{}\n{}+{}".format(name, *counts(contexts)) for name, contexts in CONTEXTS.items()]


def draw(results: Results, sheet: Sheet) -> Figure:
    found = {network: results.agreement(network) for network in results.networks}
    figure, axes = sheet.panels(3, 2, 6.0)
    places = np.arange(len(CONTEXTS))
    for panel, (measure, title, unit) in zip(axes.flat, PANELS, strict=True):
        for network, shift in beside(results.networks, 0.15).items():
            of = {name: found[network][name] for name in CONTEXTS}
            marks = {f"{measure}_seen": "full", f"{measure}_hidden": "none"}
            if measure in of["both"]:
                marks = {measure: "none" if unit == "cosine" else "full"}
            for name, face in marks.items():
                samples = [present(of[n][name]) for n in CONTEXTS]
                series(panel, places + shift, samples, network, ls="none", fillstyle=face)
        panel.set_xticks(places, LABELS)
        panel.set(title=title, ylabel=unit, ylim=(-1, 1) if unit == "cosine" else None)
    cubes = {
        f"{which} cubes": {"marker": "o", "fillstyle": face} for which, face in (("seen", "full"), ("hidden", "none"))
    }
    sheet.legend(figure, *key(results.networks, cubes, ls="none"), ncols=len(results.networks) + len(cubes))
    about = next(iter(found.values()))
    hidden = present(about["both"]["error_hidden"]).shape[1]
    caption(
        figure,
        f"{about['scenes']} test scenes, {about['samples']} samples of z, 14 views each, given pictures + touches; "
        "a cube is seen if the first picture shows it; else the cube in its place there hides it; "
        f"{hidden} scenes have hidden cubes. "
        f"Bars: 95 % bootstrap; {training(results)}",
    )
    return figure
