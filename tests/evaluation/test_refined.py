"""What is measured before and after gradient ascent: of the same samples, and each against the truth."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from gmn.evaluation import refined as module
from gmn.evaluation import shape as shapes
from gmn.evaluation.explained import PARTS, explained, imagined, parts
from gmn.evaluation.intervals import share_explained
from gmn.evaluation.protocol import TARGETS
from gmn.evaluation.refined import CONTEXTS, KINDS, MEASURES, refined
from gmn.mese.parts import filled
from tests.conftest import reader_for, tiny_model, trial_for

SCENES, SAMPLES = 7, 3


class Climber:
    """A network whose samples imagine nothing right until they have climbed: 0 becomes 1."""

    device = torch.device("cpu")

    def __init__(self, reader):
        model = tiny_model("apoe", 2)
        self.modalities, self.config = model.modalities, model.config
        self.truth = reader.read(np.arange(SCENES)).senses
        self.asked = []

    def prior(self, asked, noise, samples):
        self.asked.append(asked.context.sum((0, 3)).unique(dim=0).tolist())
        return SimpleNamespace(z=torch.zeros(samples * asked.context.shape[1], 1))

    def means(self, modality, episodes, z, where):
        truth = episodes.senses[modality][:, 10:].flatten(0, 1)
        mean = self.truth[modality].mean((0, 1)).expand_as(truth)
        shown = torch.where(z[0, 0] == 1, truth, mean)
        return None, shown.repeat(SAMPLES, *[1] * (shown.ndim - 1))


def test_before_and_after(scenes, monkeypatch):
    reader = reader_for(scenes, tiny_model("apoe", 2))
    model, steps = Climber(reader), []

    def climbed(network, asked, latents, count, noise):
        steps.append(count)
        return latents.z + 1

    def shown(network, z, points):
        at = [scenes.object(k) for k in starts[-1]]
        solid = np.stack([filled(thing, points.numpy()) for thing in at]).astype(float)
        return torch.from_numpy(solid).repeat(SAMPLES, 1) * z

    starts = []
    monkeypatch.setattr(module.refine, "refined", climbed)
    monkeypatch.setattr(module, "occupancy", shown)
    trial = trial_for(model, reader, SCENES, SAMPLES, steps=9)
    read = reader.read
    monkeypatch.setattr(reader, "read", lambda indices: starts.append(indices) or read(indices))
    found = refined(trial)
    assert set(steps) == {9} and found["steps"] == 9
    assert model.asked == 2 * [[[given.get("vision", 0), given.get("haptics", 0)]] for given in CONTEXTS.values()]
    for name in CONTEXTS:
        for part in ("grey", "chroma"):
            before, after = (share_explained(found[k][name][part], found["variance"][part]).mean for k in KINDS)
            assert before == pytest.approx(0, abs=1e-5) and after == pytest.approx(1, abs=1e-5)
        assert found["inferred"][name]["iou"] == [0.0] * SCENES and found["refined"][name]["iou"] == [1.0] * SCENES
        assert found["refined"][name]["energy"] == [0.0] * SCENES < found["inferred"][name]["energy"]


def ball(model, z, points):
    """Occupancy of a radius that the sample says."""
    return (points.norm(dim=1) < 0.05 + 0.02 * (100 * z.flatten(1).mean(1, keepdim=True)).tanh()).float()


@torch.no_grad()
def test_what_is_inferred_is_that_of_other_evaluations(scenes, monkeypatch):
    for each in (module, shapes):
        monkeypatch.setattr(each, "occupancy", ball)
    model = tiny_model("apoe", 2).float()
    reader, count = reader_for(scenes, model), 4
    trial = trial_for(model, reader, count, SAMPLES, steps=0)
    found, shape = refined(trial), shapes.shape(trial)
    assert found["inferred"] == found["refined"]
    assert found["variance"] == explained(trial)["variance"]
    (batch,) = trial.batches(count)
    for name, contexts in CONTEXTS.items():
        asked = batch.given(contexts, ["vision"])
        z = model.prior(asked, batch.noise(), SAMPLES).z
        errors = parts(imagined(model, 0, asked, z).mean(0) - asked.senses[0][:, -TARGETS:])
        for part, error in zip(PARTS, errors, strict=True):
            assert found["inferred"][name][part] == pytest.approx(error, rel=1e-5)
        if name in ("pictures", "touches", "both"):
            assert found["inferred"][name]["iou"] == shape[name]["iou"][shapes.COUNTS.index(10)]
        assert all(np.shape(found["refined"][name][measure]) == (count,) for measure in MEASURES)
    assert len({str(of["iou"]) for of in found["inferred"].values()}) > 1
