"""Fig. 3: cross-modal density estimation."""

import numpy as np
from matplotlib.lines import Line2D

from gmn.evaluation.results import Results, nearest
from gmn.figures.series import beside, series, training
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
    entries = [NETWORKS[network] for network in results.networks]
    handles = [Line2D([], [], color=entry.colour, marker=entry.marker) for entry in entries]
    handles += [Line2D([], [], color="0.3", ls=style) for style in STYLES]
    names = [" or ".join(str(counts[owns[k]]) for owns in ROWS) for k in range(2)]
    labels = [entry.label for entry in entries] + [f"{name} contexts of the same sense" for name in names]
    sheet.legend(figure, handles, labels, ncols=len(handles), columnspacing=1)
    about, most = next(iter(densities.values())), next(iter(effects.values()))
    outside = "".join(f"; {NETWORKS[network].label} may lie outside" for network in others)
    caption(
        figure,
        f"{about['scenes']} test scenes, importance-weighted with {about['samples']} samples; hollow, right: a tighter "
        f"bound of the dotted line's last point, {most['counts'][-1]} samples, {most['scenes']} scenes; bars: 95 % "
        f"bootstrap; {training(results)}; the best possible value is {about['bound']['rgb']:.3f} (pictures), "
        f"{about['bound']['haptics']:.3f} (touch){outside}",
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
