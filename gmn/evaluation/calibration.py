"""Calibration: how often the truth lies inside the intervals that a network predicts. Not in the paper.

What is predicted of a number is a mixture: a Gaussian of the likelihood's width around the mean imagined from
each sample of P(z | C). Were the predictions right, the truth would lie in the central interval of 90 % nine
times in ten.
"""

import numpy as np
import torch

from gmn.data.batches import SceneReader
from gmn.evaluation.protocol import first_views, rounded
from gmn.models.gmn import GMN, TargetViews
from gmn.models.noise import Noise

LEVELS = (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
CONTEXTS = {
    "vision": {"nothing": (0, 0), "touch": (0, 10), "sight": (10, 0)},
    "haptics": {"nothing": (0, 0), "touch": (0, 10), "sight": (10, 0)},
}  # sense predicted -> what from: images, touches
BATCH = 25


@torch.no_grad()
def calibration(model: GMN, reader: SceneReader, scenes: int, samples: int, seed: int, device, tick) -> dict:
    """Coverage of central intervals.

    Args:
        model: of M = 2.
        reader: of scenes never trained on.
        scenes: how many of them.
        samples: of z.
        seed: of the noise.
        device: where.
        tick: called with the number of finished scenes.

    Returns:
        ``coverage[sense][context]``: a list over ``levels`` of lists over scenes: the share of the numbers of the
        last five views inside the interval. Of pictures only what shows the object counts: the room is black.
    """
    coverage = {sense: {name: [] for name in contexts} for sense, contexts in CONTEXTS.items()}
    for start in range(0, scenes, BATCH):
        indices = np.arange(start, min(start + BATCH, scenes))
        read = reader.read(indices)
        for modality, (sense, contexts) in enumerate(CONTEXTS.items()):
            for name, counts in contexts.items():
                asked = first_views(read, list(counts), [modality]).to(device)
                noise = Noise(seed * 1_000_003 + start, device=device)
                below = _probability_below(model, modality, asked, noise, samples)
                coverage[sense][name].append(_covered(below, _shows(model, modality, asked), len(indices)))
        tick(len(indices))
    joined = {s: {name: np.concatenate(parts, 1) for name, parts in c.items()} for s, c in coverage.items()}
    return {
        "levels": list(LEVELS),
        "scenes": scenes,
        "samples": samples,
        "coverage": {s: {name: rounded(values) for name, values in c.items()} for s, c in joined.items()},
    }


def _probability_below(model: GMN, modality: int, asked, noise: Noise, samples: int) -> torch.Tensor:
    """P(a number < what it is), (views, ...) of the target views, scene by scene."""
    z = model.prior(asked, noise, samples).z
    where = TargetViews.of(asked.target[:, :, modality])
    sense = asked.senses[modality][where.scene, where.view]
    query = asked.queries[modality][where.scene, where.view]
    rows = (where.episode + where.episodes * torch.arange(samples, device=z.device)[:, None]).flatten()
    means = model.render(modality, z, rows, query.repeat(samples, 1)).unflatten(0, (samples, -1))
    width = model.config.std_of(model.modalities[modality])
    return torch.special.ndtr((sense - means) / width).mean(0)


def _shows(model: GMN, modality: int, asked) -> torch.Tensor:
    """Which numbers count, (views, ...) bool."""
    where = TargetViews.of(asked.target[:, :, modality])
    sense = asked.senses[modality][where.scene, where.view]
    if not model.modalities[modality].is_picture:
        return torch.ones_like(sense, dtype=torch.bool)
    return (sense > 0).any(1, keepdim=True).expand_as(sense)


def _covered(below: torch.Tensor, counts: torch.Tensor, scenes: int) -> np.ndarray:
    """Share of numbers inside each level's interval, (levels, scenes)."""
    off = (2 * (below - 0.5).abs()).unflatten(0, (scenes, -1)).flatten(1)
    weight = counts.unflatten(0, (scenes, -1)).flatten(1).double()
    inside = [((off <= level) * weight).sum(1) / weight.sum(1) for level in LEVELS]
    return torch.stack(inside).cpu().numpy()
