"""Fig. 1 in numbers: agreement of shapes and colours across samples."""

import numpy as np

from gmn.evaluation.agreement import CONTEXTS
from gmn.evaluation.results import NETWORKS, Results
from gmn.figures.series import series, training
from gmn.figures.style import COLOURS, MARKERS, NAMES, PAGE, caption, plt, save

PANELS = (
    ("iou", "(a) silhouettes of two samples", "intersection over union"),
    ("truth_iou", "(b) silhouettes, sample and truth", "intersection over union"),
    ("error", "(c) error of the mean chroma", "of the true chroma squared"),
    ("variance", "(d) variance of chroma", "of the true chroma squared"),
)
LABELS = [f"{name}\n{images}+{touches}" for name, (images, touches) in CONTEXTS.items()]


def draw(results: Results, folder) -> None:
    found = {network: results.agreement(network) for network in NETWORKS}
    figure, axes = plt.subplots(2, 2, figsize=(PAGE, 4.2))
    places = np.arange(len(CONTEXTS))
    for panel, (measure, title, unit) in zip(axes.flat, PANELS, strict=True):
        for shift, network in zip((-0.15, 0, 0.15), NETWORKS, strict=True):
            of = {name: found[network][name] for name in CONTEXTS}
            if measure in of["both"]:
                series(panel, places + shift, [of[n][measure] for n in CONTEXTS], network, ls="none")
                continue
            for part, face in (("seen", "full"), ("hidden", "none")):
                samples = [_complete(of[n][f"{measure}_{part}"]) for n in CONTEXTS]
                series(panel, places + shift, samples, network, ls="none", fillstyle=face)
        panel.set_xticks(places, LABELS)
        panel.set(title=title, ylabel=unit)
    figure.legend(*_legend(), loc="outside upper center", ncols=5)
    about = found["apoe"]
    caption(
        figure,
        f"{about['scenes']} test scenes, {about['samples']} samples of z, 14 views each, given pictures + touches; "
        f"a cube is seen if the first picture shows it. Bars: 95 % bootstrap; {training(results)}",
    )
    save(figure, folder, "agreement")


def _complete(values: np.ndarray) -> np.ndarray:
    """(seeds, scenes) less the scenes that have no such cubes."""
    return values[:, ~np.isnan(values).any(0)]


def _legend():
    handles = [plt.Line2D([], [], color=COLOURS[n], marker=MARKERS[n], ls="none") for n in NETWORKS]
    handles += [plt.Line2D([], [], color="0.3", marker="o", ls="none", fillstyle=f) for f in ("full", "none")]
    return handles, [NAMES[n] for n in NETWORKS] + ["seen cubes", "hidden cubes"]
