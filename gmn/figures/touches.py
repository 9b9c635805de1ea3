"""Beyond the paper: from one touch to fifteen, and shapes that training never saw."""

import numpy as np

from gmn.evaluation.intervals import bootstrap
from gmn.evaluation.results import GROUP, HELD_OUT, Results
from gmn.figures.series import key, series, training
from gmn.figures.style import Figure, Sheet, caption
from gmn.models.networks import NETWORKS

REGIMES = ("m2", "m2-heldout")  # trained on all shapes, and without the held-out ones
ASKED = (
    ("gray", 0, -1, "GRAY from 10 touches"),
    ("rgb", 0, -1, "RGB from 10 touches"),
    ("rgb", -1, 0, "RGB from 10 pictures"),
    ("haptics", -1, 0, "touch from 10 pictures"),
    ("haptics", 0, -1, "touch from 10 touches"),
)  # question, images, touches, label


def draw(results: Results, sheet: Sheet) -> Figure:
    figure, (accuracy, unseen) = sheet.panels(1, 2, 2.6)
    for network in results.networks:
        answers = results.classification(network)
        hits = answers["touches"].swapaxes(0, 1)
        series(accuracy, answers["touch_counts"], hits, network, 100, GROUP)
        accuracy.set_xticks(answers["touch_counts"])
    accuracy.axhline(10, color="0.4", lw=0.7)
    accuracy.text(15, 10.2, "chance", fontsize=6, ha="right", color="0.4")
    accuracy.set(title="(a) told apart by touch", xlabel="touches given", ylabel="accuracy of ten (%)")
    sheet.legend(figure, *key(results.networks), ncols=len(results.networks))
    _held_out(unseen, {regime: results.heldout(regime) for regime in REGIMES})
    about, scenes = results.classification(results.networks[0]), results.heldout("m2")["scenes"]
    caption(
        figure,
        f"(a) {about['scenes']} scenes of 4 and 6 cubes in groups of ten, the query five pictures. "
        f"(b) {NETWORKS[HELD_OUT].label}, {scenes} scenes of held-out shapes: trained on all shapes minus without. "
        f"Bars: 95 % bootstrap, of (a) over groups; {training(results)}",
    )
    return figure


def _held_out(axes, densities: dict) -> None:
    places = np.arange(len(ASKED))
    reference = densities["m2"]["values"]
    lost = []
    for question, images, touches, _ in ASKED:
        without = densities["m2-heldout"]["values"][question][:, images, touches]
        lost.append(bootstrap(reference[question][:, images, touches] - without))
    mean, low, high = np.array(lost).T
    axes.axvline(0, color="0.4", lw=0.7)
    axes.errorbar(mean, places, xerr=[mean - low, high - mean], color="black", marker="o", ls="none", elinewidth=0.8)
    axes.set_yticks(places, [label for *_, label in ASKED], fontsize=6.5)
    axes.set(title="(b) lost on new shapes", xlabel="lost (nats / dimension)")
    axes.set_ylim(len(ASKED) - 0.5, -0.5)
