"""Rows of imagined pictures under one row of truth."""

import numpy as np

from gmn.figures.series import first_training
from gmn.figures.style import PAGE, PHONE, Figure, Sheet, bare, caption, close, heading, panels
from gmn.models.networks import NETWORKS

LIT = 40  # of 255: pictures are cut to what is brighter anywhere


def draw_strips(results, sheet: Sheet, title: str, rows: dict[str, str], scene: int) -> Figure:
    """Draw ``rows`` (label -> array of :mod:`gmn.evaluation.generation`) of one scene, first sample of z each."""
    made = results.generation
    columns, height, width = (8, 0.8, PAGE) if sheet.across else (5, 0.5, PHONE)  # of the grid's 16 viewpoints
    views = np.linspace(0, 15, columns).round().astype(int)
    pictures = {label: made[array][scene, 0][views] for label, array in rows.items()}
    pictures["truth"] = made["truth"][scene][views]
    figure, axes = panels(len(pictures), columns, figsize=(width, height * len(pictures) + 0.6))
    for line, (label, strip) in zip(axes, pictures.items(), strict=True):
        for panel, picture in zip(line, strip, strict=True):
            panel.imshow(picture)
            bare(panel)
        line[0].set_ylabel(label, rotation=0, ha="right", va="center", fontsize=6.5)
    close(figure)
    heading(figure, title)
    shown = NETWORKS[results.settings.model].label
    caption(
        figure,
        f"{shown}, M = 2, a test object, one sample of z a row, a column per viewpoint; "
        f"scale {results.settings.scale}, {first_training(results)}",
    )
    return figure


def edge_of(pictures: np.ndarray) -> float:
    """Share of a picture's side that is dark on every side of all ``pictures`` (..., S, S, 3)."""
    size = pictures.shape[-2]
    lit = (pictures.max(-1) > LIT).reshape(-1, size, size).any(0)
    lit = lit.any(0) | lit.any(1)
    return min(lit.argmax(), lit[::-1].argmax()) / size


def cut(picture: np.ndarray, edge: float) -> np.ndarray:
    """A picture without such a share of its side on every side."""
    left = int(edge * len(picture))
    return picture[left : len(picture) - left, left : len(picture) - left]
