"""How much of the shape a representation holds: a linear probe that reads the cubes' occupancy from z.

For every mix of contexts a ridge regression maps z, averaged over samples of P(z | C), to whether points in
space are filled. It is fitted on training scenes and tested on others. What it explains is a lower bound on what
z holds; one and the same probe for all networks makes them comparable. Not in the paper.
"""

import numpy as np
import torch
from sklearn.linear_model import RidgeCV

from gmn.data.batches import SceneReader
from gmn.evaluation.protocol import first_views, rounded
from gmn.mese.parts import lattice, occupancy
from gmn.models.gmn import GMN
from gmn.models.noise import Noise

COUNTS = (1, 5, 15)
SENSES = {"sight": (1, 0), "touch": (0, 1), "both": (1, 1)}  # name -> whether images, touches are in the context
PENALTIES = np.logspace(-1, 5, 13)
BATCH = 25


def probe(
    model: GMN, train: SceneReader, test: SceneReader, fitted: int, tested: int, samples: int, seed: int, device, tick
) -> dict:
    """Occupancy read from representations.

    Args:
        model: of M = 2.
        train: scenes to fit the probe on; the first ``fitted`` are used.
        test: scenes to test it on; the first ``tested`` are used.
        fitted, tested: how many.
        samples: of P(z | C), whose mean is probed.
        seed: of the noise.
        device: where.
        tick: called with the number of finished scenes.

    Returns:
        Per sense and count in ``counts``, lists over test scenes: ``error`` the squared error summed over points,
        and ``iou`` the intersection over union of the fullest points and the true ones. ``reference`` has the
        same two of a probe that knows no context: the mean of the training scenes.
    """
    points = lattice()
    sets = {"train": (train, fitted), "test": (test, tested)}
    truth = {name: occupied(reader, count, points) for name, (reader, count) in sets.items()}
    varied = truth["train"].any(0)
    truth = {name: values[:, varied].astype(float) for name, values in truth.items()}
    blind = np.broadcast_to(truth["train"].mean(0), truth["test"].shape)
    result = {
        "counts": list(COUNTS), "samples": samples, "fitted": fitted, "tested": tested, "points": int(varied.sum()),
        "reference": compare(blind, truth["test"]),
    }  # fmt: skip
    for sense, active in SENSES.items():
        result[sense] = {"error": [], "iou": []}
        for count in COUNTS:
            codes = {
                name: representations(model, reader, scenes, [count * a for a in active], samples, seed, device, tick)
                for name, (reader, scenes) in sets.items()
            }
            regression = RidgeCV(alphas=PENALTIES).fit(codes["train"], truth["train"])
            for name, values in compare(regression.predict(codes["test"]), truth["test"]).items():
                result[sense][name].append(values)
    return result


def occupied(reader: SceneReader, scenes: int, points: np.ndarray) -> np.ndarray:
    """Which points are filled in the first scenes, (scenes, N) bool."""
    return np.stack([occupancy(reader.scenes.object(index), points) for index in range(scenes)])


@torch.no_grad()
def representations(
    model: GMN, reader: SceneReader, scenes: int, counts: list[int], samples: int, seed: int, device, tick
) -> np.ndarray:
    """Mean of z ~ P(z | C) of the first scenes, (scenes, T * Z * cells) float64."""
    codes = []
    for start in range(0, scenes, BATCH):
        indices = np.arange(start, min(start + BATCH, scenes))
        asked = first_views(reader.read(indices), counts, []).to(device)
        z = model.prior(asked, Noise(seed * 1_000_003 + start, device=device), samples).z
        codes.append(z.double().unflatten(0, (samples, -1)).mean(0).flatten(1).cpu().numpy())
        tick(len(indices))
    return np.concatenate(codes)


def compare(guess: np.ndarray, truth: np.ndarray) -> dict[str, list]:
    """``error`` and ``iou`` of guesses (scenes, points), see :func:`probe`."""
    filled = truth.astype(bool)
    rank = (-guess).argsort(1, kind="stable").argsort(1, kind="stable")
    chosen = rank < filled.sum(1, keepdims=True)
    iou = (chosen & filled).sum(1) / (chosen | filled).sum(1)
    return {"error": rounded(((guess - truth) ** 2).sum(1)), "iou": rounded(iou)}
