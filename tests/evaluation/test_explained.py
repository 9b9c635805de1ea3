"""Shares explained by pictures that are right, average or grey, and by worlds that turn or do not."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from gmn.evaluation.explained import CONTEXTS, HALVED, _halved, explained
from gmn.evaluation.intervals import share_explained
from gmn.evaluation.protocol import first_views
from tests.conftest import reader_for, tiny_model, trial_for

SCENES = 4


class Oracle:
    """Imagines what ``show`` makes of the true pictures; from anywhere, a grey of ``turns`` times ``query[0]``."""

    device = torch.device("cpu")

    def __init__(self, reader, show, turns: float = 0.0):
        self.modalities, self.truth = reader.modalities, reader.read(np.arange(SCENES)).senses[0]
        self.show, self.turns = show, turns

    def prior(self, asked, noise, samples):
        return SimpleNamespace(z=torch.zeros(samples * SCENES, 1))

    def posterior(self, episodes, noise, samples):
        return self.prior(episodes, noise, samples)

    def means(self, modality, episodes, z, where):
        pictures = self.show(self.truth)[:, 10:].flatten(0, 1)
        return None, pictures.repeat(len(z) // SCENES, 1, 1, 1)

    def render(self, modality, z, scene, query):
        return self.turns * query[:, :1, None, None].expand(-1, 3, *self.truth.shape[-2:])


def found(scenes, show, turns=0.0):
    reader = reader_for(scenes, tiny_model("apoe", 2))
    return explained(trial_for(Oracle(reader, show, turns), reader, SCENES, 2))


def average(truth):
    return truth.mean((0, 1)).expand_as(truth)


@pytest.mark.parametrize(
    "show, grey, chroma",
    [
        (lambda truth: truth, 1, 1),
        (average, 0, 0),
        (lambda truth: truth.mean(2, keepdim=True) + average(truth) - average(truth).mean(2, keepdim=True), 1, 0),
    ],
    ids=["the truth", "the mean picture", "the truth in grey"],
)
def test_shares_of_grey_and_chroma(scenes, show, grey, chroma):
    values = found(scenes, show)
    for errors in [values["error"][name] for name in CONTEXTS] + [values["posterior"][name] for name in HALVED]:
        for part, share in (("grey", grey), ("chroma", chroma)):
            ours = share_explained(errors[part], values["variance"][part])
            assert ours.mean == pytest.approx(share, abs=1e-5)


def test_halves_are_context_and_targets(scenes):
    model = tiny_model("apoe", 2)
    read = reader_for(scenes, model).read(np.arange(SCENES))
    halved = _halved(first_views(read, model.modalities, {"vision": 10}))
    assert halved.context[0, 0].sum(1).tolist() == [5, 0] and halved.target[0, 0].sum(1).tolist() == [5, 0]
    assert not (halved.context & halved.target).any()


def test_a_world_that_does_not_turn(scenes):
    assert found(scenes, average)["turn"]["changed"] == [0.0] * SCENES


def test_a_world_that_turns(scenes):
    once, twice = (np.array(found(scenes, average, turns)["turn"]["changed"]) for turns in (0.5, 1.0))
    assert (once > 0).all()
    np.testing.assert_allclose(twice, 4 * once, rtol=1e-4)
