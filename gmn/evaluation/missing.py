"""Missing modalities (Fig. 5): the loss by how many of the M modalities a validation scene shows."""

import numpy as np
import torch

from gmn.data.batches import SceneReader, draw_views
from gmn.data.regime import subsets
from gmn.evaluation.protocol import rounded
from gmn.models.gmn import GMN
from gmn.models.noise import Noise

BATCH = 25


@torch.no_grad()
def loss_by_size(model: GMN, reader: SceneReader, scenes: int, seed: int, device, tick) -> dict:
    """Negative ELBO per target view, times M, of scenes that show 1, ..., M modalities.

    Returns:
        ``sizes`` and ``losses[size]``: a list over scenes, nats.
    """
    m = len(model.modalities)
    losses = np.zeros((m, scenes))
    for size in range(1, m + 1):
        for start in range(0, scenes, BATCH):
            indices = np.arange(start, min(start + BATCH, scenes))
            # The same views and noise for every model: differences are paired.
            rng = np.random.default_rng([seed, 5, size, start])
            shown = subsets(rng, np.full(len(indices), size), m)
            views = draw_views(rng, shown, reader.views, model.config.reading)
            episodes = reader.read(indices).with_views(*views).to(device)
            bound = model.elbo(episodes, Noise(seed * 1_000_003 + start, device=device))
            total = -bound.elbo.double().unflatten(0, (2, -1)).sum(0)
            targets = bound.targets.sum(0).unflatten(0, (2, -1)).sum(0)
            losses[size - 1, indices] = (m * total / targets).cpu().numpy()
            tick(len(indices))
    return {"sizes": list(range(1, m + 1)), "scenes": scenes, "losses": rounded(losses)}
