"""Weights scaled on data: what a layer tells apart reaches the next one, and the model is still the model."""

import numpy as np
import pytest
import torch

from gmn.data.batches import Episodes
from gmn.models.config import NETWORKS
from gmn.models.gmn import GMN
from gmn.models.noise import Noise
from gmn.training.initialise import initialise
from tests.conftest import episodes_for, tiny_config, tiny_model


def fresh(network: str, modalities: int, scenes, shown=None) -> tuple[GMN, Episodes]:
    torch.manual_seed(0)
    model = GMN(tiny_config(network, modalities, representation=16)).double()
    return model, episodes_for(scenes, model, shown, 7)


def told_apart(model: GMN, episodes: Episodes, m: int) -> float:
    """How much codes of one modality differ between views, relative to their size."""
    with torch.no_grad():
        codes = model.encoders[m](episodes.senses[m].flatten(0, 1), episodes.queries[m].flatten(0, 1))
    return float((codes - codes.mean(0)).square().mean().sqrt() / codes.square().mean().sqrt())


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("modalities", [2, 8, 14])
def test_codes_tell_views_apart_and_none_is_dead(scenes, network, modalities):
    model, episodes = fresh(network, modalities, scenes)
    before = [told_apart(model, episodes, m) for m in range(modalities)]
    initialise(model, episodes, Noise(0))
    for m in range(modalities):
        assert told_apart(model, episodes, m) > max(0.3, before[m])
        with torch.no_grad():
            codes = model.encoders[m](episodes.senses[m].flatten(0, 1), episodes.queries[m].flatten(0, 1))
        assert (codes.flatten(2).amax((0, 2)) > 0).all()
    assert torch.isfinite(model.elbo(episodes, Noise(0)).elbo).all()


def test_z_starts_with_as_much_signal_as_noise(scenes):
    model, episodes = fresh("apoe", 2, scenes)
    initialise(model, episodes, Noise(0))
    known = model.represent(episodes)
    cell = model.inference.cells[0]
    context, target = torch.cat(known.context), torch.cat(known.target)
    ids = torch.arange(2).repeat_interleave(len(known.context[0]))
    static = cell.posterior_static(context, target, ids)
    mean = cell.posterior(cell.move_posterior(static, None, None)).mean
    spread = (mean - mean.mean((0, 2, 3), keepdim=True)).square().mean().sqrt()
    assert float(spread) == pytest.approx(1, abs=0.35)  # absent modalities' experts speak here, but not there


def test_a_modality_nobody_shows_keeps_finite_weights(scenes):
    shown = np.ones((7, 5), bool)
    shown[:, 2] = False
    model, episodes = fresh("poe", 5, scenes, shown)
    initialise(model, episodes, Noise(0))
    assert all(torch.isfinite(p).all() for p in model.parameters())


def test_it_is_repeatable(scenes):
    first, second = (fresh("apoe", 2, scenes) for _ in range(2))
    for model, episodes in (first, second):
        initialise(model, episodes, Noise(0))
    assert all(torch.equal(a, b) for a, b in zip(first[0].parameters(), second[0].parameters(), strict=True))


def test_likelihood_scales_by_modality_go_before_those_by_sense():
    model = tiny_model("apoe", 8, std={"vision": 0.3, "haptics": 0.5, "haptics-2": 0.7})
    scales = {m.name: model.config.std_of(m) for m in model.modalities}
    assert (scales["red-left"], scales["haptics-1"], scales["haptics-2"]) == (0.3, 0.5, 0.7)
