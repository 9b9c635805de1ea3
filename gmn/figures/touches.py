"""Beyond the paper: from one touch to fifteen, and shapes that training never saw."""

import numpy as np

from gmn.evaluation.intervals import bootstrap
from gmn.evaluation.results import GROUP, HELD_OUT, Results
from gmn.figures.series import line, series, training
from gmn.figures.style import Figure, Sheet, caption
from gmn.models.networks import NETWORKS

REGIMES = {"m2": "trained on all shapes", "m2-heldout": "trained without these shapes"}
ASKED = (
    ("gray", 0, -1, "GRAY from\n10 touches"),
    ("rgb", 0, -1, "RGB from\n10 touches"),
    ("rgb", -1, 0, "RGB from\n10 pictures"),
    ("haptics", -1, 0, "touch from\n10 pictures"),
    ("haptics", 0, -1, "touch from\n10 touches"),
)  # question, images, touches, label


def draw(results: Results, sheet: Sheet) -> Figure:
    figure, (accuracy, unseen) = sheet.panels(1, 2, 2.6)
    for network in results.networks:
        answers = results.classification(network)
        series(
            accuracy,
            answers["touch_counts"],
            answers["touches"].swapaxes(0, 1),
            network,
            100,
            GROUP,
            label=NETWORKS[network].label,
        )
        accuracy.set_xticks(answers["touch_counts"])
    accuracy.axhline(10, color="0.4", lw=0.7)
    accuracy.text(15, 10.2, "chance", fontsize=6, ha="right", color="0.4")
    accuracy.set(title="(a) pictures told apart by touch", xlabel="touches given", ylabel="accuracy of ten (%)")
    sheet.legend(figure, *accuracy.get_legend_handles_labels(), ncols=len(results.networks))
    _held_out(unseen, {regime: results.heldout(regime) for regime in REGIMES})
    about, scenes = results.classification(results.networks[0]), results.heldout("m2")["scenes"]
    caption(
        figure,
        f"(a) {about['scenes']} scenes of 4 and 6 cubes in groups of ten, the query five pictures. "
        f"(b) {NETWORKS[HELD_OUT].label}, {scenes} scenes of held-out shapes. "
        f"Bars: 95 % bootstrap, of (a) over groups; {training(results)}",
    )
    return figure


def _held_out(axes, densities: dict) -> None:
    places = np.arange(len(ASKED))
    reference = densities["m2"]["values"]
    lost = []
    for question, images, touches, _ in ASKED:
        without = densities["m2-heldout"]["values"][question][:, images, touches]
        lost.append(bootstrap(without - reference[question][:, images, touches]))
    axes.axhline(0, color="0.4", lw=0.7)
    line(axes, places, lost, color="black", marker="o", ls="none", elinewidth=0.8)
    axes.set_xticks(places, [label for *_, label in ASKED], fontsize=6)
    axes.set(title="(b) trained without the shapes, minus with", ylabel="nats / dimension")
