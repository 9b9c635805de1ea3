"""What every evaluation shares: which views are context and target, and rounding of what is written down."""

import numpy as np
import torch

from gmn.data.batches import Episodes

TARGETS = 5  # the last views of a scene are the ones asked for


def first_views(episodes: Episodes, context_counts: list[int], target_modalities: list[int]) -> Episodes:
    """The scenes with their first views as context and the last five views as targets.

    Args:
        episodes: B scenes.
        context_counts: views of each modality in the context, M numbers.
        target_modalities: indices of the modalities asked for.
    """
    _, b, m, views = episodes.context.shape
    context = torch.zeros(1, b, m, views, dtype=torch.bool)
    target = torch.zeros_like(context)
    for k, count in enumerate(context_counts):
        context[:, :, k, :count] = True
    for k in target_modalities:
        target[:, :, k, views - TARGETS :] = True
    return episodes.with_views(context, target)


def rounded(values) -> list:
    """Values as nested lists of six significant digits: what repeats on another thread count, and small files."""
    return [rounded(v) if np.ndim(v) else float(f"{v:.6g}") for v in np.asarray(values)]
