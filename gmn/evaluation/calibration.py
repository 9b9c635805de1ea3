"""Calibration: how often the truth lies inside the intervals that a network predicts. Not in the paper.

What is predicted of a number is a mixture: a Gaussian of the likelihood's width around the mean imagined from
each sample of P(z | C). Were the predictions right, the truth would lie in the central interval of 90 % nine
times in ten.
"""

import numpy as np
import torch

from gmn.data.modalities import HAPTICS, VISION
from gmn.evaluation.protocol import Contexts, rounded, targets_of
from gmn.evaluation.trial import Trial

SETS = ("test",)

LEVELS = (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
CONTEXTS: dict[str, Contexts] = {"nothing": {}, "touch": {HAPTICS: 10}, "sight": {VISION: 10}}
BATCH = 25


@torch.no_grad()
def calibration(trial: Trial) -> dict:
    """Coverage of central intervals.

    Args:
        trial: of a network with one modality a sense.

    Returns:
        ``coverage[sense][context]``: a list over ``levels`` of lists over scenes: the share of the numbers of the
        last five views inside the interval. Of pictures only what shows the object counts: the room is black.
    """
    model = trial.model
    places = {modality.sense: trial.place(modality.sense) for modality in model.modalities}
    coverage = {sense: {name: [] for name in CONTEXTS} for sense in places}
    for batch in trial.batches(BATCH):
        for sense, m in places.items():
            modality = model.modalities[m]
            for name, contexts in CONTEXTS.items():
                asked = batch.given(contexts, [sense])
                where = targets_of(asked)[m]
                truth = asked.senses[m][where.scene, where.view]
                z = model.prior(asked, batch.noise(), trial.samples).z
                means = model.means(m, asked, z, where)[1].unflatten(0, (trial.samples, -1))
                width = model.config.std_of(modality)
                below = torch.special.ndtr((truth - means) / width).mean(0)  # P(a number < what it is)
                counted = _shows_object(truth) if modality.is_picture else torch.ones_like(truth)
                coverage[sense][name].append(_covered(below, counted, len(batch.indices)))
    return {
        "levels": list(LEVELS),
        "scenes": trial.scenes,
        "samples": trial.samples,
        "coverage": {
            sense: {name: rounded(np.concatenate(parts, 1)) for name, parts in contexts.items()}
            for sense, contexts in coverage.items()
        },
    }


def _shows_object(pictures: torch.Tensor) -> torch.Tensor:
    """Mask of lit pixels of pictures, (N, C, H, W) bool."""
    return (pictures > 0).any(1, keepdim=True).expand_as(pictures)


def _covered(below: torch.Tensor, counted: torch.Tensor, scenes: int) -> np.ndarray:
    """Share of the counted numbers inside each level's interval, (levels, scenes)."""
    off = (2 * (below - 0.5).abs()).unflatten(0, (scenes, -1)).flatten(1)
    weight = counted.unflatten(0, (scenes, -1)).flatten(1).double()
    inside = [((off <= level) * weight).sum(1) / weight.sum(1) for level in LEVELS]
    return torch.stack(inside).cpu().numpy()
