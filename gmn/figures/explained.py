"""Beyond the paper: what imagined pictures explain of unseen ones, and whether they turn with the camera."""

import numpy as np

from gmn.evaluation.explained import CONTEXTS, PARTS
from gmn.evaluation.intervals import interval_of, share_explained
from gmn.evaluation.protocol import counts
from gmn.evaluation.results import Results
from gmn.figures.series import beside, key, line, training
from gmn.figures.style import Figure, Sheet, caption
from gmn.models.networks import NETWORKS

FACES = {"P": ("error", {"fillstyle": "full"}), "Q": ("posterior", {"fillstyle": "none"})}  # whose samples
LABELS = ["{}+{}".format(*counts(contexts)) for contexts in CONTEXTS.values()]


def draw(results: Results, sheet: Sheet) -> Figure:
    figure, axes = sheet.panels(1, 3, 2.7, width_ratios=(3, 3, 1.2))
    axes[1].sharey(axes[0])
    places = np.arange(len(CONTEXTS))
    for k, (network, shift) in enumerate(beside(results.networks, 0.15).items()):
        found = results.explained(network)
        look = {"color": NETWORKS[network].colour, "marker": NETWORKS[network].marker, "ls": "none"}
        for panel, part in zip(axes, PARTS, strict=False):
            for kind, style in FACES.values():
                errors = {place: found[kind][name][part] for place, name in enumerate(CONTEXTS) if name in found[kind]}
                shares = [share_explained(error, found["variance"][part]) for error in errors.values()]
                line(panel, np.array(list(errors)) + shift, shares, **look | style)
        turn = interval_of(lambda t, v: t.mean(-1) / v.mean(-1), found["turn"]["changed"], found["turn"]["variance"])
        line(axes[2], [k], [turn], **look)
    for panel, title in zip(axes, ("(a) grey", "(b) chroma"), strict=False):
        panel.axhline(0, color="0.4", lw=0.7)
        panel.set_xticks(places, LABELS, fontsize=7)
        panel.set(title=title, xlabel="given, pictures + touches", ylabel="explained (share of variance)")
    marks = {f"samples of {name}": {"marker": "o"} | style for name, (_, style) in FACES.items()}
    sheet.legend(figure, *key(results.networks, marks, ls="none"), ncols=6)
    axes[2].set_xticks([])
    axes[2].set(
        title="(c) turning",
        ylabel="change (share of variance)",
        xlim=(-0.6, len(results.networks) - 0.4),
        ylim=(0, None),
    )
    caption(
        figure,
        f"{found['scenes']} test scenes, five unseen views each, explained by the mean of {found['samples']} pictures "
        f"imagined from P(z | C) or, hollow, from Q(z | C, O), half of what is given as C, half as O; 0: the mean "
        f"picture of all scenes. (c) change of pictures given all views if asked for 90 degrees further around the "
        f"object. Bars: 95 % bootstrap; {training(results)}",
    )
    return figure
