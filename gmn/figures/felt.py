"""Imagined touch: the hand as the network expects its joints to be, and as they were."""

import numpy as np

from gmn.evaluation.generation import CONTEXTS
from gmn.evaluation.protocol import counts
from gmn.evaluation.results import Results
from gmn.figures.series import first_training
from gmn.figures.style import PAGE, PHONE, Figure, Sheet, bare, caption, close, heading, panels
from gmn.mese import third_person
from gmn.mese.third_person import JOINTS
from gmn.models.networks import NETWORKS

SIZE, EDGE = 320, 16  # pixels of a picture, and of it that is left out on each side
ROWS = {"from nothing": "n0", f"from {counts(CONTEXTS['image'])[0]} pictures": "image", "truth": "truth"}


def draw(results: Results, sheet: Sheet) -> Figure:
    made, scenes = results.generation, results.test_scenes
    wrists, truth = made["wrist"], made["felt-truth"]
    across, each = (len(wrists), PAGE / len(wrists)) if sheet.across else (3, PHONE / 3)
    first = len(wrists) - across
    figure, axes = panels(len(ROWS), across, figsize=(across * each, len(ROWS) * (each + 0.12) + 0.6))
    for line, (label, name) in zip(axes, ROWS.items(), strict=True):
        line[0].set_ylabel(label, fontsize=7)
        for k, panel in enumerate(line, first):
            readings = made[f"felt-{name}"][k]
            obj = scenes.object(int(made["scene"][k]))
            panel.imshow(third_person.picture(obj, wrists[k], readings, SIZE)[EDGE:-EDGE, EDGE:-EDGE])
            off = np.sqrt(np.mean((readings - truth[k])[:JOINTS] ** 2))
            bare(panel)
            if name != "truth":
                panel.set_title(f"off by {off:.2f} rad", fontsize=6)
    close(figure)
    heading(figure, "Touch imagined from pictures")
    caption(
        figure,
        f"{NETWORKS[results.settings.model].label}, M = 2, a grasp of each of {across} test objects: the hand at the "
        f"mean of imagined joint angles, at the true object; above: how far its {JOINTS} joints are off, root mean "
        f"square; {first_training(results)}",
    )
    return figure
