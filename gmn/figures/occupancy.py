"""Beyond the paper: the shape in the representation, read by a linear probe."""

import numpy as np

from gmn.evaluation.intervals import share_explained
from gmn.evaluation.occupancy import MIXES
from gmn.evaluation.results import Results
from gmn.figures.series import line, series, training
from gmn.figures.style import Figure, Sheet, caption
from gmn.models.networks import NETWORKS

STYLES = {"sight": "--", "touch": ":", "both": "-"}


def draw(results: Results, sheet: Sheet) -> Figure:
    probes = {network: results.occupancy(network) for network in results.networks}
    figure, (explained, overlap) = sheet.panels(1, 2, 2.7)
    for network, found in probes.items():
        for sense in MIXES:
            _explained(explained, found, network, sense)
            look = {"ls": STYLES[sense], "label": f"{NETWORKS[network].label}, {sense}"}
            series(overlap, _places(found), found[sense]["iou"].swapaxes(0, 1), network, **look)
    about = next(iter(probes.values()))
    blind = about["reference"]["iou"].mean()
    overlap.axhline(blind, color="0.4", lw=0.7)
    overlap.text(_places(about)[-1], blind, "no context", fontsize=6, ha="right", va="bottom", color="0.4")
    explained.axhline(0, color="0.4", lw=0.7)
    explained.set(title="(a) occupancy explained", ylabel="share of variance")
    overlap.set(title="(b) fullest points against true ones", ylabel="intersection over union")
    for panel in (explained, overlap):
        panel.set_xlabel("contexts of each sense given")
        panel.set_xticks(_places(about), about["counts"])
    sheet.legend(figure, *overlap.get_legend_handles_labels(), loc="outside right upper")
    caption(
        figure,
        f"Ridge regression from the mean of {about['samples']} samples of z to {about['points']} points in space, "
        f"fitted on {about['fitted']} training scenes, tested on {about['tested']}; bars: 95 % bootstrap; "
        f"{training(results)}",
    )
    return figure


def _places(found: dict) -> np.ndarray:
    return np.arange(len(found["counts"]))


def _explained(axes, found: dict, network: str, sense: str) -> None:
    reference = found["reference"]["error"]
    errors = found[sense]["error"].swapaxes(0, 1)  # (counts, seeds, scenes)
    intervals = [share_explained(error, reference) for error in errors]
    line(
        axes,
        _places(found),
        intervals,
        color=NETWORKS[network].colour,
        marker=NETWORKS[network].marker,
        ls=STYLES[sense],
    )
