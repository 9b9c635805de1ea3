"""Fig. 4: classification of unseen scenes."""

import numpy as np

from gmn.evaluation.results import GROUP, Results
from gmn.figures.series import beside, key, series, training
from gmn.figures.style import Figure, Sheet, caption

GIVEN = {"I": "from pictures (I)", "H": "from touches (H)", "H+I": "from both (H+I)"}
QUESTIONS = {"paper": "which scene is it?\n(paper)", "released": "which query is it?\n(release)"}


def draw(results: Results, sheet: Sheet) -> Figure:
    answers = {network: results.classification(network) for network in results.networks}
    about = next(iter(answers.values()))
    figure, axes = sheet.panels(2, 3, 4.0, sharey=True)
    for (row, (question, asked)), letters in zip(enumerate(QUESTIONS.items()), ("abc", "def"), strict=True):
        for panel, (senses, given), letter in zip(axes[row], GIVEN.items(), letters, strict=True):
            for network, shift in beside(results.networks, 0.08).items():
                hits, places = answers[network][question][senses], np.array(about["counts"]) + shift
                series(panel, places, hits.swapaxes(0, 1), network, 100, GROUP)
            panel.axhline(10, color="0.4", lw=0.7)
            panel.set_title(f"({letter}) {given}")
            panel.set_xticks(about["counts"])
            if row == 1 or not sheet.across:
                panel.set_xlabel("views of each sense given")
            if letter in "ad" or not sheet.across:
                panel.set_ylabel(f"{asked}\naccuracy of ten (%)")
    sheet.legend(figure, *key(answers), ncols=len(answers))
    caption(
        figure,
        f"{about['scenes']} scenes of 4 and 6 cubes, never trained on, in groups of ten (line: chance). A query is "
        "five views of each sense; the paper asks which scene a query belongs to, the release which query belongs to a "
        f"scene. Samples of z: {about['samples']}; bars: 95 % bootstrap over groups; {training(results)}",
    )
    return figure
