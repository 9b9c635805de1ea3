"""Fig. 1: cross-modal generation from one picture and fifteen grasps."""

from itertools import groupby

import numpy as np

from gmn.evaluation.results import Results
from gmn.figures.dark import ON_PICTURE
from gmn.figures.series import first_training
from gmn.figures.style import PAGE, PHONE, Figure, Sheet, bare, caption, close
from gmn.mese.channels import channels
from gmn.models.networks import NETWORKS

SCENE = 0
SAMPLES = 4  # shown
KINDS = {
    "jointpos": "joint angles",
    "jointvel": "joint velocities",
    "actuatorpos": "servo angles",
    "actuatorvel": "servo velocities",
    "actuatorfrc": "servo torques",
    "accelerometer": "accelerations",
    "gyro": "rates of turn",
    "touch": "touch",
}


def draw(results: Results, sheet: Sheet) -> Figure:
    made = results.generation
    columns = 6 if sheet.across else 4
    views = np.linspace(0, 15, columns).round().astype(int)
    rows = {f"sample {k + 1}": row[views] for k, row in enumerate(made["imagined-fig1"][SCENE, :SAMPLES])}
    rows["truth"] = made["truth"][SCENE, views]
    if sheet.across:  # what was given is at the left, else above
        figure = Figure(figsize=(PAGE, 4.6))
        given, imagined = figure.subfigures(1, 2, width_ratios=[1.8, columns])  # pyrefly: ignore[not-iterable]
        seen, felt = given.subplots(2, 1, height_ratios=[1, 3.6])
    else:
        figure = Figure(figsize=(PHONE, 6.4))
        given, imagined = figure.subfigures(2, 1, height_ratios=[2.7, len(rows)])  # pyrefly: ignore[not-iterable]
        seen, felt = given.subplots(1, 2, width_ratios=[1, 2])
    _seen(seen, made["context"][SCENE, 0])
    _felt(given, felt, made["touches"][SCENE])
    for (label, row), line in zip(rows.items(), imagined.subplots(len(rows), columns), strict=True):
        for panel, picture in zip(line, row, strict=True):
            panel.imshow(picture)
            bare(panel)
        line[0].set_ylabel(label, fontsize=7)
    imagined.suptitle("(c) imagined from both, and the truth", fontsize=8)
    close(figure)
    shown = NETWORKS[results.settings.model].label
    caption(
        figure,
        f"{shown}, M = 2, an object of the test set; a column per viewpoint, rows: samples of z; scale "
        f"{results.settings.scale}, {first_training(results)}",
    )
    return figure


def _seen(axes, picture: np.ndarray) -> None:
    axes.imshow(picture)
    axes.set_title("(a) one picture")
    bare(axes)


def _felt(figure, axes, readings: np.ndarray) -> None:
    """Readings of each kind together, in the order of the sensors."""
    image = axes.imshow(readings, aspect="auto", cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest")
    first, places, labels = 0, [], []
    for kind, group in groupby(channels(), lambda channel: channel.kind):
        members = list(group)
        places.append(first + (len(members) - 1) / 2)
        labels.append(f"{KINDS[kind]} ({members[0].unit})")
        first += len(members)
        axes.axvline(first - 0.5, color="black", lw=0.5, gid=f"{ON_PICTURE}-{kind}")
    axes.set(title=f"(b) {len(readings)} grasps", ylabel="grasp", yticks=[])
    axes.set_xticks(places, labels, rotation=90, fontsize=6)
    axes.tick_params(length=0)
    axes.grid(False)
    bar = figure.colorbar(image, ax=axes, location="bottom", aspect=30, ticks=[-1, 0, 1])
    bar.set_label("reading, scaled", fontsize=6)
    bar.ax.tick_params(labelsize=6)
