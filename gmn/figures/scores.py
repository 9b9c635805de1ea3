"""Beyond the paper: proper scores of samples of P(z | C), by context."""

import numpy as np

from gmn.evaluation.explained import CONTEXTS
from gmn.evaluation.results import Results
from gmn.figures.calibration import SHOWN, UNITS
from gmn.figures.explained import LABELS
from gmn.figures.series import beside, key, series, training
from gmn.figures.style import Figure, Sheet, caption


def draw(results: Results, sheet: Sheet) -> Figure:
    found = {network: results.explained(network) for network in results.networks}
    figure, axes = sheet.panels(2, 2, 4.6)
    places = np.arange(len(CONTEXTS))
    for row, sense, letters in zip(axes, SHOWN, ("ab", "cd"), strict=True):
        measures = {
            "energy": ("energy (low is good)", UNITS[sense]),
            "log_likelihood": ("likelihood (high is good)", "nats per number"),
        }
        for panel, letter, (measure, (title, unit)) in zip(row, letters, measures.items(), strict=True):
            for network, shift in beside(found, 0.18).items():
                values = [found[network][measure][sense][name] for name in CONTEXTS]
                series(panel, places + shift, values, network, ls="none")
            panel.set_xticks(places, LABELS, fontsize=7)
            panel.set(title=f"({letter}) {SHOWN[sense]}: {title}", xlabel="given, pictures + touches", ylabel=unit)
    sheet.legend(figure, *key(found, ls="none"), ncols=len(found))
    about = next(iter(found.values()))
    caption(
        figure,
        f"{about['scenes']} test scenes, five unseen views each, {about['samples']} samples of P(z | C). Energy score: "
        "mean distance of samples to the truth less half the mean distance of two samples; distance: root mean square "
        "over a view. Log-likelihood: log of the mean over samples of the density of all five views. "
        f"Bars: 95 % bootstrap; {training(results)}",
    )
    return figure
