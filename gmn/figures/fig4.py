"""Fig. 4: classification of unseen scenes."""

import numpy as np

from gmn.evaluation.results import GROUP, Results
from gmn.figures.series import beside, series, training
from gmn.figures.style import Figure, Sheet, caption
from gmn.models.networks import NETWORKS

STYLES = {"I": "--", "H": ":", "H+I": "-"}
QUESTIONS = {
    "paper": "which scene does a query belong to? (paper)",
    "released": "which query belongs to a scene? (release)",
}


def draw(results: Results, sheet: Sheet) -> Figure:
    answers = {network: results.classification(network) for network in results.networks}
    about = next(iter(answers.values()))
    figure, axes = sheet.panels(1, 2, 2.7, sharey=True)
    for panel, (question, title) in zip(axes, QUESTIONS.items(), strict=True):
        for network, shift in beside(results.networks, 0.08).items():
            for senses, style in STYLES.items():
                hits, places = answers[network][question][senses], np.array(about["counts"]) + shift
                series(
                    panel,
                    places,
                    hits.swapaxes(0, 1),
                    network,
                    100,
                    GROUP,
                    ls=style,
                    label=f"{NETWORKS[network].label}, {senses}",
                )
        panel.axhline(10, color="0.4", lw=0.7)
        panel.text(5.2, 6.5, "chance", fontsize=6, ha="right", color="0.4")
        panel.set(title=title, xlabel="contexts of each sense given")
    axes[0].set_ylabel("accuracy of ten (%)")
    sheet.legend(figure, *axes[0].get_legend_handles_labels(), loc="outside right upper")
    caption(
        figure,
        f"{about['scenes']} scenes of 4 and 6 cubes, never trained on, in groups of ten; samples of z: "
        f"{about['samples']}; bars: 95 % bootstrap over groups; I images, H haptics; {training(results)}",
    )
    return figure
