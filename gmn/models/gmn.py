"""GMN, the generative multisensory network: encode a context, infer z, render any sense (Sec. 2).

Usage::

    model = GMN(ModelConfig(network="apoe", modalities=2))
    bound = model.elbo(episodes, generator)
    (-bound.elbo.sum()).backward()
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gmn.data.batches import Episodes
from gmn.models.config import ModelConfig
from gmn.models.encoders import HapticEncoder, ImageEncoder
from gmn.models.gaussians import log_density
from gmn.models.inference import InferenceNetwork, Latents, Representations
from gmn.models.renderers import HapticRenderer, ImageRenderer


@dataclass(frozen=True)
class Bound:
    """The evidence lower bound of a batch (Eq. 4), nats.

    Attributes:
        log_likelihood: (M, E), log p(X_m | z, V) of one sample, zero where nothing is a target.
        kl: (T, E), KL of each DRAW step.
        targets: (M, E), number of target views.
    """

    log_likelihood: Tensor
    kl: Tensor
    targets: Tensor

    @property
    def elbo(self, episodes: Episodes, generator: torch.Generator | None, rendered: int | None = None) -> Bound:
        """The bound of Eq. 4, one sample of z.

        Args:
            episodes: E = K * B episodes.
            generator: noise of z, and the choice of ``rendered`` views.
            rendered: draw only so many of a scene's V views of each modality and weigh them by V / rendered,
                an unbiased estimate of the likelihood; None draws all targets.
        """
        latents = self.infer(episodes, generator)
        b, views = episodes.context.shape[1], episodes.context.shape[3]
        drawn, weight = torch.ones(b, views, dtype=torch.bool, device=latents.z.device), 1.0
        scores = []
        for m in range(len(self.modalities)):
            if rendered is not None and rendered < views:
                chance = torch.rand(b, views, generator=generator, device=latents.z.device)
                drawn, weight = chance.argsort(1).argsort(1) < rendered, views / rendered
            where = TargetViews.of(episodes.target[:, :, m] & drawn)
            scores.append(weight * self.score(m, episodes, latents.z, where))
        targets = episodes.target.sum(3).permute(2, 0, 1).flatten(1)
        return Bound(torch.stack(scores), latents.kl(), targets)

    def log_likelihood(
        self,
        episodes: Episodes,
        generator: torch.Generator | None,
        samples: int,
        transform: Callable[[Tensor], Tensor] | None = None,
    ) -> Tensor:
        """Importance-weighted bound on log P(X | V, C), (E,) float64 nats, with z_s ~ Q(z | C, O).

        ``transform`` maps means and targets alike before they are compared (GRAY: the maximum over colours).
        """
        latents = self.infer(episodes, generator, samples)
        wheres = [TargetViews.of(episodes.target[:, :, m]) for m in range(len(self.modalities))]
        return self.importance_weighted(episodes, latents, wheres, samples, transform)

    def importance_weighted(
        self, episodes: Episodes, latents: Latents, wheres: list["TargetViews"], samples: int, transform=None
    ) -> Tensor:
        """``log 1/S sum_s p(X | z_s, V) p(z_s | C) / q(z_s | C, O)``, (E,) float64 nats."""
        weight = latents.log_ratio()
        for m, where in enumerate(wheres):
            weight = weight + self.score(m, episodes, latents.z, where, transform).double()
        return torch.logsumexp(weight.unflatten(0, (samples, -1)), 0) - math.log(samples)

    def score(self, m: int, episodes: Episodes, z: Tensor, where: "TargetViews", transform=None) -> Tensor:
        """log p(X_m | z, V) of every row of z, (S * E,) nats, zero for rows without targets."""
        score = z.new_zeros(len(z))
        if len(where.episode) == 0:
            return score
        samples = len(z) // where.episodes
        rows = (where.episode + where.episodes * torch.arange(samples, device=z.device)[:, None]).flatten()
        query = episodes.queries[m][where.scene, where.view]
        mean = self.render(m, z, rows, query.repeat(samples, 1))
        sense = episodes.senses[m][where.scene, where.view]
        if transform is not None:
            mean, sense = transform(mean), transform(sense)
        sense = sense.repeat(samples, *[1] * (sense.ndim - 1))
        return score.index_add(0, rows, log_density(sense, mean.float(), self.config.std(self.modalities[m])))


class TargetViews(NamedTuple):
    """Which view of which scene each episode is asked for: N rows among ``episodes`` episodes."""

    episode: Tensor
    scene: Tensor
    view: Tensor
    episodes: int

    @classmethod
    def of(cls, target: Tensor) -> "TargetViews":
        """The true entries of ``target`` (K, B, V); episode k * B + b belongs to scene b."""
        copy, scene, view = target.nonzero(as_tuple=True)
        return cls(copy * target.shape[1] + scene, scene, view, target.shape[0] * target.shape[1])
