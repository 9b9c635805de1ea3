"""Fig. 1: cross-modal generation from one picture and fifteen grasps."""

from textwrap import fill

import numpy as np

from gmn.evaluation.results import Results
from gmn.figures.series import first_training
from gmn.figures.style import PAGE, PHONE, Figure, Sheet, bare, caption
from gmn.models.networks import NETWORKS

SCENE = 0
SAMPLES = 4  # shown


def draw(results: Results, sheet: Sheet) -> Figure:
    made = results.generation
    columns = 8 if sheet.across else 5
    views = np.linspace(0, 15, columns).round().astype(int)
    rows = [*made["imagined-fig1"][SCENE, :SAMPLES][:, views], made["truth"][SCENE, views]]
    if sheet.across:  # what was given is at the left, else above
        figure = Figure(figsize=(PAGE, 0.66 * len(rows) + 0.5))
        grid = figure.add_gridspec(len(rows), columns + 2, width_ratios=[1.6, 0.25] + [1] * columns)
        seen, felt, pictures = grid[0, 0], grid[1:, 0], (0, 2)
    else:
        figure = Figure(figsize=(PHONE, 0.56 * len(rows) + 1.9))
        grid = figure.add_gridspec(len(rows) + 1, columns, height_ratios=[1.5] + [1] * len(rows))
        seen, felt, pictures = grid[0, :2], grid[0, 2:], (1, 0)
    _seen(figure.add_subplot(seen), made["context"][SCENE, 0])
    _felt(figure.add_subplot(felt), made["touches"][SCENE])
    imagined = fill("(c) imagined: a row per sample of z, a column per viewpoint", 80 if sheet.across else 40)
    titles = [imagined] + [""] * (len(rows) - 2) + ["(d) truth"]
    for r, (row, title) in enumerate(zip(rows, titles, strict=True)):
        for k, picture in enumerate(row):
            panel = figure.add_subplot(grid[pictures[0] + r, pictures[1] + k])
            panel.imshow(picture)
            bare(panel)
            if k == columns // 2:
                panel.set_title(title)
    shown = NETWORKS[results.settings.model].label
    caption(
        figure,
        f"{shown}, M = 2, an object of the test set; scale {results.settings.scale}, {first_training(results)}",
    )
    return figure


def _seen(axes, picture: np.ndarray) -> None:
    axes.imshow(picture)
    axes.set_title("(a) one picture seen")
    bare(axes)


def _felt(axes, readings: np.ndarray) -> None:
    axes.imshow(readings, aspect="auto", cmap="gray", vmin=-1, vmax=1, interpolation="nearest")
    axes.set(title="(b) 15 grasps felt", xlabel="132 readings, scaled", ylabel="grasp", xticks=[], yticks=[])
    axes.grid(False)
