"""What is imagined better once samples fit what was given by a few steps of gradient ascent. Not in the paper.

The same samples of P(z | C), as inferred and after the steps of :mod:`gmn.trained.refine`, are asked for views that
were not given, and for the shape.
"""

import numpy as np
import torch

from gmn.data.modalities import VISION
from gmn.evaluation.explained import CONTEXTS as OF_EXPLAINED
from gmn.evaluation.explained import PARTS, imagined, mean_picture, parts
from gmn.evaluation.protocol import TARGETS, rounded
from gmn.evaluation.scores import scores_of
from gmn.evaluation.shape import STEP, levels_of, overlaps
from gmn.evaluation.trial import Trial
from gmn.mese.parts import filled
from gmn.trained import refine
from gmn.trained.mesh import lattice
from gmn.trained.occupancy import occupancy

SETS = ("test",)
CONTEXTS = {name: given for name, given in OF_EXPLAINED.items() if given}  # without views there is nothing to fit
KINDS = ("inferred", "refined")
MEASURES = ("iou", "energy", "log_likelihood", "squared_error", "predicted_error")
BATCH = 5


@torch.no_grad()
def refined(trial: Trial) -> dict:
    """Shape and pictures before and after.

    Args:
        trial: of a network of M = 2.

    Returns:
        Lists over scenes: ``variance[grey | chroma]`` as of :func:`gmn.evaluation.explained.explained`;
        ``inferred[context]`` and ``refined[context]`` of samples before and after: ``grey`` and ``chroma`` the mean
        squared errors of the mean picture, ``iou`` the overlap of the shape as of
        :func:`gmn.evaluation.shape.shape`, the others scores of pictures, :func:`gmn.evaluation.scores.scores_of`.
    """
    model, samples, vision = trial.model, trial.samples, trial.place(VISION)
    steps = trial.chosen.steps  # pyrefly: ignore[missing-attribute]
    mean = mean_picture(trial)
    points = torch.from_numpy(lattice(model.config.extent, STEP)[0])
    width = model.config.std_of(model.modalities[vision])
    variance, found = [], {kind: {name: [] for name in CONTEXTS} for kind in KINDS}
    for batch in trial.batches(BATCH):
        truth = batch.read.senses[vision][:, -TARGETS:]
        variance.append(parts(truth - mean))
        solid = np.stack([filled(trial.reader.scenes.object(index), points.numpy()) for index in batch.indices])
        for name, contexts in CONTEXTS.items():
            asked, noise = batch.given(contexts, [VISION]), batch.noise()
            latents = model.prior(asked, noise, samples)
            climbed = refine.refined(model, asked, latents, steps, noise)
            for kind, z in zip(KINDS, (latents.z, climbed), strict=True):
                pictures = imagined(model, vision, asked, z).cpu()
                each = occupancy(model, z, points).double().cpu().numpy().reshape(samples, len(solid), -1)
                errors = dict(zip(PARTS, parts(pictures.mean(0) - truth), strict=True))
                shared = {"iou": overlaps(each, levels_of(each), solid)}
                scores = scores_of(pictures, truth, width, is_picture=True) | shared
                found[kind][name].append(errors | {measure: scores[measure] for measure in MEASURES})
    return {
        "scenes": trial.scenes,
        "samples": samples,
        "steps": steps,
        "variance": {part: rounded(np.concatenate([of[k] for of in variance])) for k, part in enumerate(PARTS)},
        **{kind: {name: _joined(batches) for name, batches in of.items()} for kind, of in found.items()},
    }


def _joined(batches: list[dict]) -> dict[str, list]:
    """By measure, of all scenes."""
    return {measure: rounded(np.concatenate([of[measure] for of in batches])) for measure in batches[0]}
