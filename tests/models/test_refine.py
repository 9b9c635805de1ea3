"""Samples that are refined fit what was given better, stay samples, and leave the network alone."""

import dataclasses

import pytest
import torch

from gmn.errors import UserError
from gmn.evaluation.protocol import first_views
from gmn.mese import pose
from gmn.models.gaussians import Gaussian
from gmn.models.gmn import TargetViews
from gmn.models.noise import Noise
from gmn.trained.belief import Belief
from gmn.trained.refine import TOGETHER, log_likelihood, refined
from tests.conftest import GEOMETRIES, NETWORKS, SHARED, reader_for, tiny_model

KINDS = [("apoe", changes) for changes in GEOMETRIES.values()] + [(name, SHARED) for name in NETWORKS if name != "apoe"]


@pytest.fixture(params=KINDS, ids=lambda kind: f"{kind[0]}, {kind[1].get('prior', kind[1].get('geometry', 'map'))}")
def model(request, scenes):
    network, changes = request.param
    found = tiny_model(network, 2, **changes)
    found.scales = reader_for(scenes, found).scales
    return found


@pytest.fixture
def given(scenes):
    pictures = scenes.read("image", [0])[0, :2].transpose(0, 3, 1, 2), pose.query(scenes.read("camera", [0])[0, :2])
    return {
        "vision": pictures,
        "haptics": (scenes.read("haptics", [0])[0, :3], pose.query(scenes.read("hand", [0])[0, :3])),
    }


def objective(model, episodes, latents, z):
    """What is maximised, by whole pictures, of every sample."""
    given = [TargetViews.of(mask) for mask in episodes.context.unbind(2)]
    fit = model.log_weights(episodes, dataclasses.replace(latents, z=z), given)[:, 0]
    logvar = torch.cat([prior.logvar for _, prior, _ in latents.steps if prior.logvar.ndim > 2], 1)
    return fit - ((z - latents.z) ** 2 / logvar.exp()).flatten(1).sum(1) / 2


def of(belief: Belief, samples: int):
    episodes = belief._episodes({})
    with torch.no_grad():
        return episodes, belief.model.prior(episodes, Noise(0), samples)


def test_every_sample_fits_better_and_samples_still_differ(model, given):
    episodes, latents = of(Belief(model, given), 3)
    z = refined(model, episodes, latents, 20, Noise(1))
    assert z.shape == latents.z.shape and not z.requires_grad
    with torch.no_grad():
        before, after = (objective(model, episodes, latents, each) for each in (latents.z, z))
    assert (after > before + 0.1 * before.abs().clamp(max=10)).all()
    assert z.std(0).mean() > 0.3 * latents.z.std(0).mean()
    assert all(weight.grad is None and weight.requires_grad for weight in model.parameters())


SEVERAL = {
    "pictures of a field": (2, SHARED),
    "parts of pictures of one field": (5, SHARED),
    "latent representations": (2, {"hierarchical": True}),
}


@pytest.mark.parametrize("modalities, changes", SEVERAL.values(), ids=SEVERAL)
def test_what_is_ascended_is_the_likelihood_of_whole_pictures(scenes, modalities, changes):
    """In the mean over rays, of two scenes and three samples."""
    model = tiny_model("apoe", modalities, **changes).float()
    asked = first_views(reader_for(scenes, model).read([0, 1]), model.modalities, {"vision": 2, "haptics": 2})
    given = [TargetViews.of(mask) for mask in asked.context.unbind(2)]
    with torch.no_grad():
        latents = model.prior(asked, Noise(0), 3)
        whole = model.log_weights(asked, latents, given).sum()
        rays = Noise(1)
        found = torch.stack([log_likelihood(model, asked, given, latents.z, rays) for _ in range(400)])
    assert (found.mean() - whole).abs() <= 4 * found.std() / 20 + 1e-6 * whole.abs()


def test_many_steps_end_where_nothing_pulls(model, given):
    """By the gradient of the whole objective; touches alone, of which every step scores all."""
    episodes, latents = of(Belief(model, {"haptics": given["haptics"]}), 2)

    def pull(z):
        z = z.clone().requires_grad_()
        return torch.autograd.grad(objective(model, episodes, latents, z).sum(), z)[0].norm()

    assert pull(refined(model, episodes, latents, 600, Noise(0))) < 0.05 * pull(latents.z)


def test_a_belief_is_refined_where_it_is_asked_to_be(model, given):
    plain, same, other, again = (Belief(model, given, refine=steps) for steps in (0, 0, 5, 5))
    asked = {"haptics": given["haptics"][1]}
    found = [belief.imagine(asked, samples=2)["haptics"] for belief in (plain, same, other, again)]
    assert torch.equal(found[0], found[1]) and torch.equal(found[2], found[3]) and not torch.equal(found[0], found[2])
    nothing = [Belief(model, {}, refine=steps).imagine(asked, samples=2)["haptics"] for steps in (0, 5)]
    assert torch.equal(*nothing)
    likely = [belief.log_likelihood(given, samples=2) for belief in (plain, other)]
    assert likely[0] == likely[1]
    gains = [belief.gain(asked, asked, samples=4)["haptics"] for belief in (plain, other)]
    assert torch.equal(*gains) and other.refine == 5


def test_samples_do_not_depend_on_each_other(model, given):
    episodes, latents = of(Belief(model, {"haptics": given["haptics"]}), TOGETHER + 2)
    many = refined(model, episodes, latents, 3, Noise(0))
    priors = [Gaussian(prior.mean[-2:], prior.logvar[-2:]) for _, prior, _ in latents.steps]
    last = dataclasses.replace(latents, z=latents.z[-2:], steps=[(prior.mean, prior, None) for prior in priors])
    torch.testing.assert_close(refined(model, episodes, last, 3, Noise(0)), many[-2:])


def test_where_there_are_no_gradients_it_says_so(model, given):
    with torch.inference_mode(), pytest.raises(UserError, match="refine: got 5 in torch.inference_mode"):
        Belief(model, given, refine=5).imagine({"haptics": given["haptics"][1]})
