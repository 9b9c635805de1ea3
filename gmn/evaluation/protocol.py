"""What evaluations of M = 2 share: which views are context and which are asked for, and rounding of what is written."""

from collections.abc import Iterable

import numpy as np
import torch

from gmn.data.episodes import Episodes
from gmn.data.modalities import HAPTICS, VISION
from gmn.models.gmn import TargetViews

SENSES = (VISION, HAPTICS)  # in the order of a network's modalities
TARGETS = 5  # the last views of a scene are the ones asked for


def first_views(episodes: Episodes, images: int, touches: int, asked: Iterable[str] = ()) -> Episodes:
    """The scenes with their first views as context and the last five views as targets.

    Args:
        episodes: B scenes.
        images, touches: views of each sense in the context.
        asked: the senses asked for.
    """
    _, b, m, views = episodes.context.shape
    context = torch.zeros(1, b, m, views, dtype=torch.bool)
    target = torch.zeros_like(context)
    for k, count in enumerate((images, touches)):
        context[:, :, k, :count] = True
    for sense in asked:
        target[:, :, SENSES.index(sense), views - TARGETS :] = True
    return episodes.with_views(context, target)


def targets_of(asked: Episodes, sense: str) -> TargetViews:
    """The views of ``sense`` that are asked for."""
    return TargetViews.of(asked.target[:, :, SENSES.index(sense)])


def rounded(values) -> list:
    """Values as nested lists of six significant digits: what repeats on another thread count, and small files."""
    return [rounded(v) if np.ndim(v) else float(f"{v:.6g}") for v in np.asarray(values)]
