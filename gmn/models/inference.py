"""Inference of z: modality representations in, per-step Gaussians of an episode's experts out (Eq. 2 and 5).

Experts of an episode meet in the product of their Gaussians at every DRAW step and share the z drawn from it.
Which experts there are, and which weights they share, is what the networks differ in: :mod:`gmn.models.networks`.

Shape letters: E episodes, M modalities, S samples, P experts at work in the batch, T steps.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gmn.models.config import ModelConfig
from gmn.models.convdraw import CELLS, ConvDraw
from gmn.models.gaussians import Gaussian, at_least_float32, kl, product
from gmn.models.hierarchy import ModalityLatents
from gmn.models.noise import Noise
from gmn.models.representations import Representations, Roles


@dataclass(frozen=True)
class Experts:
    """Experts that share a cell.

    Attributes:
        cell: their weights.
        episode: whom each works for, (P,).
        column: its place in the product, (P,).
        context: r_C of each, (P, R, *grid).
        target: r_O of each, or None.
        ids: the modality each is told, (P,), for cells with id planes.
    """

    cell: ConvDraw
    episode: Tensor
    column: Tensor
    context: Tensor
    target: Tensor | None
    ids: Tensor | None = None


@dataclass(frozen=True)
class Latents:
    """A sampled z and the Gaussians it came from.

    Attributes:
        z: (S * E, T * Z, *grid), sample-major.
        steps: per step, z_t, prior and posterior (None if imagined), each (S * E, Z, *grid); first of all, if there
            is one, the global latent, (S * E, G).
        expert_kl: (columns, S * E), KL between posterior and prior of each expert over all steps, nats, zero
            where an expert is not in both; how much the senses tell, expert by expert. Not part of the bound.
        known: the representations it came from.
    """

    z: Tensor
    steps: list[tuple[Tensor, Gaussian, Gaussian | None]]
    expert_kl: Tensor | None
    known: Representations

    def kl(self) -> Tensor:
        """KL[q || p] of each step, (T, S * E) nats."""
        return torch.stack([kl(q, p).flatten(1).sum(1) for _, p, q in self.steps])

    def prior_kl(self) -> Tensor:
        """The same with the mean and variance of q held fixed."""
        # pyrefly: ignore[not-iterable]
        return torch.stack([kl(Gaussian(*(x.detach() for x in q)), p).flatten(1).sum(1) for _, p, q in self.steps])

    def log_ratio(self) -> Tensor:
        """log p(z | C) - log q(z | C, O), (S * E,) float64 nats; zero where z was drawn from p."""
        if self.steps[0][2] is None:
            return self.z.new_zeros(len(self.z), dtype=torch.float64)
        # pyrefly: ignore[missing-attribute]
        terms = [(p.log_prob(z) - q.log_prob(z)).double().flatten(1).sum(1) for z, p, q in self.steps]
        total = torch.stack(terms).sum(0)
        return total if self.known.log_ratio is None else total + self.known.log_ratio


class InferenceNetwork(nn.Module, ABC):
    """Experts and the product of what they say. A network says which experts there are.

    Args:
        config: sizes.
        cells: number of ConvDRAW cells, each with weights of its own.
        ids: modality-id planes of a cell; 0 where it need not be told.
    """

    def __init__(self, config: ModelConfig, cells: int, ids: int = 0):
        super().__init__()
        self.config = config
        self.cells = nn.ModuleList(CELLS[config.prior](config, ids) for _ in range(cells))
        self.modality_latents = ModalityLatents(config) if config.hierarchical else None

    @abstractmethod
    def experts(self, known: Representations, roles: Roles) -> tuple[list[Experts], Roles]:
        """The experts at work, cell by cell, and which column of the product (E, columns) plays which role."""

    def rollout(
        self, known: Representations, noise: Noise, samples: int = 1, imagined: Tensor | None = None
    ) -> Latents:
        """Draw z: from the posterior where targets are known, else, and where ``imagined`` (E,), from the prior."""
        roles = Roles.of(known, self.config.reading)
        if self.modality_latents is not None:
            known = self.modality_latents(known, roles, noise, samples)
            roles, samples = Roles.of(known, self.config.reading), 1
        work, roles = self.experts(known, roles)
        return _Rollout(work, roles, samples, imagined).run(self.config.draws, noise, known)


class _Rollout:
    """The DRAW steps of experts side by side; what does not change over the steps is computed once."""

    def __init__(self, work: list[Experts], roles: Roles, samples: int, imagined: Tensor | None = None):
        self.imagined = None if imagined is None else imagined.repeat(samples)
        self.roles = Roles(*(None if r is None else r.repeat(samples, 1) for r in (roles.prior, roles.posterior)))
        episodes, self.columns = roles.prior.shape
        self.draws, self.episode, places = [], [], []
        for experts in work:
            self.draws.append(experts.cell.begin(experts.context, experts.target, experts.ids, samples))
            offset = episodes * torch.arange(samples, device=experts.episode.device)[:, None]
            self.episode.append((experts.episode + offset).flatten())
            places.append(self.episode[-1] * self.columns + experts.column.repeat(samples))
        self.places = torch.cat(places)

    def run(self, steps: int, noise: Noise, known: Representations) -> Latents:
        taken, expert_kl = [], []
        for step in range(steps):
            priors = self.table([draw.prior() for draw in self.draws])
            prior, posterior = product(priors, self.roles.prior), None  # Eq. 5
            if self.roles.posterior is not None:
                posteriors = self.table([draw.posterior() for draw in self.draws])
                posterior = product(posteriors, self.roles.posterior)  # Eq. 2
                if self.imagined is not None:
                    posterior = posterior.replaced(prior, self.imagined)
                expert_kl.append(self.apart(posteriors, priors))
            z = (posterior or prior).sample(noise)
            taken.append((z, prior, posterior))
            if step + 1 < steps:
                for draw, episode in zip(self.draws, self.episode, strict=True):
                    draw.advance(z[episode])
        z = torch.cat([z for z, _, _ in taken if z.ndim > 2], 1)  # a global latent is heard of by z alone
        return Latents(z, taken, sum(expert_kl) if expert_kl else None, known)

    def table(self, outputs: list[Gaussian]) -> Gaussian:
        """What the experts say, each in its place, (S * E, columns, Z, *grid); zeros where none speaks."""
        stats = at_least_float32(torch.cat([torch.cat(g, 1) for g in outputs]))
        empty = stats.new_zeros(len(self.roles.prior) * self.columns, *stats.shape[1:])
        return Gaussian(*empty.index_copy(0, self.places, stats).unflatten(0, (-1, self.columns)).chunk(2, 2))

    @torch.no_grad()
    def apart(self, posteriors: Gaussian, priors: Gaussian) -> Tensor:
        """KL of each expert at one step, (columns, S * E)."""
        both = self.roles.posterior & self.roles.prior
        return (kl(posteriors, priors).flatten(2).sum(2) * both).T
