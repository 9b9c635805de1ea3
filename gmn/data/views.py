"""Context and target views of training scenes (Sec. 4)."""

import numpy as np
import torch
from torch import Tensor

from gmn.data.settings import Contexts

PAPERS = Contexts()
SHORT = 4  # views of each modality in a short episode, at most


def draw_views(
    rng: np.random.Generator,
    shown: np.ndarray,
    views: int,
    reading: str,
    shuffle: bool = True,
    shares: Contexts = PAPERS,
) -> tuple[Tensor, Tensor]:
    """Context and target of scenes and of their swapped copies.

    Each shown modality gets a context of U{0..V} views, the rest are its targets, modality by modality
    (Sec. 4). What happens to a modality that is not shown is where the text and the authors' code differ:
    ``paper`` hides it from both, ``released`` keeps all its views as targets.

    Args:
        rng: random stream.
        shown: (B, M) bool, the modalities of each scene.
        views: V.
        reading: ``paper`` or ``released``.
        shuffle: draw which views, or take the first ones as context.
        shares: of scenes that are drawn otherwise.

    Returns:
        context and target, (2, B, M, V) bool; copy 1 is copy 0 swapped.
    """
    b, m = shown.shape
    rank = rng.random((b, m, views)).argsort(axis=2) if shuffle else np.broadcast_to(np.arange(views), (b, m, views))
    visible = shown if reading == "paper" else np.ones_like(shown)
    count = np.zeros((b, m), int)
    undecided = np.ones(b, bool)
    while undecided.any():  # at least one target in the first copy
        count[undecided] = rng.integers(0, views + 1, (int(undecided.sum()), m))
        count = np.where(shown, count, 0)
        undecided = ((views - count) * visible).sum(1) == 0
    if shares.few:
        count = np.where((rng.random((b, 1)) < shares.few) & shown, rng.integers(0, min(2, views), (b, m)), count)
    context = (rank < count[..., None]) & shown[..., None]
    target = visible[..., None] & ~context
    if shares.crossed:
        across = rng.random(b) < shares.crossed
        given, asked = _cross(rng, shown)
        some = rank < rng.integers(1, views + 1, (b, m))[..., None]
        across = (across & given.any(1))[:, None, None]
        context = np.where(across, context & given[..., None], context)
        target = np.where(across, some & asked[..., None], target)
    if shares.short:
        short = (rng.random(b) < shares.short)[:, None, None]
        count = rng.integers(1, min(SHORT, views) + 1, (b, m))
        known = rng.integers(0, count)
        context = np.where(short, (rank < known[..., None]) & shown[..., None], context)
        target = np.where(short, (rank >= known[..., None]) & (rank < count[..., None]) & visible[..., None], target)
    return torch.from_numpy(np.stack([context, target])), torch.from_numpy(np.stack([target, context]))


def _cross(rng: np.random.Generator, shown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two parts of the modalities ``shown`` (B, M), none empty but where only one is shown: then the first."""
    b, m = shown.shape
    rank = np.where(shown, rng.random((b, m)), np.inf).argsort(axis=1).argsort(axis=1)
    size = shown.sum(1)
    first = rank < np.where(size > 1, rng.integers(1, np.maximum(size, 2)), 0)[:, None]
    return first & shown, ~first & shown


def shown_in_training(
    rng: np.random.Generator, combinations: np.ndarray, reading: str, missing: bool, alone: float = 0.0
) -> np.ndarray:
    """The modalities in the context of training scenes, (B, M) bool.

    Where no modality is missing by design the text has all that the scene has, or one alone in a share
    ``alone`` of the scenes; the release a random subset of them.
    """
    if missing:
        return combinations
    b, m = combinations.shape
    size = np.where(rng.random(b) < alone, 1, m) if reading == "paper" else rng.integers(1, m + 1, b)
    return rng.random((b, m)).argsort(axis=1).argsort(axis=1) < size[:, None]
