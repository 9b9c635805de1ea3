"""How right the imagined shape is: its overlap with the true cubes, and how far apart their surfaces are.

What is filled is the mean over samples of P(z | C) of :func:`gmn.trained.occupancy.occupancy`, cut where
:meth:`gmn.trained.belief.Belief.mesh` cuts it, at :func:`gmn.trained.occupancy.best_level`. Not in the paper.
"""

import numpy as np
import torch

from gmn.data.modalities import HAPTICS, VISION
from gmn.evaluation.protocol import Contexts, rounded
from gmn.evaluation.trial import Trial
from gmn.mese.object import Object
from gmn.mese.parts import filled, outside
from gmn.mese.shape import EDGE
from gmn.trained.mesh import distances, lattice, samples, surface
from gmn.trained.occupancy import HALF, best_level, occupancy, overlap

SETS = ("test",)
COUNTS = (1, 2, 5, 10, 15)
MIXES = {"pictures": (VISION,), "touches": (HAPTICS,), "both": (VISION, HAPTICS)}  # name -> senses of the context
MEASURES = ("iou", "iou_sample", "chamfer", "squared_error", "predicted_error")
STEP = EDGE / 4  # m, between points
BATCH = 5


@torch.no_grad()
def shape(trial: Trial) -> dict:
    """Intersection over union and Chamfer distance.

    Args:
        trial: of a network of M = 2.

    Returns:
        Per mix and count in ``counts``, and for ``nothing``, lists over scenes: ``iou`` the intersection over union
        of the points that are filled and those that truly are; ``iou_sample`` the same of every sample, their mean;
        ``chamfer`` the mean of the mean distances from either surface to the other, metres; ``squared_error`` of the
        mean occupancy of points, ``predicted_error`` what the spread of samples says of it, as of
        :func:`gmn.evaluation.scores.predicted_error`.
    """
    contexts: dict[tuple[str, int], Contexts] = {
        (mix, count): dict.fromkeys(senses, count) for mix, senses in MIXES.items() for count in COUNTS
    } | {("nothing", 0): {}}
    points, grid = lattice(trial.model.config.extent, STEP)
    found = {context: {measure: [] for measure in MEASURES} for context in contexts}
    for batch in trial.batches(BATCH):
        things = [trial.reader.scenes.object(index) for index in batch.indices]
        truth = np.stack([filled(thing, points) for thing in things])
        for context, given in contexts.items():
            z = trial.model.prior(batch.given(given), batch.noise(), trial.samples).z
            each = occupancy(trial.model, z, torch.from_numpy(points)).double().cpu().numpy()
            each = each.reshape(trial.samples, len(things), -1)
            scores = found[context]
            levels, mean = levels_of(each), each.mean(0)
            scores["iou"] += list(overlaps(each, levels, truth))
            scores["iou_sample"] += list(overlap(each > HALF, truth).mean(0))
            scores["squared_error"] += list(np.square(mean - truth).mean(-1))
            scores["predicted_error"] += list((1 + 1 / trial.samples) * each.var(0, ddof=1).mean(-1))
            scores["chamfer"] += [
                chamfer(one, level, points, grid, thing) for one, level, thing in zip(mean, levels, things, strict=True)
            ]
    tables = {mix: {} for mix in (*MIXES, "nothing")}
    for (mix, _), scores in found.items():
        for name, values in scores.items():
            tables[mix].setdefault(name, []).append(rounded(values))
    about = {"counts": list(COUNTS), "scenes": trial.scenes, "samples": trial.samples, "step": STEP}
    return about | tables


def overlaps(each: np.ndarray, levels: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Of shapes, the mean of ``each`` (samples, scenes, points) cut at ``levels``, with the true ones, (scenes,)."""
    return overlap(each.mean(0) > levels[:, None], truth)


def levels_of(each: np.ndarray) -> np.ndarray:
    """Where the mean of samples is cut, (scenes,)."""
    return np.array([best_level(one) for one in each.swapaxes(0, 1)])


def chamfer(filled: np.ndarray, level: float, points: np.ndarray, grid: tuple[int, int, int], thing: Object) -> float:
    """Mean of the mean distances from the surface of ``filled`` (P,) at ``level`` to the object's, and back, metres.

    Where nothing is filled, its fullest point stands for the surface.
    """
    found = surface(filled, grid, STEP, level)
    ours = points[[filled.argmax()]] if found is None else samples(found)
    true = outside(thing)
    return float((distances(ours, true).mean() + distances(true, ours).mean()) / 2)
