"""Fig. 3: cross-modal density estimation."""

import numpy as np

from gmn.evaluation.results import Results, nearest
from gmn.figures.series import beside, key, series, training
from gmn.figures.style import Figure, Sheet, caption
from gmn.models.networks import NETWORKS
from gmn.roster import PAPERS

ROWS = ((0, 1), (2, 3))  # numbers of contexts of the sense asked for, by place: few above, many below
STYLES = (":", "-")  # of the two in a row; dotted above is the fully cross-modal case, as published
PANELS = (
    ("gray", "touch to GRAY", "haptic contexts"),
    ("rgb", "touch to RGB", "haptic contexts"),
    ("haptics", "sight to touch", "image contexts"),
)


def draw(results: Results, sheet: Sheet) -> Figure:
    densities = {network: results.density(network) for network in results.networks}
    effects = {network: results.effect_of_samples(network) for network in results.networks}
    figure, axes = sheet.panels(len(ROWS), len(PANELS), 4.6, sharex="col")
    counts = next(iter(densities.values()))["counts"]
    paper = [network for network in results.networks if network in PAPERS] or results.networks
    others = [network for network in results.networks if network not in paper]
    shifts = beside(results.networks, 0.07)
    for column, (question, title, across) in enumerate(PANELS):
        for row, owns in enumerate(ROWS):
            for network in [*paper, *others]:
                _lines(axes[row, column], densities[network], question, owns, network, shifts[network])
                if row == 0:
                    bound = nearest(effects[network], question)[None]
                    place = [len(counts) - 0.68 + shifts[network]]
                    series(axes[row, column], place, bound, network, fillstyle="none", ls="none")
                if network == paper[-1]:
                    limits = axes[row, column].get_ylim()
            axes[row, column].set_ylim(limits)
        for panel in axes[: 1 if sheet.across else None, column]:
            panel.set_title(f"({'abc'[column]}) {title}")
        for panel in axes[-1 if sheet.across else 0 :, column]:
            panel.set_xlabel(across)
    for row, owns in enumerate(ROWS):
        few, many = (counts[own] for own in owns)
        for panel in axes[row, : 1 if sheet.across else None]:
            panel.set_ylabel(f"{few} or {many} of the same sense\n(nats / dimension)")
    names = [" or ".join(str(counts[owns[k]]) for owns in ROWS) for k in range(2)]
    styles = {f"{name} contexts of the same sense": {"ls": style} for name, style in zip(names, STYLES, strict=True)}
    handles, labels = key(results.networks, styles)
    sheet.legend(figure, handles, labels, ncols=len(handles), columnspacing=1)
    about, most = next(iter(densities.values())), next(iter(effects.values()))
    outside = "".join(f"; {NETWORKS[network].label} may lie outside" for network in others)
    caption(
        figure,
        f"{about['scenes']} test scenes, importance-weighted with {about['samples']} samples; hollow, right: a tighter "
        f"bound of the dotted line's last point, the higher of {most['counts'][-1]} samples of Q and of P, "
        f"{most['scenes']} scenes; bars: 95 % bootstrap; {training(results)}; the best possible value is "
        f"{about['bound']['rgb']:.3f} (pictures), {about['bound']['haptics']:.3f} (touch){outside}",
    )
    return figure


def _lines(axes, found: dict, question: str, owns: tuple[int, int], network: str, shift: float) -> None:
    places = np.arange(len(found["counts"]))
    values = found["values"][question]  # (seeds, images, touches, scenes)
    if question != "haptics":
        values = values.swapaxes(1, 2)  # the other sense across
    for own, style in zip(owns, STYLES, strict=True):
        series(axes, places + shift, values[:, :, own].swapaxes(0, 1), network, ls=style)
    axes.set_xticks(places, found["counts"])
