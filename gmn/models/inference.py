"""The three inference networks behind one interface: modality representations in, per-step Gaussians out.

baseline: one ConvDRAW cell on the sum of all representations. PoE: one cell per modality. APoE: one cell for
all modalities, told which one it sees. Experts of an episode meet in the product of their Gaussians at every
step (Eq. 2, Eq. 5) and share the z drawn from it.

Shape letters: E episodes, M modalities, S samples, P experts at work in the batch, T steps.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gmn.models.config import ModelConfig
from gmn.models.convdraw import ConvDraw
from gmn.models.gaussians import Gaussian, at_least_float32, kl, product


@dataclass(frozen=True)
class Representations:
    """What is known of each episode.

    Attributes:
        context: per modality, r_C (E, R, h, w).
        target: per modality, r_O (E, R, h, w); None where z is imagined from the context alone.
        has_context: (E, M) bool.
        has_target: (E, M) bool.
    """

    context: list[Tensor]
    target: list[Tensor] | None
    has_context: Tensor
    has_target: Tensor


@dataclass(frozen=True)
class Latents:
    """A sampled z and the Gaussians it came from.

    Attributes:
        z: (S * E, T * Z, h, w), sample-major.
        steps: per step, z_t, prior and posterior (None if imagined), each (S * E, Z, h, w).
    """

    z: Tensor
    steps: list[tuple[Tensor, Gaussian, Gaussian | None]]

    def kl(self) -> Tensor:
        """KL[q || p] of each step, (T, S * E) nats."""
        return torch.stack([kl(q, p).flatten(1).sum(1) for _, p, q in self.steps])

    def log_ratio(self) -> Tensor:
        """log p(z | C) - log q(z | C, O), (S * E,) float64 nats."""
        terms = [(p.log_prob(z) - q.log_prob(z)).double().flatten(1).sum(1) for z, p, q in self.steps]
        return torch.stack(terms).sum(0)


class InferenceNetwork(nn.Module):
    """ConvDRAW experts and the product of what they say."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.config = config
        count = config.modalities
        cells = {"baseline": (1, 0), "poe": (count, 0), "apoe": (1, count)}
        number, ids = cells[config.network]
        self.cells = nn.ModuleList(ConvDraw(config, ids) for _ in range(number))

    def rollout(self, known: Representations, generator: torch.Generator | None, samples: int = 1) -> Latents:
        """Draw z: from the posterior where targets are known, else from the prior."""
        experts = _Experts(self, known, samples)
        prior_states = [None] * len(experts.groups)
        posterior_states = [None] * len(experts.groups)
        steps = []
        for _ in range(self.config.steps):
            groups = list(enumerate(experts.groups))
            prior = experts.product([g.cell.prior(prior_states[i], g.prior) for i, g in groups], experts.in_prior)
            posterior = None
            if known.target is not None:
                posterior_states = [
                    g.cell.move_posterior(g.posterior, prior_states[i], posterior_states[i]) for i, g in groups
                ]
                outputs = [g.cell.posterior(posterior_states[i]) for i, g in groups]
                posterior = experts.product(outputs, experts.in_posterior)
            z = (posterior or prior).sample(generator)
            prior_states = [g.cell.move_prior(g.prior, z[g.episode], prior_states[i]) for i, g in groups]
            steps.append((z, prior, posterior))
        return Latents(torch.cat([z for z, _, _ in steps], 1), steps)


@dataclass(frozen=True)
class _Group:
    """Experts that share a cell: their static inputs and the (sample, episode) each works for."""

    cell: ConvDraw
    prior: Tensor
    posterior: Tensor | None
    episode: Tensor


class _Experts:
    """The experts at work in a batch.

    Reading ``paper``: an expert works where its modality is in context or target; the prior multiplies those
    in context, the posterior those in either. Where there is no context at all, every expert speaks from its
    learned initial representation, as all absent ones always do in reading ``released``.
    """

    def __init__(self, network: InferenceNetwork, known: Representations, samples: int):
        config = network.config
        e, m = known.has_context.shape
        in_prior, in_posterior = known.has_context, known.has_context | known.has_target
        if config.reading == "released":
            in_prior, in_posterior = torch.ones_like(in_prior), torch.ones_like(in_prior)
        in_prior = in_prior | ~in_prior.any(1, keepdim=True)
        at_work = in_prior if known.target is None else in_prior | in_posterior

        if config.network == "baseline":
            context = _masked_sum(known.context, in_prior)
            target = None if known.target is None else _masked_sum(known.target, in_posterior)
            members = [(network.cells[0], torch.arange(e, device=context.device), None, context, target)]
            self.columns, in_prior, in_posterior = 1, in_prior.any(1, True), in_posterior.any(1, True)
        else:
            members = self._members(network, known, at_work)
            self.columns = m

        self.in_prior, self.in_posterior = in_prior.repeat(samples, 1), in_posterior.repeat(samples, 1)
        self.groups, places = [], []
        for cell, rows, column, context, target in members:
            static = cell.prior_static(context, column)
            moved = None if target is None else cell.posterior_static(context, target, column).repeat(samples, 1, 1, 1)
            offset = e * torch.arange(samples, device=rows.device)[:, None]
            episode = (rows + offset).flatten()
            self.groups.append(_Group(cell, static.repeat(samples, 1, 1, 1), moved, episode))
            places.append(episode * self.columns + (0 if column is None else column.repeat(samples)))
        self._places = torch.cat(places)

    @staticmethod
    def _members(network: InferenceNetwork, known: Representations, at_work: Tensor):
        """(cell, episodes, modality of each, r_C, r_O) per cell."""
        rows = [at_work[:, k].nonzero()[:, 0] for k in range(at_work.shape[1])]
        column = [torch.full_like(r, k) for k, r in enumerate(rows)]
        context = [known.context[k][r] for k, r in enumerate(rows)]
        target = None if known.target is None else [known.target[k][r] for k, r in enumerate(rows)]
        if network.config.network == "apoe":
            joined = None if target is None else torch.cat(target)
            return [(network.cells[0], torch.cat(rows), torch.cat(column), torch.cat(context), joined)]
        return [
            (cell, rows[k], column[k], context[k], None if target is None else target[k])
            for k, cell in enumerate(network.cells)
            if len(rows[k])
        ]

    def product(self, outputs: list[Gaussian], present: Tensor) -> Gaussian:
        """The product of each episode's experts, (S * E, Z, h, w)."""
        stats = at_least_float32(torch.cat([torch.cat(g, 1) for g in outputs]))
        table = stats.new_zeros(len(present) * self.columns, *stats.shape[1:]).index_copy(0, self._places, stats)
        table = table.unflatten(0, (len(present), self.columns))
        return product(Gaussian(*table.chunk(2, 2)), present)


def _masked_sum(parts: list[Tensor], mask: Tensor) -> Tensor:
    """Sum over modalities of (E, R, h, w) where ``mask`` (E, M)."""
    return sum(part * mask[:, k, None, None, None] for k, part in enumerate(parts))
