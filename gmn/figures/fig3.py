"""Fig. 3: cross-modal density estimation."""

import numpy as np

from gmn.evaluation.results import NETWORKS, Results
from gmn.figures.series import series, training
from gmn.figures.style import COLOURS, MARKERS, NAMES, PAGE, caption, plt, save

STYLES = (":", "--", "-.", "-")  # as published: dotted is the fully cross-modal case
PANELS = (
    ("gray", "(a) touch to GRAY", "haptic contexts", "image contexts"),
    ("rgb", "(b) touch to RGB", "haptic contexts", "image contexts"),
    ("haptics", "(c) sight to touch", "image contexts", "haptic contexts"),
)


def draw(results: Results, folder) -> None:
    densities = {network: results.density(network) for network in NETWORKS}
    figure, axes = plt.subplots(1, 3, figsize=(PAGE, 2.9))
    for panel, (question, title, across, along) in zip(axes, PANELS, strict=True):
        _panel(panel, densities, question)
        panel.set(title=title, xlabel=across, ylabel="log-likelihood (nats / dimension)")
        handles = [plt.Line2D([], [], color="0.3", ls=style) for style in STYLES]
        labels = [f"{n} {along}" for n in densities["apoe"]["counts"]]
        panel.legend(handles, labels, loc="lower right")
    figure.legend(
        [plt.Line2D([], [], color=COLOURS[n], marker=MARKERS[n]) for n in NETWORKS],
        [NAMES[n] for n in NETWORKS],
        loc="outside upper center",
        ncols=3,
    )
    about = densities["apoe"]
    bound = about["bound"]
    caption(
        figure,
        f"{about['scenes']} test scenes, importance-weighted with {about['samples']} samples; bars: 95 % bootstrap; "
        f"{training(results)}; the best possible value is {bound['rgb']:.3f} (pictures), "
        f"{bound['haptics']:.3f} (touch)",
    )
    save(figure, folder, "fig3")


def _panel(axes, densities: dict, question: str) -> None:
    counts = densities["apoe"]["counts"]
    places = np.arange(len(counts))
    for shift, network in zip((-0.06, 0, 0.06), NETWORKS, strict=True):
        values = densities[network]["values"][question]  # (seeds, images, touches, scenes)
        if question != "haptics":
            values = values.swapaxes(1, 2)  # the other sense across
        for own, style in enumerate(STYLES):
            series(axes, places + shift, values[:, :, own].swapaxes(0, 1), network, ls=style)
    axes.set_xticks(places, counts)
