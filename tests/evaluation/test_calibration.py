"""Coverage of predictions that are right, too narrow, and too wide."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from gmn.evaluation.calibration import CONTEXTS, LEVELS, calibration
from tests.conftest import reader_for, tiny_model, trial_for

SCENES = 7


class Oracle:
    """Imagines the truth, off by Gaussian noise of ``off`` times the likelihood's width."""

    device = torch.device("cpu")

    def __init__(self, reader, model, off: float):
        self.modalities, self.config, self.off = model.modalities, model.config, off
        senses = reader.read(np.arange(SCENES)).senses
        self.truth = [sense[:, 10:].flatten(0, 1) for sense in senses]
        self.noise = torch.Generator().manual_seed(0)

    def prior(self, asked, noise, samples):
        return SimpleNamespace(z=torch.zeros(samples * SCENES, 1))

    def means(self, modality, episodes, z, where):
        truth = self.truth[modality]
        truth = truth.repeat(len(z) // SCENES, *[1] * (truth.ndim - 1))
        width = self.config.std_of(self.modalities[modality])
        return None, truth + self.off * width * torch.randn(truth.shape, generator=self.noise)


@pytest.mark.parametrize("off, sign", [(1.0, 0), (3.0, -1), (0.2, 1)])
def test_coverage_is_what_was_predicted_only_if_the_width_is_right(scenes, off, sign):
    reader = reader_for(scenes, tiny_model("apoe", 2))
    oracle = Oracle(reader, tiny_model("apoe", 2), off)
    found = calibration(trial_for(oracle, reader, SCENES))
    assert list(found["coverage"]) == ["vision", "haptics"]
    for sense in found["coverage"]:
        for name in CONTEXTS:
            covered = np.mean(found["coverage"][sense][name], 1)
            assert np.shape(found["coverage"][sense][name]) == (len(LEVELS), SCENES)
            if sign == 0:
                np.testing.assert_allclose(covered, LEVELS, atol=0.03)
            else:
                assert (np.sign(covered - LEVELS)[1:-1] == sign).all()


def test_a_mixture_is_wider_than_its_parts(scenes):
    """Two samples that differ widely: the truth is between them, inside nearly every interval."""
    reader = reader_for(scenes, tiny_model("apoe", 2))
    oracle = Oracle(reader, tiny_model("apoe", 2), 3.0)
    one, many = (calibration(trial_for(oracle, reader, SCENES, samples)) for samples in (1, 30))
    medium = LEVELS.index(0.5)
    few, all_ = (np.mean(found["coverage"]["haptics"]["touch"][medium]) for found in (one, many))
    assert few < 0.3 and all_ > 0.9
