"""A few pixels of a view stand for all: an unbiased estimate of the likelihood of whole pictures (Eq. 4).

Shape letters: N views, n pixels of each, C channels, H W image.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from gmn.models.gaussians import LOG_2PI

LIT = 0.03  # of full white: what is brighter is no background
ANYWHERE = 0.25  # share of pixels drawn from the whole picture; the others lie on what is lit or next to it


def draw_pixels(pictures: Tensor, uniform: Tensor) -> tuple[Tensor, Tensor]:
    """Pixels (N, n), numbered row by row, and weights (N, n) with which sums over them are in the mean those over all.

    Args:
        pictures: that will be compared, (N, C, H, W) in 0..1.
        uniform: random numbers in [0, 1), (N, n); pixel k is drawn from the k-th of n equal parts of the distribution.
    """
    n, pixels = uniform.shape[1], pictures[0, 0].numel()
    lit = (pictures.amax(1, keepdim=True) > LIT).to(pictures.dtype)
    near = F.max_pool2d(lit, 3, 1, 1).flatten(1)  # (N, H * W)
    total = near.sum(1, keepdim=True)
    chance = torch.where(total > 0, (1 - ANYWHERE) * near / total.clamp(min=1) + ANYWHERE / pixels, 1 / pixels)
    chance = chance / chance.sum(1, keepdim=True)
    at = (torch.arange(n, device=uniform.device) + uniform) / n
    drawn = torch.searchsorted(chance.cumsum(1), at.to(chance.dtype)).clamp(max=pixels - 1)
    return drawn, 1 / (n * chance.gather(1, drawn))


def log_density_of_pixels(pictures: Tensor, means: Tensor, std: float, pixels: Tensor, weight: Tensor) -> Tensor:
    """Estimate of log N(x; mean, std^2) of pictures (N, C, H, W) from means (N, C, n) of some pixels, (N,) nats."""
    seen = pictures.flatten(2).gather(2, pixels[:, None].expand_as(means))
    squares = (((seen - means) / std).square().sum(1) * weight).sum(1)
    return -0.5 * squares - pictures[0].numel() * (math.log(std) + 0.5 * LOG_2PI)
