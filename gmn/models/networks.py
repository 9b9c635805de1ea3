"""The paper's three inference networks (Fig. 2): which experts there are, and which weights they share.

Those of the table (gmn/roster.py) are in :data:`INFERENCE`. A network of your own is a subclass of
:class:`InferenceNetwork` and one more entry of either, see docs/extending.md.
"""

import torch
from torch import Tensor

from gmn.models.config import ModelConfig
from gmn.models.convolution import per_row
from gmn.models.inference import Experts, InferenceNetwork
from gmn.models.representations import Representations, Roles
from gmn.roster import NETWORKS


class Baseline(InferenceNetwork):
    """One expert on the sum of all representations."""

    def __init__(self, config: ModelConfig):
        super().__init__(config, cells=1)

    def experts(self, known: Representations, roles: Roles) -> tuple[list[Experts], Roles]:
        episode = torch.arange(len(roles.prior), device=roles.prior.device)
        context = masked_sum(known.context, roles.prior)
        target = None if known.target is None else masked_sum(known.target, roles.posterior)
        one = Roles(*(None if r is None else r.any(1, True) for r in (roles.prior, roles.posterior)), roles.padded)
        return [Experts(self.cells[0], episode, torch.zeros_like(episode), context, target)], one


class PoE(InferenceNetwork):
    """One expert per modality, each with weights of its own."""

    def __init__(self, config: ModelConfig):
        super().__init__(config, cells=config.count)

    def experts(self, known: Representations, roles: Roles) -> tuple[list[Experts], Roles]:
        work = [Experts(cell, *gather(known, roles, [k])) for k, cell in enumerate(self.cells)]
        return [experts for experts in work if len(experts.episode)], roles


class APoE(InferenceNetwork):
    """One expert per modality, all with the same weights, each told its modality (Eq. 2)."""

    def __init__(self, config: ModelConfig):
        super().__init__(config, cells=1, ids=config.count)

    def experts(self, known: Representations, roles: Roles) -> tuple[list[Experts], Roles]:
        episode, column, context, target = gather(known, roles, range(len(known.context)))
        return [Experts(self.cells[0], episode, column, context, target, ids=column)], roles


INFERENCE: dict[str, type[InferenceNetwork]] = {name: globals()[entry.kind] for name, entry in NETWORKS.items()}


def gather(known: Representations, roles: Roles, modalities) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
    """Episode (P,), column (P,), r_C and r_O (P, R, *grid) of the experts at work for ``modalities``."""
    rows = [roles.at_work(k) for k in modalities]
    column = [torch.full_like(r, k) for k, r in zip(modalities, rows, strict=True)]
    context = [known.context[k][r] for k, r in zip(modalities, rows, strict=True)]
    target = None
    if known.target is not None:
        target = torch.cat([known.target[k][r] for k, r in zip(modalities, rows, strict=True)])
    return torch.cat(rows), torch.cat(column), torch.cat(context), target


def masked_sum(parts: list[Tensor], mask: Tensor) -> Tensor:
    """Sum over modalities of (E, R, *grid) where ``mask`` (E, M)."""
    return sum(part * per_row(mask[:, k], part) for k, part in enumerate(parts))
