"""The hierarchical variant of Eq. 3: modality representations r_m are latent variables.

The paper writes it down and trains the case of a delta function, r_m = f(C_m). Here P(r_m | C_m) is a Gaussian
around that f, and Q(r_m | C_m, O_m) one that has seen the observation too.
"""

from dataclasses import replace

import torch
from torch import Tensor, nn

from gmn.models.config import ModelConfig
from gmn.models.convolution import convolution, copies, per_row
from gmn.models.gaussians import Gaussian, at_least_float32, kl
from gmn.models.noise import Noise
from gmn.models.representations import Representations, Roles

INITIAL_LOGVAR = -4.6  # a standard deviation of 0.1: codes start at that size


class ModalityLatents(nn.Module):
    """P(r_m | C_m) and Q(r_m | C_m, O_m) of every modality: 1x1 convolutions of the deterministic r_C and r_O."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        r, d = config.representation, config.dimensions
        self.prior_out = nn.ModuleList(convolution(d, r, 2 * r, 1) for _ in range(config.count))
        self.posterior_out = nn.ModuleList(convolution(d, 2 * r, 2 * r, 1) for _ in range(config.count))

    def forward(self, known: Representations, roles: Roles, noise: Noise, samples: int) -> Representations:
        """Representations with r_m drawn wherever its prior expert speaks, (S * E, R, *grid) each."""
        rows = {name: getattr(known, name).repeat(samples, 1) for name in ("has_context", "has_target")}
        speaks = roles.prior.repeat(samples, 1).T  # (M, S * E)
        drawn, costs, ratio = [], [], 0.0
        for m, context in enumerate(known.context):
            prior = _around(context, self.prior_out[m](context), samples)
            chosen = prior
            if known.target is not None:
                both = torch.cat([known.target[m], context], 1)
                chosen = _around(context, self.posterior_out[m](both), samples)
                costs.append(kl(chosen, prior).flatten(1).sum(1) * speaks[m])
            r = chosen.sample(noise)
            if known.target is not None:
                ratio = ratio + (prior.log_prob(r) - chosen.log_prob(r)).double().flatten(1).sum(1) * speaks[m]
            drawn.append(torch.where(per_row(speaks[m], r), r, copies(context, samples)))
        if known.target is None:
            return replace(known, context=drawn, **rows)
        target = [copies(t, samples) for t in known.target]
        return replace(known, context=drawn, target=target, kl=torch.stack(costs), log_ratio=ratio, **rows)


def _around(mean: Tensor, stats: Tensor, samples: int) -> Gaussian:
    """S copies of a Gaussian whose mean starts near ``mean``."""
    shift, logvar = at_least_float32(stats).chunk(2, 1)
    return Gaussian(copies(mean + shift, samples), copies(logvar + INITIAL_LOGVAR, samples))
