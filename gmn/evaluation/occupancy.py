"""Shape in the representation: a linear probe that reads the cubes' occupancy from z.

For every mix of contexts a ridge regression maps z, averaged over samples of P(z | C), to whether points in
space are filled. It is fitted on training scenes and tested on others. What it explains is a lower bound on what
z holds; one and the same probe for all networks makes them comparable. Not in the paper.
"""

import numpy as np
import torch
from sklearn.linear_model import RidgeCV

from gmn.data.modalities import HAPTICS, VISION
from gmn.data.reader import SceneReader
from gmn.evaluation.protocol import Contexts, rounded
from gmn.evaluation.trial import Trial
from gmn.mese.parts import filled, lattice

SETS = ("test", "train")
COUNTS = (1, 5, 15)
MIXES = {"sight": (VISION,), "touch": (HAPTICS,), "both": (VISION, HAPTICS)}  # name -> senses in the context
PENALTIES = np.logspace(-1, 5, 13)
BATCH = 25


def occupancy(trial: Trial, train: SceneReader) -> dict:
    """Occupancy read from representations.

    Args:
        trial: of a network of M = 2, on the scenes to test the probe on; the mean of its samples of P(z | C) is probed.
        train: scenes to fit the probe on.

    Returns:
        Per mix of senses and count in ``counts``, lists over test scenes: ``error`` the squared error summed over
        points, and ``iou`` the intersection over union of the fullest points and the true ones. ``reference`` has
        the same two of a probe that knows no context: the mean of the training scenes.
    """
    points = lattice()
    sets = {"train": trial.of(train, scenes=trial.chosen.fitted), "test": trial}
    trial.plan(len(MIXES) * len(COUNTS) * sum(of.scenes for of in sets.values()))
    truth = {name: occupied(of, points) for name, of in sets.items()}
    varied = truth["train"].any(0)
    truth = {name: values[:, varied].astype(float) for name, values in truth.items()}
    blind = np.broadcast_to(truth["train"].mean(0), truth["test"].shape)
    result = {
        "counts": list(COUNTS), "samples": trial.samples, "fitted": trial.chosen.fitted, "tested": trial.scenes,
        "points": int(varied.sum()), "reference": compare(blind, truth["test"]),
    }  # fmt: skip
    for mix, senses in MIXES.items():
        result[mix] = {"error": [], "iou": []}
        for count in COUNTS:
            codes = {name: representations(of, dict.fromkeys(senses, count)) for name, of in sets.items()}
            regression = RidgeCV(alphas=PENALTIES).fit(codes["train"], truth["train"])
            for name, values in compare(regression.predict(codes["test"]), truth["test"]).items():
                result[mix][name].append(values)
    return result


def occupied(trial: Trial, points: np.ndarray) -> np.ndarray:
    """Occupancy of points in the trial's scenes, (scenes, N) bool."""
    return np.stack([filled(trial.reader.scenes.object(index), points) for index in range(trial.scenes)])


@torch.no_grad()
def representations(trial: Trial, contexts: Contexts) -> np.ndarray:
    """Mean of z ~ P(z | C) of the trial's scenes, (scenes, T * Z * cells) float64."""
    codes = []
    for batch in trial.batches(BATCH):
        z = trial.model.prior(batch.given(contexts), batch.noise(), trial.samples).z
        codes.append(z.double().unflatten(0, (trial.samples, -1)).mean(0).flatten(1).cpu().numpy())
    return np.concatenate(codes)


def compare(guess: np.ndarray, truth: np.ndarray) -> dict[str, list]:
    """``error`` and ``iou`` of guesses (scenes, points), see :func:`occupancy`."""
    filled = truth.astype(bool)
    rank = (-guess).argsort(1, kind="stable").argsort(1, kind="stable")
    chosen = rank < filled.sum(1, keepdims=True)
    iou = (chosen & filled).sum(1) / (chosen | filled).sum(1)
    return {"error": rounded(((guess - truth) ** 2).sum(1)), "iou": rounded(iou)}
