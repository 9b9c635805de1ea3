"""Scene classification (Fig. 4, Eq. 6): to which of ten scenes does a held-out set of views belong?

Every scene k gives a context, every scene i a query: the last five views of both senses. The score of the
pair is the importance-weighted log p(O_i | C_k). The paper asks for the scene of a query (argmax over k); the
authors' code asks for the query of a scene (argmax over i). Both are kept.
"""

import numpy as np
import torch

from gmn.data.batches import SceneReader
from gmn.evaluation.protocol import first_views
from gmn.models.gmn import GMN, TargetViews
from gmn.models.noise import Noise
from gmn.models.representations import Representations

SCENES = 10
COUNTS = (0, 1, 2, 3, 4, 5)
SENSES = {"I": (1, 0), "H": (0, 1), "H+I": (1, 1)}  # name -> whether images, touches are in the context


@torch.no_grad()
def classify(model: GMN, readers: list[SceneReader], batches: int, samples: int, seed: int, device, tick) -> dict:
    """Answers of a model to both questions.

    Args:
        model: of M = 2.
        readers: object sets never trained on; batches are taken from them in turn.
        batches: how many groups of ten scenes.
        samples: S.
        seed: of the noise.
        device: where.
        tick: called with the number of finished batches.

    Returns:
        ``paper[senses][count]`` and ``released[senses][count]``: a list of 0 and 1, one per query or scene.
    """
    answers = {question: {s: [[] for _ in COUNTS] for s in SENSES} for question in ("paper", "released")}
    for batch in range(batches):
        reader = readers[batch % len(readers)]
        first = SCENES * (batch // len(readers))
        episodes = reader.read(np.arange(first, first + SCENES))
        for senses, active in SENSES.items():
            for c, count in enumerate(COUNTS):
                noise = Noise(seed * 1_000_003 + batch, device=device)
                scores = score_pairs(model, episodes, [count * a for a in active], samples, noise, device)
                for question, axis in (("paper", 0), ("released", 1)):
                    right = scores.argmax(axis).cpu().numpy() == np.arange(SCENES)
                    answers[question][senses][c] += right.astype(int).tolist()
        tick(1)
    return {"counts": list(COUNTS), "samples": samples, "scenes": SCENES * batches} | answers


def score_pairs(model: GMN, episodes, context_counts: list[int], samples: int, noise: Noise, device) -> torch.Tensor:
    """log p(O_i | C_k) of every pair, (k, i) float64 nats."""
    everything = list(range(len(model.modalities)))
    asked = first_views(episodes, context_counts, everything).to(device)
    known = model.represent(asked)
    n = asked.context.shape[1]
    pairs = Representations(
        context=[r.repeat_interleave(n, 0) for r in known.context],
        target=[r.repeat(n, 1, 1, 1) for r in known.target],
        has_context=known.has_context.repeat_interleave(n, 0),
        has_target=known.has_target.repeat(n, 1),
    )
    latents = model.inference.rollout(pairs, noise, samples)
    wheres = []
    for m in everything:
        own = TargetViews.of(asked.target[:, :, m])
        episode = (own.scene + n * torch.arange(n, device=own.scene.device)[:, None]).flatten()
        wheres.append(TargetViews(episode, own.scene.repeat(n), own.view.repeat(n), n * n))
    return model.importance_weighted(asked, latents, wheres, samples).unflatten(0, (n, n))
