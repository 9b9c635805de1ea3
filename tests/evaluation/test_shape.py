"""Overlap and distance of shapes that are right, elsewhere, undecided or nothing."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from gmn.data.modalities import HAPTICS, VISION
from gmn.evaluation import shape as module
from gmn.evaluation.shape import COUNTS, MIXES, STEP, chamfer, shape
from gmn.mese.object import Object
from gmn.mese.parts import filled
from gmn.mese.shape import EDGE
from gmn.trained.mesh import lattice
from gmn.trained.occupancy import HALF
from tests.conftest import reader_for, tiny_model, trial_for

SCENES, SAMPLES = 7, 2
SENSES = (VISION, HAPTICS)  # in the order of the network's modalities
BAR = Object(np.array([(0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0)]), np.ones((4, 3)))
BAR_VOLUME, SHIFTED = 4, 3  # cubes; those that it shares with itself an edge further on


class Told:
    """A network whose z is the number of the scene."""

    config = SimpleNamespace(extent=0.105)
    modalities = tiny_model("apoe", 2).modalities
    device = torch.device("cpu")

    def __init__(self):
        self.asked = []

    def prior(self, asked, noise, samples):
        self.asked.append(asked.context.sum((0, 3)).unique(dim=0).tolist())
        return SimpleNamespace(z=torch.arange(len(asked.context[0])).repeat(samples)[:, None])


def found(scenes, monkeypatch, imagined):
    """``imagined(thing, points, sample)``, (P,) in 0..1."""
    reader, model = reader_for(scenes, tiny_model("apoe", 2)), Told()
    starts = iter(range(10**9))

    def told(model, z, points):
        batch = next(starts) // (len(MIXES) * len(COUNTS) + 1) * module.BATCH
        rows = [(scenes.object(batch + int(k)), row >= len(z) // SAMPLES) for row, k in enumerate(z[:, 0])]
        return torch.from_numpy(np.stack([imagined(thing, points.numpy(), int(s)) for thing, s in rows]).astype(float))

    monkeypatch.setattr(module, "occupancy", told)
    return shape(trial_for(model, reader, SCENES, SAMPLES)), model


def test_the_truth_overlaps_wholly_and_its_surface_is_near(scenes, monkeypatch):
    values, model = found(scenes, monkeypatch, lambda thing, points, sample: filled(thing, points))
    assert set(values) == {"counts", "scenes", "samples", "step", *MIXES, "nothing"}
    for mix in MIXES:
        assert np.shape(values[mix]["iou"]) == (len(COUNTS), SCENES)
        assert np.min(values[mix]["iou"]) == np.min(values[mix]["iou_sample"]) == 1
        assert np.max(values[mix]["chamfer"]) < STEP / 2
        assert np.max(values[mix]["squared_error"]) == np.max(values[mix]["predicted_error"]) == 0
    assert np.shape(values["nothing"]["chamfer"]) == (1, SCENES)
    wanted = [[[n * (sense in senses) for sense in SENSES]] for senses in MIXES.values() for n in COUNTS] + [[[0, 0]]]
    assert model.asked == 2 * wanted  # in both batches


def test_samples_that_disagree_count_each_for_itself(scenes, monkeypatch):
    half = lambda thing, points, sample: filled(thing, points) & (points[:, 2] * (1 - 2 * sample) > 0)  # noqa: E731
    values, _ = found(scenes, monkeypatch, half)
    assert np.min(values["both"]["iou"]) > 0.98  # either half may be there: nothing overlaps more with both samples
    assert np.mean(values["both"]["iou_sample"]) == pytest.approx(0.5, abs=0.01)
    assert np.mean(values["both"]["chamfer"]) < STEP
    # Of a filled point one of two samples is right: the mean is off by 1/4, their variance 1/2, times 3/2.
    np.testing.assert_allclose(values["both"]["predicted_error"], 3 * np.array(values["both"]["squared_error"]), 1e-5)
    assert np.min(values["both"]["squared_error"]) > 0


def test_a_shape_elsewhere(scenes, monkeypatch):
    points, grid = lattice(0.105, STEP)
    shifted = filled(BAR, points - [EDGE, 0, 0])
    truth = filled(BAR, points)
    overlap = module.overlap(shifted, truth)
    assert overlap == pytest.approx(SHIFTED / (2 * BAR_VOLUME - SHIFTED), abs=0.01)
    # The end that sticks out has a cube's length to go at most; all else lies on the other surface.
    near, off = (chamfer(filling.astype(float), HALF, points, grid, BAR) for filling in (truth, shifted))
    assert near < STEP / 2 < off < EDGE / 2


def test_where_nothing_is_filled_the_fullest_point_stands_for_the_surface():
    points, grid = lattice(0.105, STEP)
    found = []
    for fullest in ((0, 0, 0), (0.1, 0.1, 0.1)):
        hardly = np.exp(-np.linalg.norm(points - fullest, axis=1)) * HALF
        found.append(chamfer(hardly, HALF, points, grid, BAR))
    assert found[0] < 2 * EDGE < found[1] < np.linalg.norm((0.1, 0.1, 0.1)) + 2 * EDGE
