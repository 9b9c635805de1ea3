"""Missing modalities (Fig. 5): the loss by how many of the M modalities a validation scene shows."""

import numpy as np
import torch

from gmn.data.regime import subsets
from gmn.data.views import draw_views
from gmn.evaluation.protocol import rounded
from gmn.evaluation.trial import Trial

SETS = ("val",)
BATCH = 25


@torch.no_grad()
def missing(trial: Trial) -> dict:
    """Negative ELBO per target view, times M, of scenes that show 1, ..., M modalities.

    At M = 2, where none is missing, more scenes are looked at (Fig. S4).

    Returns:
        ``sizes`` and ``losses[size]``: a list over scenes, nats.
    """
    model = trial.model
    m = len(model.modalities)
    if m == 2:
        trial = trial.of(scenes=trial.chosen.complete_scenes)  # pyrefly: ignore[missing-attribute]
    trial.plan(m * trial.scenes)
    losses = np.zeros((m, trial.scenes))
    for size in range(1, m + 1):
        for batch in trial.batches(BATCH):
            # The same views for every model: differences are paired.
            rng = np.random.default_rng([trial.seed, 5, size, batch.indices[0]])
            shown = subsets(rng, np.full(len(batch.indices), size), m)
            views = draw_views(rng, shown, trial.reader.views, model.config.reading)
            bound = model.elbo(batch.read.with_views(*views).to(trial.device), batch.noise())
            total = -bound.elbo.double().unflatten(0, (2, -1)).sum(0)
            targets = bound.targets.sum(0).unflatten(0, (2, -1)).sum(0)
            losses[size - 1, batch.indices] = (m * total / targets).cpu().numpy()
    return {"sizes": list(range(1, m + 1)), "scenes": trial.scenes, "losses": rounded(losses)}
