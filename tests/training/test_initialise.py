"""Gates and latent scaled on data: what differs between scenes is heard from the start."""

import numpy as np
import pytest
import torch

from gmn.data.episodes import Episodes
from gmn.models.config import PRIORS
from gmn.models.convolution import centred, planes
from gmn.models.gmn import GMN
from gmn.models.noise import Noise
from gmn.models.representations import Roles
from gmn.training.initialise import SHARE, initialise
from tests.conftest import GEOMETRIES, NETWORKS, episodes_for, tiny_config, tiny_model


def fresh(network: str, modalities: int, scenes, shown=None, **changes) -> tuple[GMN, Episodes]:
    torch.manual_seed(0)
    model = GMN(tiny_config(network, modalities, representation=16, **changes)).double()
    return model, episodes_for(scenes, model, shown, 7)


def statics(model: GMN, episodes: Episodes) -> list[torch.Tensor]:
    """What does not change over the steps in the gates of every DRAW cell, as training computes it."""
    known = model.represent(episodes)
    work, _ = model.inference.experts(known, Roles.of(known, "paper"))
    return [
        experts.cell.gates(lstm, experts.context, experts.target, experts.ids)
        for experts in work
        for lstm, _ in reversed(experts.cell.heard())  # the prior's last
    ]


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("modalities, geometry", [(2, "map"), (8, "map"), (14, "map"), (2, "volume"), (14, "volume")])
@pytest.mark.parametrize("prior", PRIORS)
def test_gates_tell_scenes_apart(scenes, network, modalities, geometry, prior):
    model, episodes = fresh(network, modalities, scenes, **GEOMETRIES[geometry], prior=prior)
    initialise(model, episodes, Noise(0))
    with torch.no_grad():
        for static in statics(model, episodes):
            spread = centred(static).square().mean().sqrt()
            assert float(spread) == pytest.approx(1, rel=1e-6)
    assert torch.isfinite(model.elbo(episodes, Noise(0)).elbo).all()


@pytest.mark.parametrize("geometry", ["map", "volume"])
@pytest.mark.parametrize("modalities", [2, 14])
def test_layers_of_encoders_are_standardised(scenes, modalities, geometry):
    model, episodes = fresh("apoe", modalities, scenes, **GEOMETRIES[geometry])
    initialise(model, episodes, Noise(0))
    for m, encoder in enumerate(model.encoders):
        seen, layers = {}, list(encoder.named_children())
        for name, layer in layers if model.modalities[m].is_picture else layers[-1:]:
            layer.register_forward_hook(
                lambda module, inputs, output, seen=seen, name=name: seen.update({name: output})
            )
        encoder(episodes.senses[m].flatten(0, 1), episodes.queries[m].flatten(0, 1))
        for output in seen.values():
            in_cells = geometry == "volume" and output.ndim == 3  # linear layers have channels last
            channels = output.movedim(-1 if in_cells else 1, 0).flatten(1)
            alive = channels.std(1) > 1e-6
            assert alive.any() and channels.mean(1).abs().max() < 1e-9
            torch.testing.assert_close(channels.std(1)[alive], torch.ones(int(alive.sum()), dtype=torch.double))


@pytest.mark.parametrize("network", NETWORKS)
def test_gates_hear_more_than_the_number_of_views(scenes, network):
    """Scenes have fifty times the share in what gates differ by that they have with PyTorch's initialisation."""
    shares = []
    for scaled in (False, True):
        model, episodes = fresh(network, 2, scenes)
        if scaled:
            initialise(model, episodes, Noise(0))
        context = torch.zeros(2, 7, 2, 15, dtype=torch.bool)
        context[0, :, :, :3], context[1] = True, True
        with torch.no_grad():
            static = statics(model, episodes.with_views(context, torch.ones_like(context)))[-1]
        few, many = static.unflatten(0, (-1, 2, 7)).unbind(1)  # (experts, scenes, ...) by APoE's order of rows
        by_views = (few - many).mean(1).square().mean()
        by_scenes = few.var(1).mean()
        shares.append(float(by_scenes / (by_views + by_scenes)))
    assert shares[1] > 50 * shares[0]


def test_z_and_query_share_the_gates_of_a_renderer(scenes):
    model, episodes = fresh("apoe", 2, scenes)
    initialise(model, episodes, Noise(0))
    core = model.renderers[0].core
    z = torch.randn(
        500, core.latent, *model.config.grid, dtype=torch.double, generator=torch.Generator().manual_seed(0)
    )
    query = episodes.queries[0].flatten(0, 1)
    with torch.no_grad():
        by_z = core.lstm.static(z, bias=False)
        maps = planes(core.lstm.fixed.weight, core.latent, 7, model.config.grid)
        by_query = (query @ maps.flatten(1)).unflatten(1, maps.shape[1:])
    for part in (by_z, by_query):
        assert float((part - part.mean((0, 2, 3), keepdim=True)).square().mean().sqrt()) == pytest.approx(
            SHARE, rel=0.15
        )


def test_z_starts_with_as_much_signal_as_noise(scenes):
    model, episodes = fresh("apoe", 2, scenes)
    initialise(model, episodes, Noise(0))
    with torch.no_grad():
        known = model.represent(episodes)
    cell = model.inference.cells[0]
    context, target = torch.cat(known.context), torch.cat(known.target)
    ids = torch.arange(2).repeat_interleave(len(known.context[0]))
    _, mean = cell.first_posterior(context, target, ids)
    spread = (mean - mean.mean((0, 2, 3), keepdim=True)).square().mean().sqrt()
    assert spread.item() == pytest.approx(1, abs=0.35)  # absent modalities' experts speak here, but not there


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
