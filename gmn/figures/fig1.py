"""Fig. 1: cross-modal generation from one picture and fifteen grasps."""

import numpy as np

from gmn.evaluation.results import Results
from gmn.figures.series import training
from gmn.figures.style import PAGE, bare, caption, plt, save
from gmn.roster import LABELS

SCENE = 0
ROWS = 4  # samples shown
COLUMNS = 8  # viewpoints shown, of the grid's 16


def draw(results: Results, folder) -> None:
    made = results.generation
    views = np.linspace(0, 15, COLUMNS).round().astype(int)
    samples = made["imagined-fig1"][SCENE, :ROWS][:, views]
    rows = len(samples) + 1
    figure, axes = plt.subplots(
        rows, COLUMNS + 2, figsize=(PAGE, 0.66 * rows + 0.5), gridspec_kw={"width_ratios": [1.6, 0.25] + [1] * COLUMNS}
    )
    for panel in axes.flat:
        bare(panel)
    axes[0, 0].imshow(made["context"][SCENE, 0])
    axes[0, 0].set_title("(a) the one picture seen")
    grid = axes[1, 0].get_gridspec()
    for panel in axes[1:, 0]:
        panel.remove()
    felt = figure.add_subplot(grid[1:, 0])
    felt.imshow(made["touches"][SCENE], aspect="auto", cmap="gray", vmin=-1, vmax=1, interpolation="nearest")
    felt.set(title="(b) 15 grasps felt", xlabel="132 readings, scaled", ylabel="grasp", xticks=[], yticks=[])
    felt.grid(False)
    for k, view in enumerate(views):
        for s in range(len(samples)):
            axes[s, k + 2].imshow(samples[s, k])
        axes[-1, k + 2].imshow(made["truth"][SCENE, view])
    axes[0, 2 + COLUMNS // 2].set_title("(c) imagined: a row per sample of z, a column per viewpoint", loc="center")
    axes[-1, 2 + COLUMNS // 2].set_title("(d) truth")
    caption(
        figure,
        f"{LABELS[results.settings.model]}, M = 2, an object of the test set; scale {results.settings.scale}, "
        f"{training(results)}",
    )
    save(figure, folder, "fig1")
