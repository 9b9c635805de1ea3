import numpy as np
import pytest

from gmn.evaluation import occupancy
from gmn.evaluation.occupancy import COUNTS, SENSES, compare, probe
from tests.conftest import reader_for, tiny_model


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

    def codes(model, reader, count, *rest):
        filled = occupancy.occupied(reader, count, occupancy.lattice())
        return filled @ mixing if informed else rng.normal(size=(count, 800))

    monkeypatch.setattr(occupancy, "representations", codes)
    found = probe(model, reader, reader, 7, 7, 2, 0, "cpu", lambda n: None)
    for sense in SENSES:
        assert np.shape(found[sense]["iou"]) == (len(COUNTS), 7)
        explained = 1 - np.mean(found[sense]["error"], 1) / np.mean(found["reference"]["error"])
        assert ((low <= explained) & (explained <= high)).all()


def test_representations_average_samples_of_the_prior(scenes):
    model = tiny_model("apoe", 2).float()
    reader = reader_for(scenes, model)
    common = (0, "cpu", lambda n: None)
    few, many = (occupancy.representations(model, reader, 3, [2, 1], s, *common) for s in (1, 200))
    again = occupancy.representations(model, reader, 3, [2, 1], 200, 1, *common[1:])
    assert few.shape == (3, 3 * 2 * 4 * 4)
    assert np.abs(many - again).mean() < 0.3 * np.abs(few - again).mean()
