"""Diagonal Gaussians: sampling, densities, KL and products of experts (Eq. 2 and 5)."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from gmn.models.noise import Noise

LOG_2PI = math.log(2 * math.pi)


class Gaussian(NamedTuple):
    """Mean and log-variance, of any one shape."""

    mean: Tensor
    logvar: Tensor

    def sample(self, noise: Noise) -> Tensor:
        return self.mean + torch.exp(self.logvar / 2) * noise.normal(self.mean)

    def replaced(self, other: "Gaussian", rows: Tensor) -> "Gaussian":
        """With the rows (N,) that are true taken from ``other``."""
        rows = rows.view(-1, *[1] * (self.mean.ndim - 1))
        return Gaussian(*(torch.where(rows, theirs, ours) for ours, theirs in zip(self, other, strict=True)))

    def log_prob(self, x: Tensor) -> Tensor:
        """Elementwise log-density, nats."""
        return -0.5 * (LOG_2PI + self.logvar + (x - self.mean) ** 2 * torch.exp(-self.logvar))


def at_least_float32(x: Tensor) -> Tensor:
    """``x``, widened if autocast left it in half precision: densities and products need more."""
    return x.float() if x.dtype in (torch.float16, torch.bfloat16) else x


def kl(q: Gaussian, p: Gaussian) -> Tensor:
    """Elementwise KL[q || p], nats."""
    ratio = torch.exp(q.logvar - p.logvar)
    return 0.5 * (ratio - 1 - q.logvar + p.logvar + (q.mean - p.mean) ** 2 * torch.exp(-p.logvar))


def product(experts: Gaussian, present: Tensor) -> Gaussian:
    """Normalised product of the experts that are present: precisions add, means weigh by precision.

    Args:
        experts: (E, M, ...).
        present: (E, M) bool, at least one true per row.

    Returns:
        (E, ...). With a single expert it is that expert.
    """
    mask = present.reshape(*present.shape, *[1] * (experts.mean.ndim - 2))
    precision = torch.exp(-experts.logvar) * mask
    total = precision.sum(1)
    return Gaussian((precision * experts.mean).sum(1) / total, -torch.log(total))


def log_density(x: Tensor, mean: Tensor, std: float) -> Tensor:
    """log N(x; mean, std^2) summed over all but the first axis, (N,) nats."""
    squares = ((x - mean) / std).square().flatten(1).sum(1)
    return -0.5 * squares - x[0].numel() * (math.log(std) + 0.5 * LOG_2PI)
