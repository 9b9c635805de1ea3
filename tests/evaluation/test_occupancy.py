import numpy as np
import pytest

from gmn.evaluation import occupancy
from gmn.evaluation.occupancy import COUNTS, MIXES, compare
from tests.conftest import reader_for, tiny_model, trial_for


def test_a_perfect_guess_overlaps_wholly_and_an_empty_one_by_chance():
    truth = np.zeros((3, 50))
    truth[:, :10] = 1
    assert compare(truth, truth) == {"error": [0, 0, 0], "iou": [1, 1, 1]}
    wrong = compare(1 - truth, truth)
    assert wrong["error"] == [50, 50, 50] and wrong["iou"] == [0, 0, 0]


@pytest.mark.parametrize("informed, low, high", [(True, 0.95, 1.0), (False, -0.5, 0.3)])
def test_the_probe_reads_what_is_there_and_nothing_else(scenes, monkeypatch, informed, low, high):
    """Codes that are a linear map of the occupancy, or noise; the same scenes train and test the first."""
    model = tiny_model("apoe", 2)
    reader = reader_for(scenes, model)
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(729, 800))

    def codes(trial, *contexts):
        filled = occupancy.occupied(trial, occupancy.lattice())
        return filled @ mixing if informed else rng.normal(size=(trial.scenes, 800))

    monkeypatch.setattr(occupancy, "representations", codes)
    found = occupancy.occupancy(trial_for(model, reader, 7, 2, fitted=7), reader)
    for sense in MIXES:
        assert np.shape(found[sense]["iou"]) == (len(COUNTS), 7)
        explained = 1 - np.mean(found[sense]["error"], 1) / np.mean(found["reference"]["error"])
        assert ((low <= explained) & (explained <= high)).all()


def test_representations_average_samples_of_the_prior(scenes):
    model = tiny_model("apoe", 2).float()
    reader = reader_for(scenes, model)
    few, many, again = (
        occupancy.representations(trial_for(model, reader, 3, samples, seed), {"vision": 2, "haptics": 1})
        for samples, seed in ((1, 0), (200, 0), (200, 1))
    )
    assert few.shape == (3, 3 * 2 * 4 * 4)
    assert np.abs(many - again).mean() < 0.3 * np.abs(few - again).mean()
