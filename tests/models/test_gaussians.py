import torch
from torch.distributions import Normal, kl_divergence

from gmn.models.gaussians import Gaussian, kl, log_density, product

torch.manual_seed(0)
SHAPE = (4, 5, 3, 2, 2)
EXPERTS = Gaussian(torch.randn(SHAPE, dtype=torch.float64), torch.randn(SHAPE, dtype=torch.float64))


def normal(g: Gaussian) -> Normal:
    return Normal(g.mean, torch.exp(g.logvar / 2))


def test_kl_and_density_are_those_of_torch():
    p, q = Gaussian(*(x[:, 0] for x in EXPERTS)), Gaussian(*(x[:, 1] for x in EXPERTS))
    torch.testing.assert_close(kl(q, p), kl_divergence(normal(q), normal(p)))
    x = torch.randn_like(p.mean)
    torch.testing.assert_close(p.log_prob(x), normal(p).log_prob(x))
    whole = Normal(p.mean, torch.full_like(p.mean, 0.3)).log_prob(x).flatten(1).sum(1)
    torch.testing.assert_close(log_density(x, p.mean, 0.3), whole)


def test_product_is_proportional_to_the_densities_product():
    present = torch.rand(4, 5) < 0.6
    present[:, 0] = True
    joint = product(EXPERTS, present)
    x = torch.randn(50, *joint.mean.shape, dtype=torch.float64)
    each = normal(EXPERTS).log_prob(x[:, :, None].expand(-1, -1, 5, -1, -1, -1))
    unnormalised = (each * present[..., None, None, None]).sum(2)
    offset = normal(joint).log_prob(x) - unnormalised
    torch.testing.assert_close(offset, offset[:1].expand_as(offset))


def test_product_of_one_expert_is_that_expert():
    one = torch.zeros(4, 5, dtype=torch.bool)
    one[:, 2] = True
    joint = product(EXPERTS, one)
    torch.testing.assert_close(joint.mean, EXPERTS.mean[:, 2])
    torch.testing.assert_close(joint.logvar, EXPERTS.logvar[:, 2])


def test_order_of_experts_does_not_matter():
    present = torch.ones(4, 5, dtype=torch.bool)
    order = torch.randperm(5)
    shuffled = product(Gaussian(EXPERTS.mean[:, order], EXPERTS.logvar[:, order]), present)
    torch.testing.assert_close(shuffled.mean, product(EXPERTS, present).mean)
