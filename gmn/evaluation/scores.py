"""How good a set of samples is: proper scores, calibration, and spread against error. Not in the paper.

A sample of P(z | C) is an object, seen or touched in every view. Energy score and spread take what S samples imagine
as S draws of the truth; log-likelihood and coverage as a mixture, a Gaussian of the likelihood's width around each.

Letters: S samples, B scenes, V views of each, then the shape of a view, D numbers.
"""

import math

import torch
from torch import Tensor

from gmn.models.gaussians import LOG_2PI
from gmn.models.gmn import log_mean

LEVELS = (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
BRIGHT = 0.15  # of full white, in the brightest channel; the darkest lit face has about 0.2


def scores_of(samples: Tensor, truth: Tensor, width: float, is_picture: bool) -> dict[str, Tensor]:
    """Every score of B scenes.

    Args:
        samples: (S, B, V, ...) means imagined, two samples at least; network units.
        truth: (B, V, ...).
        width: standard deviation of the likelihood.
        is_picture: (3, H, W) a view, of which coverage counts what shows the object.

    Returns:
        (B,) each, in network units but for the likelihood: ``energy``, ``log_likelihood``, ``squared_error`` and
        ``predicted_error``; and ``coverage``, (levels, B).
    """
    products, numbers = inner_products(samples, truth), truth[0, 0].numel()
    counted = shows_object(samples, truth) if is_picture else torch.ones_like(truth, dtype=torch.bool)
    return {
        "energy": energy_score(products, numbers).mean(1),
        "log_likelihood": log_likelihood(products, numbers, width),
        "coverage": coverage(samples, truth, width, counted),
        "squared_error": squared_error(products, numbers).mean(1),
        "predicted_error": predicted_error(products, numbers).mean(1),
    }


def inner_products(samples: Tensor, truth: Tensor) -> Tensor:
    """Of every two samples' differences from the truth, summed over a view's numbers, (B, V, S, S) float64.

    Distances follow from them, of samples to the truth and to each other.
    """
    off = (samples - truth).flatten(3).movedim(0, 2).double()  # (B, V, S, D)
    return off @ off.mT


def energy_score(products: Tensor, numbers: int) -> Tensor:
    """``E |X - y| - E |X - X'| / 2``, 0 at best and, on average, least for samples of the truth's own distribution.

    Source: Gneiting and Raftery 2007, Eq. 22. Its estimate from S samples has the same mean for every S: a sample is
    not compared with itself.

    Args:
        products: of :func:`inner_products`, S >= 2.
        numbers: D.

    Returns:
        (B, V); the norm is Euclidean, over a view's numbers, divided by the root of D.
    """
    samples, squares = products.shape[-1], products.diagonal(dim1=-2, dim2=-1)
    apart = (squares[..., None] + squares[..., None, :] - 2 * products).clamp(min=0).sqrt()  # |X - X'|
    pairs = samples * (samples - 1)  # on the diagonal it is 0
    return (squares.sqrt().mean(-1) - apart.sum((-2, -1)) / pairs / 2) / math.sqrt(numbers)


def log_likelihood(products: Tensor, numbers: int, width: float) -> Tensor:
    """Log of the mean over samples of ``p(all V views | z_s)``, (B,) nats per number.

    A lower bound of log p(X | C) on average; more samples raise it.
    """
    compared = products.shape[1] * numbers
    squares = products.diagonal(dim1=-2, dim2=-1).sum(1)  # (B, S)
    density = -0.5 * squares / width**2 - compared * (math.log(width) + 0.5 * LOG_2PI)
    return log_mean(density.T) / compared


def squared_error(products: Tensor, numbers: int) -> Tensor:
    """Of the mean of samples, a mean over a view's numbers, (B, V)."""
    return products.mean((-2, -1)) / numbers


def predicted_error(products: Tensor, numbers: int) -> Tensor:
    """What the spread of samples says of :func:`squared_error`, (B, V).

    Equal on average if the truth is one more sample. The variance across samples, times 1 + 1 / S: the mean of S
    samples is itself off by a share of it.
    """
    samples, squares = products.shape[-1], products.diagonal(dim1=-2, dim2=-1)
    variance = (squares.mean(-1) - products.mean((-2, -1))) * samples / (samples - 1)
    return (1 + 1 / samples) * variance.clamp(min=0) / numbers


def shows_object(samples: Tensor, truth: Tensor) -> Tensor:
    """Where the truth or any sample is brighter than the room, (B, V, 3, H, W).

    The truth is one picture among S + 1: chosen where it alone is lit, even a perfect model's intervals would miss it.
    """
    lit = (samples.amax(-3, keepdim=True) > BRIGHT).any(0) | (truth.amax(-3, keepdim=True) > BRIGHT)
    return lit.expand_as(truth)


def coverage(samples: Tensor, truth: Tensor, width: float, counted: Tensor) -> Tensor:
    """Share of a scene's ``counted`` numbers inside the mixture's central interval of each level, (levels, B)."""
    below = torch.special.ndtr((truth[counted] - samples[:, counted]) / width).mean(0)  # P(a number < what it is)
    off, scene = 2 * (below - 0.5).abs(), counted.nonzero(as_tuple=True)[0]
    inside = torch.stack([off <= level for level in LEVELS]).double()
    total = counted.flatten(1).sum(1)
    return inside.new_zeros(len(LEVELS), len(truth)).index_add(1, scene, inside) / total
