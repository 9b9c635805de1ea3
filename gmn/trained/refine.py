"""Samples of z that fit what was given better, by a few steps of gradient ascent of their own.

An inference network answers every scene with the same weights; some steps for the scene at hand bring back part of
what that costs (as semi-amortised inference, Kim et al., 2018, which refines Q instead; not in the paper). Each sample
z_s of P(z | C) moves towards where ``log p(C | z, V) - ((z - z_s) / sigma)^2 / 2`` is largest, sigma the standard
deviation of P. Samples still differ, but less than they err: P has heard of C before, and all fit the same numbers, so
they are no samples of a posterior. How good they are is measured on views that were not given.

Shape letters: S samples, E episodes, N views.
"""

import torch
from torch import Tensor

from gmn.data.episodes import Episodes
from gmn.errors import UserError
from gmn.models.convolution import copies
from gmn.models.field import FieldImageRenderer
from gmn.models.gaussians import log_density
from gmn.models.gmn import GMN, TargetViews
from gmn.models.inference import Latents
from gmn.models.noise import Noise

RATE = 0.15  # of Adam at first, in standard deviations of P; it falls to 0
RAYS = 64  # of a picture in each step, where pictures show a field
TOGETHER = 8  # samples at a time


def refined(model: GMN, episodes: Episodes, latents: Latents, steps: int, noise: Noise) -> Tensor:
    """z after some steps, (S * E, T * Z, *grid).

    Args:
        model: the network.
        episodes: what was given, as contexts.
        latents: of its prior, (S * E, ...).
        steps: of ascent.
        noise: chooses rays.

    Raises:
        UserError: PyTorch was told to keep no gradients at all.
    """
    given = [TargetViews.of(mask) for mask in episodes.context.unbind(2)]
    if not (steps and sum(len(where.episode) for where in given)):
        return latents.z
    if torch.is_inference_mode_enabled():
        raise UserError(f"refine: got {steps} in torch.inference_mode, which has no gradients; use torch.no_grad, or 0")
    logvar = torch.cat([prior.logvar for _, prior, _ in latents.steps if prior.logvar.ndim > 2], 1)
    some = TOGETHER * given[0].episodes
    parts = zip(latents.z.split(some), torch.exp(logvar / 2).split(some), strict=True)
    return torch.cat([_ascended(model, episodes, given, z, sigma, steps, noise) for z, sigma in parts])


def _ascended(model: GMN, episodes: Episodes, given, z: Tensor, sigma: Tensor, steps: int, noise: Noise) -> Tensor:
    moved = torch.zeros_like(z)
    ascent = torch.optim.Adam([moved], RATE)
    falling = torch.optim.lr_scheduler.LinearLR(ascent, 1.0, 0.0, steps)
    for _ in range(steps):
        with torch.enable_grad():
            moved.requires_grad_()
            cost = moved.square().sum() / 2 - log_likelihood(model, episodes, given, z + sigma * moved, noise)
            (moved.grad,) = torch.autograd.grad(cost, moved)
        ascent.step()
        falling.step()
    return (z + sigma * moved).detach()


def log_likelihood(model: GMN, episodes: Episodes, given: list[TargetViews], z: Tensor, noise: Noise) -> Tensor:
    """log p(C | z, V) of all rows of z together; of pictures of a field an unbiased estimate by some rays."""
    total, fields = z.new_zeros(()), {}
    samples = len(z) // given[0].episodes
    for m, (renderer, where) in enumerate(zip(model.renderers, given, strict=True)):
        count = len(where.episode)
        if count and isinstance(renderer, FieldImageRenderer):
            if renderer.field not in fields:
                fields[renderer.field] = renderer.field(z)
            offset = where.episodes * torch.arange(samples, device=z.device)[:, None]
            every = TargetViews(
                (where.episode + offset).flatten(), where.scene.repeat(samples), where.view.repeat(samples), len(z)
            )
            uniform = noise.uniform(samples * count, RAYS).to(z.device)
            total = total + model.score_rays(m, episodes, fields[renderer.field], every, uniform).sum()
        elif count:
            _, means = model.means(m, episodes, z, where)
            sense = copies(episodes.senses[m][where.scene, where.view], samples)
            total = total + log_density(sense, means, model.config.std_of(model.modalities[m])).sum()
    return total
