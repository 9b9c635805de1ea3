"""What the encoders tell of a scene, and which modalities' experts listen to it.

Shape letters: E episodes, M modalities.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Representations:
    """What is known of each episode.

    Attributes:
        context: per modality, r_C (E, R, *grid).
        target: per modality, r_O (E, R, *grid), or r of C and O together where prior and posterior share a network;
            None where z is imagined from the context alone.
        has_context: (E, M) bool.
        has_target: (E, M) bool.
        padded: every expert works for every episode, needed or not, so that shapes do not depend on what is shown.
        kl: per modality (M, E) nats, what representations that are latent cost (Eq. 3); None where they are not.
        log_ratio: log p / q of those representations, (E,) float64 nats; None likewise.
    """

    context: list[Tensor]
    target: list[Tensor] | None
    has_context: Tensor
    has_target: Tensor
    padded: bool = False
    kl: Tensor | None = None
    log_ratio: Tensor | None = None


@dataclass(frozen=True)
class Roles:
    """Which modalities' experts an episode listens to, each (E, M) bool.

    Reading ``paper``: the prior multiplies those in the context, the posterior those in context or target.
    Where there is no context at all, every expert speaks from its learned initial representation, as all
    absent ones always do in reading ``released``.

    Where ``padded``, the others are at work, too, and are not listened to.
    """

    prior: Tensor
    posterior: Tensor | None
    padded: bool = False

    @classmethod
    def of(cls, known: Representations, reading: str) -> "Roles":
        prior, posterior = known.has_context, known.has_context | known.has_target
        if reading == "released":
            prior, posterior = torch.ones_like(prior), torch.ones_like(prior)
        prior = prior | ~prior.any(1, keepdim=True)
        return cls(prior, None if known.target is None else posterior, known.padded)

    def at_work(self, modality: int) -> Tensor:
        """Which episodes the experts of a modality work for, (P,) rows."""
        if self.padded:
            return torch.arange(len(self.prior), device=self.prior.device)
        listened = self.prior if self.posterior is None else self.prior | self.posterior
        return listened[:, modality].nonzero()[:, 0]
