"""Shares explained by pictures that are right, average or grey, and by worlds that turn or do not."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from gmn.evaluation.explained import CONTEXTS, HALVED, MEASURES, _halved, explained
from gmn.evaluation.intervals import share_explained
from gmn.evaluation.protocol import first_views
from gmn.evaluation.scores import LEVELS
from tests.conftest import reader_for, tiny_model, trial_for

SCENES = 4


class Oracle:
    """Imagines what ``show`` makes of what there is, off by Gaussian noise of ``off`` times the likelihood's width;
    from anywhere, a grey of ``turns`` times ``query[0]``.
    """

    device = torch.device("cpu")

    def __init__(self, reader, show, turns: float = 0.0, off: float = 0.0):
        model = tiny_model("apoe", 2)
        self.modalities, self.config = model.modalities, model.config
        self.truth = reader.read(np.arange(SCENES)).senses
        self.show, self.turns, self.off = show, turns, off
        self.noise = torch.Generator().manual_seed(0)

    def prior(self, asked, noise, samples):
        return SimpleNamespace(z=torch.zeros(samples * SCENES, 1))

    def posterior(self, episodes, noise, samples):
        return self.prior(episodes, noise, samples)

    def means(self, modality, episodes, z, where):
        shown = self.show(self.truth[modality])[:, 10:].flatten(0, 1)
        means = shown.repeat(len(z) // SCENES, *[1] * (shown.ndim - 1))
        width = self.off * self.config.std_of(self.modalities[modality])
        return None, means + width * torch.randn(means.shape, generator=self.noise)

    def render(self, modality, z, scene, query):
        return self.turns * query[:, :1, None, None].expand(-1, 3, *self.truth[0].shape[-2:])


def found(scenes, show, turns=0.0, off=0.0):
    reader = reader_for(scenes, tiny_model("apoe", 2))
    return explained(trial_for(Oracle(reader, show, turns, off), reader, SCENES, 2))


def as_it_is(truth):
    return truth


def average(truth):
    return truth.mean((0, 1)).expand_as(truth)


@pytest.mark.parametrize(
    "show, grey, chroma",
    [
        (as_it_is, 1, 1),
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


def test_scores_of_every_context_and_sense(scenes):
    right, off = found(scenes, as_it_is), found(scenes, as_it_is, off=1.0)
    for sense in ("vision", "haptics"):
        for name in CONTEXTS:
            for measure in MEASURES:
                shape = (len(LEVELS), SCENES) if measure == "coverage" else (SCENES,)
                assert np.shape(off[measure][sense][name]) == shape
            assert right["energy"][sense][name] == right["predicted_error"][sense][name] == [0.0] * SCENES
            assert (np.array(right["coverage"][sense][name]) == 1).all()
            assert np.less(off["log_likelihood"][sense][name], right["log_likelihood"][sense][name]).all()


def test_errors_of_pictures_are_those_of_grey_and_chroma(scenes):
    values = found(scenes, average, off=0.5)
    for name in CONTEXTS:
        both = np.add(*values["error"][name].values())
        np.testing.assert_allclose(values["squared_error"]["vision"][name], both, rtol=1e-5)
