"""Beyond the paper: how often the truth lies inside predicted intervals."""

import numpy as np

from gmn.evaluation.calibration import CONTEXTS
from gmn.evaluation.results import Results
from gmn.figures.series import series, training
from gmn.figures.style import Figure, Sheet, caption
from gmn.models.networks import NETWORKS

STYLES = {"nothing": ":", "touch": "--", "sight": "-"}
FROM = {"nothing": "nothing", "touch": "10 touches", "sight": "10 pictures"}
TITLES = {"vision": "(a) pictures of the object", "haptics": "(b) touch"}


def draw(results: Results, sheet: Sheet) -> Figure:
    found = {network: results.calibration(network) for network in results.networks}
    figure, axes = sheet.panels(1, 2, 2.8)
    levels = 100 * np.array(next(iter(found.values()))["levels"])
    for panel, (sense, title) in zip(axes, TITLES.items(), strict=True):
        panel.plot([0, 100], [0, 100], color="0.4", lw=0.7)
        for network in results.networks:
            for name in CONTEXTS:
                covered = found[network]["coverage"][sense][name].swapaxes(0, 1)
                label = f"{NETWORKS[network].label}, {FROM[name]}"
                series(panel, levels, covered, network, 100, ls=STYLES[name], markersize=2.5, label=label)
        panel.set(title=title, xlabel="predicted interval (%)", ylabel="truth inside (%)")
    sheet.legend(figure, *axes[0].get_legend_handles_labels(), loc="outside right upper")
    about = next(iter(found.values()))
    caption(
        figure,
        f"{about['scenes']} test scenes; predictions are mixtures of {about['samples']} samples of z with the "
        f"likelihood's spread; bars: 95 % bootstrap; {training(results)}",
    )
    return figure
