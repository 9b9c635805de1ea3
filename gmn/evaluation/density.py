"""Cross-modal density estimation (Fig. 3): log-likelihood of one sense given any number of views of both."""

import numpy as np
import torch

from gmn.data.batches import SceneReader
from gmn.evaluation.protocol import TARGETS, first_views, rounded
from gmn.models.gmn import GMN, TargetViews, log_mean
from gmn.models.noise import Noise

COUNTS = (0, 1, 5, 10)
BATCH = 25  # scenes at a time
EFFECT_SCENES = 25  # on which the effect of the number of samples is shown


def gray(pictures: torch.Tensor) -> torch.Tensor:
    """The maximum over colour channels, (N, 1, H, W)."""
    return pictures.amax(1, keepdim=True)


# name -> (modality asked for, what means and targets become, numbers compared per view and pixel channel)
QUESTIONS = {"gray": (0, gray), "rgb": (0, None), "haptics": (1, None)}
ASKED = sorted({modality for modality, _ in QUESTIONS.values()})


@torch.no_grad()
def density(model: GMN, reader: SceneReader, scenes: int, samples: int, seed: int, device, tick) -> dict:
    """Importance-weighted log-likelihood per dimension of the last five views.

    Args:
        model: of M = 2.
        reader: of scenes never trained on.
        scenes: how many of them.
        samples: S of the importance-weighted bound.
        seed: of the noise.
        device: where.
        tick: called with the number of finished scenes.

    Returns:
        ``values[question][images][touches]``: a list over scenes, nats per dimension, for the numbers of
        context views in ``counts``; and ``bound[question]``, the highest value the likelihood admits.
    """
    values = {question: np.zeros((len(COUNTS), len(COUNTS), scenes)) for question in QUESTIONS}
    for start in range(0, scenes, BATCH):
        indices = np.arange(start, min(start + BATCH, scenes))
        read = reader.read(indices)
        for i, images in enumerate(COUNTS):
            for j, touches in enumerate(COUNTS):
                for modality in ASKED:
                    episodes = first_views(read, [images, touches], [modality]).to(device)
                    # The same noise for every model and question: differences are paired.
                    noise = Noise(seed * 1_000_003 + start, device=device)
                    latents = model.posterior(episodes, noise, samples)
                    wheres = [TargetViews.of(episodes.target[:, :, m]) for m in range(len(model.modalities))]
                    for question, (asked, transform) in QUESTIONS.items():
                        if asked == modality:
                            total = log_mean(model.log_weights(episodes, latents, wheres, transform))
                            values[question][i, j, indices] = (total / dimensions(model, question)).cpu().numpy()
        tick(len(indices))
    return {
        "counts": list(COUNTS),
        "samples": samples,
        "scenes": scenes,
        "bound": {q: upper_bound(model, q) for q in QUESTIONS},
        "values": {q: rounded(v) for q, v in values.items()},
    }


@torch.no_grad()
def effect_of_samples(model: GMN, reader: SceneReader, most: int, seed: int, device, tick) -> dict:
    """The bound with 1, 2, 4, ... ``most`` samples, of the posterior as in Fig. 3 and of the prior.

    Either is a lower bound of the same log-likelihood; the higher is the nearer.

    Returns:
        ``counts`` of samples, and ``values[proposal][question]``: per count a list over the first scenes, nats per
        dimension, given ten contexts of the other sense.
    """
    counts = [2**k for k in range(most.bit_length()) if 2**k <= most]
    scenes = min(EFFECT_SCENES, len(reader))
    proposals = {"posterior": model.posterior, "prior": model.prior}
    values = {p: {question: np.zeros((len(counts), scenes)) for question in QUESTIONS} for p in proposals}
    for scene in range(scenes):
        read = reader.read(np.array([scene]))
        for question, (modality, transform) in QUESTIONS.items():
            contexts = [0 if m == modality else COUNTS[-1] for m in range(2)]
            episodes = first_views(read, contexts, [modality]).to(device)
            wheres = [TargetViews.of(episodes.target[:, :, m]) for m in range(2)]
            for name, draw in proposals.items():
                latents = draw(episodes, Noise(seed * 1_000_003 + scene, device=device), counts[-1])
                weights = model.log_weights(episodes, latents, wheres, transform)[:, 0]
                for k, count in enumerate(counts):  # groups of so many samples: each is an estimate of its own
                    estimates = log_mean(weights.unflatten(0, (count, -1)))
                    values[name][question][k, scene] = estimates.mean() / dimensions(model, question)
        tick(1)
    rounded_values = {p: {q: rounded(v) for q, v in of.items()} for p, of in values.items()}
    return {"counts": counts, "scenes": scenes, "values": rounded_values}


def dimensions(model: GMN, question: str) -> int:
    """Numbers compared in the five target views."""
    modality = model.modalities[QUESTIONS[question][0]]
    return TARGETS * modality.size // (modality.shape[0] if question == "gray" else 1)


def upper_bound(model: GMN, question: str) -> float:
    """The highest log-likelihood per dimension there can be, nats."""
    return round(model.config.best_log_density(model.modalities[QUESTIONS[question][0]]), 6)
