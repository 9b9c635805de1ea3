"""What is imagined of unseen views: how much it explains, how well its samples are spread, whether it turns with the
camera. Not in the paper.
"""

from dataclasses import replace

import numpy as np
import torch

from gmn.data.episodes import Episodes
from gmn.data.modalities import HAPTICS, VISION
from gmn.evaluation.protocol import TARGETS, Contexts, rounded, targets_of
from gmn.evaluation.scores import LEVELS, scores_of
from gmn.evaluation.trial import Trial
from gmn.mese.pose import turn_query
from gmn.models.gmn import GMN
from gmn.models.noise import Noise
from gmn.progress import silent

SETS = ("test",)
CONTEXTS: dict[str, Contexts] = {
    "nothing": {}, "picture": {VISION: 1}, "mixed": {VISION: 1, HAPTICS: 15},
    "pictures": {VISION: 10}, "touches": {HAPTICS: 10}, "both": {VISION: 10, HAPTICS: 10},
}  # fmt: skip
HALVED = ("pictures", "touches", "both")
PARTS = ("grey", "chroma")
MEASURES = ("energy", "log_likelihood", "squared_error", "predicted_error", "coverage")
BATCH = 10


@torch.no_grad()
def explained(trial: Trial) -> dict:
    """Variance around the mean picture of all views of all scenes, and what of it is not imagined.

    Args:
        trial: of a network with one modality a sense.

    Returns:
        Mean squares per scene. ``variance[grey | chroma]`` of the last five views, ``error[context][grey | chroma]``
        of the mean of pictures imagined of them from samples of P(z | C); grey is the mean of R, G and B, chroma what
        is left. ``posterior[context][grey | chroma]``, of those in :data:`HALVED`: the same of samples of
        Q(z | C, O), half of these views as C and half as O; what is known of them, whether or not P can say it.
        ``turn[changed]``: by how much the pictures of z ~ Q(z | all views) change if each is asked for from
        a quarter turn further around the object; ``turn[variance]`` of all views.
    """
    model, samples, vision = trial.model, trial.samples, trial.place(VISION)
    mean = mean_picture(trial)
    errors, known = {name: [] for name in CONTEXTS}, {name: [] for name in HALVED}
    places = {modality.sense: trial.place(modality.sense) for modality in model.modalities}
    scores = {sense: {name: [] for name in CONTEXTS} for sense in places}
    turned, spread, late = [], [], []
    for batch in trial.batches(BATCH):
        read, noise = batch.read, batch.noise()
        pictures = read.senses[vision]
        truth = pictures[:, -TARGETS:]
        spread.append(sum(parts(pictures - mean)))
        late.append(parts(truth - mean))
        for name, contexts in CONTEXTS.items():
            asked = batch.given(contexts, places)
            latents = model.prior(asked, noise, samples)
            for sense, m in places.items():
                pictures, there = imagined(model, m, asked, latents.z), asked.senses[m][:, -TARGETS:]
                if m == vision:
                    errors[name].append(parts(pictures.mean(0).cpu() - truth))
                modality = model.modalities[m]
                found = scores_of(pictures, there, model.config.std_of(modality), modality.is_picture)
                scores[sense][name].append(found)
            if name in HALVED:
                latents = model.posterior(_halved(asked), noise, samples)
                known[name].append(parts(imagined(model, vision, asked, latents.z).mean(0).cpu() - truth))
        turned.append(_turned(model, vision, read, noise, trial.device))
    return {
        "scenes": trial.scenes,
        "samples": samples,
        "variance": _by_part(late),
        "error": {name: _by_part(found) for name, found in errors.items()},
        "posterior": {name: _by_part(found) for name, found in known.items()},
        "levels": list(LEVELS),
        **{measure: _by_context(scores, measure) for measure in MEASURES},
        "turn": {"changed": rounded(np.concatenate(turned)), "variance": rounded(np.concatenate(spread))},
    }


def mean_picture(trial: Trial) -> torch.Tensor:
    """Of all views of all scenes, (3, H, W)."""
    vision, quiet = trial.place(VISION), replace(trial, progress=silent())
    # pyrefly: ignore[missing-attribute]
    return sum(batch.read.senses[vision].sum(0) for batch in quiet.batches(BATCH)).mean(0) / trial.scenes


def parts(difference: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Mean squares of the grey and of the chroma of pictures (scenes, views, 3, H, W), (scenes,) each."""
    grey = difference.mean(2, keepdim=True).expand_as(difference)
    # pyrefly: ignore[bad-return]
    return tuple(part.square().mean((1, 2, 3, 4)).double().numpy() for part in (grey, difference - grey))


def imagined(model: GMN, m: int, asked: Episodes, z: torch.Tensor) -> torch.Tensor:
    """What every sample of z says of modality m where ``asked`` has targets, (samples, scenes, targets, ...)."""
    where = targets_of(asked)[m]
    return model.means(m, asked, z, where)[1].unflatten(0, (-1, where.episodes, TARGETS))


def _halved(known: Episodes) -> Episodes:
    """The first half of each modality's context as context, the rest of it as targets."""
    first = known.context.cumsum(-1) <= known.context.sum(-1, keepdim=True) // 2
    return known.with_views(known.context & first, known.context & ~first)


def _turned(model: GMN, vision: int, read: Episodes, noise: Noise, device) -> np.ndarray:
    """Mean squared change of a scene's pictures by a quarter turn of the camera, (scenes,)."""
    everything = read.with_views(torch.zeros_like(read.context), torch.ones_like(read.target)).to(device)
    z = model.posterior(everything, noise, 1).z
    queries = read.queries[vision]
    further = torch.from_numpy(turn_query(queries.numpy(), np.full(queries.shape[:-1], np.pi / 2)))
    scene = torch.arange(len(queries), device=device).repeat_interleave(queries.shape[1])
    here, there = (model.render(vision, z, scene, asked.flatten(0, 1).to(device)).cpu() for asked in (queries, further))
    return sum(parts((there - here).unflatten(0, queries.shape[:2])))  # pyrefly: ignore[bad-return]


def _by_part(batches: list[tuple[np.ndarray, np.ndarray]]) -> dict[str, list]:
    return {
        part: rounded(np.concatenate(values)) for part, values in zip(PARTS, zip(*batches, strict=True), strict=True)
    }


def _by_context(scores: dict, measure: str) -> dict[str, dict[str, list]]:
    """One measure by sense and context: batches of scenes joined, the last axis."""
    return {
        sense: {name: rounded(torch.cat([found[measure] for found in parts], -1).cpu()) for name, parts in of.items()}
        for sense, of in scores.items()
    }
