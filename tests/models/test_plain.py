"""The fast route equals the plain transcription of the equations, in value and in every gradient."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gmn import reference as plain
from gmn.data.episodes import Episodes
from gmn.mese import pose
from gmn.models.gmn import GMN
from gmn.models.noise import Noise
from tests.conftest import GEOMETRIES, NETWORKS, VOLUME, episodes_for, tiny_model


def noise_of_z(model: GMN, episodes: Episodes, seed: int) -> list[torch.Tensor]:
    """The numbers that the fast route draws for z from a generator of that seed."""
    generator = torch.Generator().manual_seed(seed)
    count = episodes.context.shape[0] * episodes.context.shape[1]
    size = (count, model.config.latent, *model.config.grid)
    sizes = [size] * model.config.steps
    if model.config.global_latent:
        sizes.insert(0, (count, model.config.global_latent))
    return [torch.randn(size, generator=generator, dtype=torch.double) for size in sizes]


def gradients(model: GMN, value: torch.Tensor) -> dict[str, torch.Tensor]:
    parameters = dict(model.named_parameters())
    found = torch.autograd.grad(value, list(parameters.values()), allow_unused=True)
    return {
        name: torch.zeros_like(p) if g is None else g for (name, p), g in zip(parameters.items(), found, strict=True)
    }


def assert_equal(model: GMN, episodes: Episodes) -> None:
    fast = model.elbo(episodes, Noise(5)).elbo
    slow = plain.elbo(model, episodes, noise_of_z(model, episodes, 5))
    torch.testing.assert_close(fast, slow, rtol=1e-5, atol=0)
    ours, theirs = gradients(model, fast.sum()), gradients(model, slow.sum())
    for name, wanted in theirs.items():
        error = (ours[name] - wanted).norm() / wanted.norm().clamp(min=1e-12)
        assert error < 1e-3, (name, float(error))


def exact(model: GMN, episodes: Episodes) -> Episodes:
    """The same poses, to double instead of single precision: a volume's look-ups would show the difference."""
    queries = []
    for modality, query in zip(model.modalities, episodes.queries, strict=True):
        cos, sin = query[..., 3::2].numpy(), query[..., 4::2].numpy()
        angles = np.arctan2(sin, cos)
        frame = pose.wrist_axes(angles)
        place = pose.WRIST_BACK * frame[..., 1] + pose.WRIST_UP * frame[..., 2]
        if modality.is_picture:
            place = -pose.CAMERA_RADIUS * pose.camera_axes(angles)[2]
        turns = np.stack([np.cos(angles), np.sin(angles)], -1).reshape(*angles.shape[:-1], 4)
        queries.append(torch.from_numpy(np.concatenate([place, turns], -1)))
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(queries, episodes.queries, strict=True))
    return replace(episodes, queries=queries)


def few(episodes: Episodes, views: int) -> Episodes:
    """The first views alone: the plain route takes one after another."""
    first = torch.arange(15) < views
    return episodes.with_views(episodes.context & first, episodes.target & first)


def shown(kind: str, modalities: int) -> np.ndarray:
    """Which modalities two scenes show."""
    rows = np.ones((2, modalities), bool)
    if kind == "missing":
        rows[0, ::2] = False
        rows[1, -1] = False
    return rows


@pytest.mark.parametrize("network", NETWORKS)
def test_first_prior_of_the_context(scenes, network):
    model = tiny_model(network, 2, first_prior="context")
    assert_equal(model, episodes_for(scenes, model, shown("missing", 2), 2))


@pytest.mark.parametrize("reading", ["paper", "released"])
@pytest.mark.parametrize("kind", ["complete", "missing"])
@pytest.mark.parametrize("modalities", [2, 5, 8, 14])
@pytest.mark.parametrize("network", NETWORKS)
def test_ragged_contexts(scenes, network, modalities, kind, reading):
    model = tiny_model(network, modalities, reading=reading)
    episodes = episodes_for(scenes, model, shown(kind, modalities), 2, reading)
    assert_equal(model, episodes if modalities == 2 else few(episodes, 6))


@pytest.mark.parametrize("reading", ["paper", "released"])
@pytest.mark.parametrize("network", NETWORKS)
def test_empty_contexts(scenes, network, reading):
    """Scene 0 has no context in the first copy, and so no target in the second; scene 1 no touch."""
    model = tiny_model(network, 5, reading=reading)
    episodes = episodes_for(scenes, model, shown("complete", 5), 2, reading)
    context, target = episodes.context.clone(), episodes.target.clone()
    context[0, 0], target[0, 0] = False, True
    context[0, 1, 4], target[0, 1, 4] = False, True
    context[1], target[1] = target[0].clone(), context[0].clone()
    assert_equal(model, episodes.with_views(context, target))


def test_a_coarser_latent_grid(scenes):
    model = tiny_model("apoe", 2, stride=8)
    assert model.config.grid == (2, 2)
    assert_equal(model, episodes_for(scenes, model, shown("complete", 2), 2))


@pytest.mark.parametrize("modalities", [2, 5, 8, 14])
@pytest.mark.parametrize("geometry", ["volume", "volume, shared"])
@pytest.mark.parametrize("network", NETWORKS)
def test_a_volume(scenes, network, geometry, modalities):
    model = tiny_model(network, modalities, **GEOMETRIES[geometry])
    assert model.config.grid == (3, 3, 3)
    assert_equal(model, exact(model, few(episodes_for(scenes, model, shown("missing", modalities), 2), 4)))


SHARED = {"prior": "shared", "pooling": "shrunk"}


@pytest.mark.parametrize("reading", ["paper", "released"])
@pytest.mark.parametrize("changes", [{}, {"global_latent": 3}, VOLUME, VOLUME | {"global_latent": 3}])
@pytest.mark.parametrize("network", NETWORKS)
def test_one_network_for_prior_and_posterior(scenes, network, changes, reading):
    model = tiny_model(network, 5, **changes | SHARED, reading=reading)
    assert_equal(model, exact(model, few(episodes_for(scenes, model, shown("missing", 5), 2, reading), 5)))


@pytest.mark.parametrize("network", NETWORKS)
def test_a_shared_network_says_the_same_of_what_it_knows_in_either_role(scenes, network):
    model = tiny_model(network, 2, **SHARED)
    for cell in model.inference.cells:
        for weight in (*cell.prior_gates.parameters(), *cell.prior_out.parameters()):
            weight.data.zero_()
    episodes = episodes_for(scenes, model)
    nothing_more = episodes.with_views(episodes.context, torch.zeros_like(episodes.target))
    latents = model.posterior(nothing_more, Noise(0))
    some = episodes.context.flatten(2).any(2).flatten()  # of no view at all the prior hears every expert
    assert some.any() and latents.kl()[:, some].abs().max() < 1e-9
    assert model.posterior(episodes, Noise(0)).kl()[:, some].max() > 1e-3


@pytest.mark.parametrize("changes", [{"steps": 1}, {"pooling": "sum"}, {"geometry": "map"}, {"reading": "released"}])
@pytest.mark.parametrize("network", NETWORKS)
def test_one_step_sums_means_and_the_other_reading(scenes, network, changes):
    model = tiny_model(network, 2, **VOLUME | changes)
    reading = changes.get("reading", "paper")
    assert_equal(model, exact(model, few(episodes_for(scenes, model, shown("missing", 2), 2, reading), 6)))


def test_an_error_in_an_equation_would_be_seen(scenes, monkeypatch):
    model = tiny_model("apoe", 2)
    episodes = episodes_for(scenes, model, shown("complete", 2), 2)
    monkeypatch.setattr(plain, "product", lambda experts: experts[0])
    with pytest.raises(AssertionError):
        assert_equal(model, episodes)
