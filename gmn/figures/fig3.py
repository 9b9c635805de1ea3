"""Fig. 3: cross-modal density estimation."""

import numpy as np

from gmn.evaluation.results import Results, nearest
from gmn.figures.series import beside, series, training
from gmn.figures.style import PAGE, caption, plt, save
from gmn.roster import NETWORKS

STYLES = (":", "--", "-.", "-")  # as published: dotted is the fully cross-modal case
PANELS = (
    ("gray", "(a) touch to GRAY", "haptic contexts"),
    ("rgb", "(b) touch to RGB", "haptic contexts"),
    ("haptics", "(c) sight to touch", "image contexts"),
)


def draw(results: Results, folder) -> None:
    densities = {network: results.density(network) for network in NETWORKS}
    effects = {network: results.effect_of_samples(network) for network in NETWORKS}
    figure, axes = plt.subplots(1, 3, figsize=(PAGE, 3.0))
    for panel, (question, title, across) in zip(axes, PANELS, strict=True):
        _panel(panel, densities, question)
        for network, shift in beside(0.08).items():
            bound = nearest(effects[network], question)[None]
            series(panel, [len(STYLES) - 0.68 + shift], bound, network, fillstyle="none", ls="none")
        panel.set(title=title, xlabel=across, ylabel="log-likelihood (nats / dimension)")
    about = densities["apoe"]
    handles = [plt.Line2D([], [], color=NETWORKS[n].colour, marker=NETWORKS[n].marker) for n in NETWORKS]
    handles += [plt.Line2D([], [], color="0.3", ls=style) for style in STYLES]
    labels = [NETWORKS[n].label for n in NETWORKS] + [f"{n} of the same sense" for n in about["counts"]]
    figure.legend(handles, labels, loc="outside upper center", ncols=7, columnspacing=1)
    bound, most = about["bound"], effects["apoe"]
    caption(
        figure,
        f"{about['scenes']} test scenes, importance-weighted with {about['samples']} samples; hollow, right: a tighter "
        f"bound of the dotted line's last point, {most['counts'][-1]} samples, {most['scenes']} scenes; bars: 95 % "
        f"bootstrap; {training(results)}; the best possible value is {bound['rgb']:.3f} (pictures), "
        f"{bound['haptics']:.3f} (touch)",
    )
    save(figure, folder, "fig3")


def _panel(axes, densities: dict, question: str) -> None:
    counts = densities["apoe"]["counts"]
    places = np.arange(len(counts))
    for network, shift in beside(0.06).items():
        values = densities[network]["values"][question]  # (seeds, images, touches, scenes)
        if question != "haptics":
            values = values.swapaxes(1, 2)  # the other sense across
        for own, style in enumerate(STYLES):
            series(axes, places + shift, values[:, :, own].swapaxes(0, 1), network, ls=style)
    axes.set_xticks(places, counts)
