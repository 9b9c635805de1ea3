import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from gmn.evaluation.benchmark import Way, fast, measuring, random_scenes
from gmn.models.config import ModelConfig
from gmn.models.gmn import GMN
from gmn.reference import bound
from tests.conftest import tiny_config


def forward_gflop(route, network: str, modalities: int) -> float:
    config = ModelConfig(network=network, modalities=modalities)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        route(GMN(config), random_scenes(config, 1))
    return counter.get_total_flops() / 1e9


@pytest.mark.parametrize(
    ("network", "modalities", "gflop"),
    [("baseline", 2, 121), ("apoe", 2, 141), ("poe", 2, 141), ("baseline", 5, 77), ("apoe", 5, 97), ("poe", 5, 97)],
)
def test_forward_work_of_the_fast_route(network, modalities, gflop):
    assert forward_gflop(fast, network, modalities) <= 1.03 * gflop


def test_plain_route_works_as_hard_as_the_original():
    assert forward_gflop(bound, "apoe", 5) == pytest.approx(226, rel=0.05)


def test_ways_to_compute_an_iteration_are_measured():
    config = tiny_config("apoe", 2)
    ways = Way(), Way(precision="bfloat16", channels_last=True)
    with measuring() as measure:
        costs = [measure(config, 2, 1, 1, "cpu", way) for way in ways]
    for cost in costs:
        assert cost["gflop"] == costs[0]["gflop"] and cost["peak_mib"] > 0 and cost["ms"] > 0


def test_peaks_of_memory_do_not_mix():
    """A small network is measured after a large batch, in a process that did not see it."""
    config = tiny_config("apoe", 2)
    with measuring() as measure:
        first, large, second = (measure(config, scenes, 1, 1, "cpu")["peak_mib"] for scenes in (1, 200, 1))
    assert large > first + 100 and abs(second - first) < 20
