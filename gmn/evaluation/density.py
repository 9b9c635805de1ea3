"""Cross-modal density estimation (Fig. 3): log-likelihood of one sense given any number of views of both."""

import numpy as np
import torch

from gmn.data.episodes import Episodes
from gmn.data.modalities import HAPTICS, VISION, Modality, place_of
from gmn.evaluation.protocol import TARGETS, rounded, targets_of
from gmn.evaluation.trial import Trial
from gmn.models.gmn import GMN, log_mean
from gmn.models.inference import Latents

SETS = ("test",)
COUNTS = (0, 1, 5, 10)
BATCH = 25  # scenes at a time


def gray(pictures: torch.Tensor) -> torch.Tensor:
    """The maximum over colour channels, (N, 1, H, W)."""
    return pictures.amax(1, keepdim=True)


# name -> (sense asked for, what means and targets become, numbers compared per view and pixel channel)
QUESTIONS = {"gray": (VISION, gray), "rgb": (VISION, None), "haptics": (HAPTICS, None)}


def density(trial: Trial) -> dict:
    """Results of :func:`cross_modal` on all scenes and of :func:`effect_of_samples` on the first."""
    # pyrefly: ignore[missing-attribute]
    effect = trial.of(scenes=trial.chosen.most_samples_scenes, samples=trial.chosen.most_samples)
    trial.plan(trial.scenes + effect.scenes)
    return cross_modal(trial) | {"effect_of_samples": effect_of_samples(effect)}


@torch.no_grad()
def cross_modal(trial: Trial) -> dict:
    """Importance-weighted log-likelihood per dimension of the last five views.

    Args:
        trial: of a network of M = 2; its samples are S of the importance-weighted bound.

    Returns:
        ``values[question][images][touches]``: a list over scenes, nats per dimension, for the numbers of
        context views in ``counts``; and ``bound[question]``, the highest value the likelihood admits.
    """
    model = trial.model
    values = {question: np.zeros((len(COUNTS), len(COUNTS), trial.scenes)) for question in QUESTIONS}
    for batch in trial.batches(BATCH):
        for i, images in enumerate(COUNTS):
            for j, touches in enumerate(COUNTS):
                for sense in (VISION, HAPTICS):
                    episodes = batch.given({VISION: images, HAPTICS: touches}, [sense])
                    latents = model.posterior(episodes, batch.noise(), trial.samples)
                    for question, weights in _log_weights(model, episodes, latents, sense).items():
                        total = log_mean(weights) / dimensions(model, question)
                        values[question][i, j, batch.indices] = total.cpu().numpy()
    return {
        "counts": list(COUNTS),
        "samples": trial.samples,
        "scenes": trial.scenes,
        "bound": {q: upper_bound(model, q) for q in QUESTIONS},
        "values": {q: rounded(v) for q, v in values.items()},
    }


@torch.no_grad()
def effect_of_samples(trial: Trial) -> dict:
    """The bound with 1, 2, 4, ... samples, as many as the trial has, of the posterior as in Fig. 3 and of the prior.

    Either is a lower bound of the same log-likelihood; the higher is the nearer.

    Returns:
        ``counts`` of samples, and ``values[proposal][question]``: per count a list over the first scenes, nats per
        dimension, given ten contexts of the other sense.
    """
    model, scenes = trial.model, trial.scenes
    counts = [2**k for k in range(trial.samples.bit_length())]
    proposals = {"posterior": model.posterior, "prior": model.prior}
    values = {p: {question: np.zeros((len(counts), scenes)) for question in QUESTIONS} for p in proposals}
    for scene, batch in enumerate(trial.batches(1)):
        for sense, other in ((VISION, HAPTICS), (HAPTICS, VISION)):
            episodes = batch.given({other: COUNTS[-1]}, [sense])
            for name, draw in proposals.items():
                latents = draw(episodes, batch.noise(), counts[-1])
                for question, weights in _log_weights(model, episodes, latents, sense).items():
                    for k, count in enumerate(counts):  # groups of so many samples: each is an estimate of its own
                        estimates = log_mean(weights[:, 0].unflatten(0, (count, -1)))
                        values[name][question][k, scene] = estimates.mean() / dimensions(model, question)
    rounded_values = {p: {q: rounded(v) for q, v in of.items()} for p, of in values.items()}
    return {"counts": counts, "scenes": scenes, "values": rounded_values}


def _log_weights(model: GMN, episodes: Episodes, latents: Latents, sense: str) -> dict[str, torch.Tensor]:
    """Log importance weights of each question about ``sense``, (S, B) nats."""
    transforms = {question: transform for question, (asked, transform) in QUESTIONS.items() if asked == sense}
    weights = model.log_weights_by(episodes, latents, targets_of(episodes), list(transforms.values()))
    return dict(zip(transforms, weights, strict=True))


def dimensions(model: GMN, question: str) -> int:
    """Numbers compared in the five target views."""
    modality = _asked(model, question)
    return TARGETS * modality.size // (modality.shape[0] if question == "gray" else 1)


def upper_bound(model: GMN, question: str) -> float:
    """The highest log-likelihood per dimension there can be, nats."""
    return round(model.config.best_log_density(_asked(model, question)), 6)


def _asked(model: GMN, question: str) -> Modality:
    return model.modalities[place_of(QUESTIONS[question][0], model.modalities)]
