"""What inference networks share: representations and roles, sorted into the work of experts."""

import torch
from torch import Tensor

from gmn.models.convolution import per_row
from gmn.models.representations import Representations, Roles


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
