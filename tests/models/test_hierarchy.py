"""The hierarchical variant of Eq. 3: r_m is a latent variable."""

import pytest
import torch

from gmn.models.gmn import GMN
from gmn.models.hierarchy import INITIAL_LOGVAR
from gmn.models.noise import Noise
from tests.conftest import NETWORKS, episodes_for, tiny_model


def hierarchical(network: str = "apoe", **changes) -> GMN:
    return tiny_model(network, 2, hierarchical=True, **changes)


def narrow(model: GMN) -> GMN:
    """P and Q of r_m that are the delta function of the paper's experiments."""
    latents = model.inference.modality_latents
    for head in (*latents.prior_out, *latents.posterior_out):
        torch.nn.init.zeros_(head.weight)
        torch.nn.init.zeros_(head.bias)
        torch.nn.init.constant_(head.bias[model.config.representation :], -80 - INITIAL_LOGVAR)
    return model


def plain_twin(model: GMN, network: str) -> GMN:
    """The same weights without latent representations."""
    twin = tiny_model(network, 2)
    twin.load_state_dict({k: v for k, v in model.state_dict().items() if "modality_latents" not in k})
    return twin


@pytest.mark.parametrize("network", NETWORKS)
def test_a_delta_function_is_the_model_of_the_experiments(scenes, network):
    model = narrow(hierarchical(network))
    episodes = episodes_for(scenes, model)
    twin = plain_twin(model, network).posterior(episodes, Noise(3))
    representations = model.represent(episodes)
    latents = model.posterior(episodes, Noise(3))
    assert latents.known.kl.abs().max().item() == 0
    for m, speaks in enumerate(representations.has_context.T):
        drawn, given = latents.known.context[m], representations.context[m]
        torch.testing.assert_close(drawn[speaks], given[speaks])
    torch.testing.assert_close(latents.steps[0][1].mean, twin.steps[0][1].mean)
    torch.testing.assert_close(latents.steps[0][2].mean, twin.steps[0][2].mean)


@pytest.mark.parametrize("network", NETWORKS)
def test_every_weight_learns(scenes, network):
    model = hierarchical(network)
    model.elbo(episodes_for(scenes, model), Noise(0)).elbo.sum().backward()
    assert not [name for name, p in model.named_parameters() if p.grad is None or not torch.isfinite(p.grad).all()]


def test_the_bound_pays_for_representations(scenes):
    model = hierarchical()
    bound = model.elbo(episodes_for(scenes, model), Noise(0))
    assert (bound.representation_kl >= 0).all() and bound.representation_kl.sum() > 0
    paid = bound.log_likelihood.sum(0) - bound.kl.sum(0) - bound.representation_kl.sum(0)
    torch.testing.assert_close(bound.elbo, paid)


def test_a_modality_without_context_is_no_latent(scenes):
    """Its expert is not in the prior, so that there is nothing to pay."""
    model = hierarchical()
    episodes = episodes_for(scenes, model)
    context = episodes.context.clone()
    context[:, :, 1] = False
    context[:, :, 0, 0] = True
    bound = model.elbo(episodes.with_views(context, episodes.target & ~context), Noise(0))
    assert (bound.representation_kl[1] == 0).all() and (bound.representation_kl[0] > 0).all()


def test_the_importance_weighted_bound_tightens_with_samples(scenes):
    model = hierarchical()
    episodes = episodes_for(scenes, model)
    with torch.no_grad():
        one, many = (
            torch.stack([model.log_likelihood(episodes, Noise(seed), samples) for seed in range(8)]).mean()
            for samples in (1, 16)
        )
    assert many > one


def test_imagination_draws_representations_from_their_prior(scenes):
    model = hierarchical()
    episodes = episodes_for(scenes, model)
    first, second = (model.prior(episodes, Noise(seed), 2) for seed in (0, 1))
    assert first.z.shape[0] == 2 * 2 * 3 and not torch.equal(first.z, second.z)
    assert first.known.kl is None
