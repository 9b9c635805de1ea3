"""What must hold whatever the weights: identities of the model."""

from itertools import product

import numpy as np
import pytest
import torch

from gmn.data.episodes import Episodes
from gmn.errors import UserError
from gmn.models.config import PRIORS
from gmn.models.gaussians import log_density
from gmn.models.gmn import GMN, TargetViews
from gmn.models.noise import Noise
from tests.conftest import NETWORKS, episodes_for, reader_for, tiny_config, tiny_model

EVERY_SUBSET_OF_FIVE = [s for s in product([False, True], repeat=5) if any(s)]


def noise(seed: int = 0) -> Noise:
    return Noise(seed)


def bound(model: GMN, episodes: Episodes):
    with torch.no_grad():
        return model.elbo(episodes, noise())


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("reading", ["paper", "released"])
def test_bound_is_finite_for_every_subset_of_modalities(scenes, network, reading):
    model = tiny_model(network, 5, reading=reading)
    for shown in EVERY_SUBSET_OF_FIVE:
        episodes = episodes_for(scenes, model, np.array([shown] * 2), 2, reading)
        result = bound(model, episodes)
        assert torch.isfinite(result.elbo).all()
        assert (result.kl >= 0).all()


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("modalities", [2, 8, 14])
def test_every_weight_learns(scenes, network, modalities):
    model = tiny_model(network, modalities)
    model.elbo(episodes_for(scenes, model), noise()).elbo.sum().backward()
    without = [name for name, p in model.named_parameters() if p.grad is None or not torch.isfinite(p.grad).all()]
    assert not without


@torch.no_grad()
def test_scores_by_several_transforms_are_those_of_each_to_the_bit(scenes):
    model = tiny_model("apoe", 2)
    episodes = episodes_for(scenes, model)
    latents = model.posterior(episodes, noise(), 2)
    wheres = [TargetViews.of(episodes.target[:, :, m]) for m in range(2)]
    transforms = [None, torch.square, torch.abs]
    for transform, found in zip(transforms, model.log_weights_by(episodes, latents, wheres, transforms), strict=True):
        assert torch.equal(found, model.log_weights(episodes, latents, wheres, transform))
        assert found.shape == (2, 6) and found.dtype == torch.float64


@pytest.mark.parametrize("network", NETWORKS)
def test_order_of_views_does_not_matter(scenes, network):
    model = tiny_model(network, 2)
    episodes = episodes_for(scenes, model)
    order = torch.randperm(15, generator=noise().generator)
    shuffled = Episodes(
        [s[:, order] for s in episodes.senses],
        [q[:, order] for q in episodes.queries],
        episodes.context[..., order],
        episodes.target[..., order],
    )
    torch.testing.assert_close(bound(model, shuffled).elbo, bound(model, episodes).elbo)


def test_order_of_modalities_does_not_matter(scenes):
    """PoE with its four picture quarters renamed is the same model."""
    model, renamed = tiny_model("poe", 5), tiny_model("poe", 5)
    order = [2, 0, 3, 1, 4]
    with torch.no_grad():
        for parts in ("encoders", "renderers"):
            for new, old in enumerate(order):
                getattr(renamed, parts)[new].load_state_dict(getattr(model, parts)[old].state_dict())
        for new, old in enumerate(order):
            renamed.inference.cells[new].load_state_dict(model.inference.cells[old].state_dict())
        renamed.initial.copy_(model.initial[order])
    episodes = episodes_for(scenes, model)
    permuted = Episodes(
        [episodes.senses[k] for k in order],
        [episodes.queries[k] for k in order],
        episodes.context[:, :, order],
        episodes.target[:, :, order],
    )
    torch.testing.assert_close(bound(renamed, permuted).elbo, bound(model, episodes).elbo)


def _only(model: GMN, episodes: Episodes, kept: list[int], network: str) -> tuple[GMN, Episodes]:
    """A model that has never heard of the modalities that are not kept."""
    small = GMN(model.config).double()
    small.load_state_dict(model.state_dict())
    small.modalities = tuple(model.modalities[k] for k in kept)
    small.encoders = torch.nn.ModuleList(model.encoders[k] for k in kept)
    small.renderers = torch.nn.ModuleList(model.renderers[k] for k in kept)
    small.initial = torch.nn.Parameter(model.initial[kept].detach())
    if network == "poe":
        small.inference.cells = torch.nn.ModuleList(model.inference.cells[k] for k in kept)
    if network == "apoe":
        _forget_ids(small, kept)
    part = Episodes(
        [episodes.senses[k] for k in kept],
        [episodes.queries[k] for k in kept],
        episodes.context[:, :, kept],
        episodes.target[:, :, kept],
    )
    return small, part


def _forget_ids(small: GMN, kept: list[int]) -> None:
    cell = small.inference.cells[0]
    for layer, first in _told(cell):
        planes = [first + k for k in kept]
        layer.weight = torch.nn.Parameter(layer.weight[:, [*range(first), *planes]].detach())
    cell.ids = len(kept)


def _told(cell) -> list[tuple[torch.nn.Module, int]]:
    """The layers that are told the modality, and how many of their inputs come before its planes."""
    layers = [(lstm.fixed, count) for lstm, count in cell.heard()]
    if cell.config.prior == "shared":
        layers.append((cell.prior_gates, 1))
    return [(layer, count * cell.config.representation) for layer, count in layers]


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("kept", [[0, 4], [1, 2, 3], [4]])
@pytest.mark.parametrize("prior", PRIORS)
def test_a_missing_modality_equals_the_smaller_model(scenes, network, kept, prior):
    model = tiny_model(network, 5, prior=prior)
    shown = np.zeros((3, 5), bool)
    shown[:, kept] = True
    episodes = episodes_for(scenes, model, shown)
    some = episodes.context.flatten(2).any(2).all(0)  # with no context at all, absent modalities do speak
    small, part = _only(model, episodes, kept, network)
    whole, reduced = bound(model, episodes), bound(small, part)
    rows = torch.cat([some, some])
    assert rows.any()
    torch.testing.assert_close(whole.elbo[rows], reduced.elbo[rows])


@pytest.mark.parametrize("prior", PRIORS)
def test_apoe_with_one_modality_at_work_is_the_baseline(scenes, prior):
    """One expert, one product factor: APoE is the baseline plus a constant id plane."""
    apoe, baseline = tiny_model("apoe", 2, prior=prior), tiny_model("baseline", 2, prior=prior)
    state, names = apoe.state_dict(), {module: name for name, module in apoe.named_modules()}
    for layer, first in _told(apoe.inference.cells[0]):
        key = f"{names[layer]}.weight"
        with torch.no_grad():
            layer.weight[:, first : first + 2] = 0
        state[key] = torch.cat([state[key][:, :first], state[key][:, first + 2 :]], 1)
    baseline.load_state_dict(state)
    shown = np.array([[False, True]] * 3)
    episodes = episodes_for(scenes, apoe, shown)
    rows = episodes.context.flatten(2).any(2).flatten()
    assert rows.sum() >= 4
    torch.testing.assert_close(bound(apoe, episodes).elbo[rows], bound(baseline, episodes).elbo[rows])


@pytest.mark.parametrize("network", NETWORKS)
def test_a_constant_first_prior_knows_no_context(scenes, network):
    model = tiny_model(network, 2)
    latents = model.prior(episodes_for(scenes, model), noise())
    _, first, _ = latents.steps[0]
    full = first.mean[0]  # scene 0 has both senses; the sum of experts depends on how many speak, not on what
    same = [k for k in range(len(first.mean)) if torch.allclose(first.mean[k], full)]
    assert len(same) >= 3
    _, second, _ = latents.steps[1]
    assert not torch.allclose(second.mean[0], second.mean[1])


def test_an_unknown_first_prior_is_refused():
    with pytest.raises(UserError, match="first_prior: got 'contxt'; must be 'constant' or 'context'"):
        tiny_config("apoe", 2, first_prior="contxt")


@pytest.mark.parametrize("network", NETWORKS)
def test_a_first_prior_of_the_context_tells_scenes_apart(scenes, network):
    model = tiny_model(network, 2, first_prior="context")
    _, first, _ = model.prior(episodes_for(scenes, model), noise()).steps[0]
    assert not torch.allclose(first.mean[0], first.mean[1])


def test_rendering_some_targets_is_unbiased(scenes):
    model = tiny_model("apoe", 2)
    episodes = episodes_for(scenes, model)
    z_noise = [noise(s) for s in range(400)]
    with torch.no_grad():
        latents = model.posterior(episodes, noise())
        model.posterior = lambda *_, **__: latents  # the same z: only the choice of views varies
        full = model.elbo(episodes, noise()).log_likelihood.sum(1)
        assert torch.equal(full, model.elbo(episodes, noise(1)).log_likelihood.sum(1))
        parts = torch.stack([model.elbo(episodes, g, rendered=3).log_likelihood.sum(1) for g in z_noise])
    error = (parts.mean(0) - full) / (parts.std(0) / len(parts) ** 0.5)
    assert (error.abs() < 4).all()
    assert (parts.std(0) > 0).all()


def test_log_likelihood_grows_towards_the_bound_with_samples(scenes):
    model = tiny_model("apoe", 2)
    episodes = episodes_for(scenes, model)
    with torch.no_grad():
        one = torch.stack([model.log_likelihood(episodes, noise(s), 1) for s in range(30)]).mean(0)
        many = torch.stack([model.log_likelihood(episodes, noise(s), 30) for s in range(5)]).mean(0)
    assert (many > one).all()


def test_one_sample_of_the_likelihood_is_the_bound_s_integrand(scenes):
    model = tiny_model("poe", 2)
    episodes = episodes_for(scenes, model)
    with torch.no_grad():
        latents = model.posterior(episodes, noise())
        result = model.elbo(episodes, noise())
        likelihood = model.log_likelihood(episodes, noise(), 1)
    torch.testing.assert_close(likelihood, result.log_likelihood.sum(0) + latents.log_ratio())


def test_released_reading_lets_absent_experts_speak(scenes):
    shown = np.array([[True, False]] * 3)
    elbos = {}
    for reading in ("paper", "released"):
        model = tiny_model("apoe", 2, reading=reading)
        elbos[reading] = bound(model, episodes_for(scenes, model, shown)).kl.sum(0)
    assert not torch.allclose(elbos["paper"], elbos["released"])


def test_config_rejects_pictures_off_the_latent_grid():
    with pytest.raises(Exception, match="not divisible by the stride"):
        tiny_config("apoe", 5, image_size=20)


def test_reader_and_model_agree_on_modalities(scenes):
    model = tiny_model("apoe", 14)
    assert reader_for(scenes, model).modalities == model.modalities


@pytest.mark.parametrize("prior", PRIORS)
def test_a_prior_that_learns_more_from_its_kl(scenes, prior):
    """The bound's value stays; what is added to the gradient is that of the KL with q held fixed."""
    model = tiny_model("apoe", 2, prior=prior, steps=1, first_prior="context")
    parameters = [p for p in model.inference.parameters()]

    def gradient(value):
        found = torch.autograd.grad(value, parameters, retain_graph=True, allow_unused=True)
        return [torch.zeros_like(p) if g is None else g for p, g in zip(parameters, found, strict=True)]

    bound = model.elbo(episodes_for(scenes, model), Noise(0), prior_kl=True)
    torch.testing.assert_close(bound.prior_kl, bound.kl)
    torch.testing.assert_close(bound.weighted(0.5, 3.0), bound.weighted(0.5))
    values = bound.weighted(0.5, 3.0), bound.weighted(0.5), bound.prior_kl
    found = [gradient(value.sum()) for value in values]
    for more, plain, held in zip(*found, strict=True):
        torch.testing.assert_close(more, plain - 0.5 * 2.0 * held)
    if prior == "separate":
        names = [name for name, _ in model.inference.named_parameters()]
        assert not found[2][names.index("cells.0.posterior_out.weight")].any()
        assert found[2][names.index("cells.0.prior_out.weight")].any()


@pytest.mark.parametrize("prior", PRIORS)
def test_scenes_that_are_imagined_in_training(scenes, prior):
    """Their z is P's own, there is no KL, and P learns from their likelihood."""
    model = tiny_model("apoe", 2, prior=prior, steps=2, first_prior="context")
    episodes = episodes_for(scenes, model)
    bound = model.elbo(episodes, Noise(0), imagined=1.0)
    assert not bound.kl.any()
    noise = Noise(0)
    noise.uniform(episodes.context.shape[1], 1)
    z = model.prior(episodes, noise).z
    for m in range(2):
        rows, means = model.means(m, episodes, z, where := TargetViews.of(episodes.target[:, :, m]))
        sense = episodes.senses[m][where.scene, where.view]
        density = log_density(sense, means, model.config.std_of(model.modalities[m]))
        torch.testing.assert_close(bound.log_likelihood[m], where.summed(density, rows, len(z)))
    assert torch.autograd.grad(bound.elbo.sum(), model.inference.cells[0].prior_out.weight)[0].any()


def test_a_share_of_scenes_is_imagined_in_both_of_their_episodes(scenes):
    model = tiny_model("apoe", 2)
    episodes = episodes_for(scenes, model)
    k, b = episodes.context.shape[:2]
    assert b > 1
    shares = []
    for seed in range(20):
        kl = model.elbo(episodes, Noise(seed), imagined=0.5).kl.sum(0).unflatten(0, (k, b))
        assert ((kl == 0) == (kl[0] == 0)).all()
        shares.append((kl[0] == 0).double().mean())
    assert 0.25 < np.mean(shares) < 0.75
