"""Protocol of evaluations: context and target views, and rounding of what is written."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import torch

from gmn.data.episodes import Episodes
from gmn.data.modalities import HAPTICS, VISION, Modality
from gmn.errors import UserError
from gmn.models.gmn import TargetViews

Contexts = Mapping[str, int]  # sense -> how many of a scene's first views are given; none of senses that are left out
TARGETS = 5  # the last views of a scene are the ones asked for


def first_views(
    episodes: Episodes, modalities: Sequence[Modality], contexts: Contexts, asked: Iterable[str] = ()
) -> Episodes:
    """The scenes with their first views as context and the last five views as targets.

    Args:
        episodes: B scenes.
        modalities: of the episodes; all those of a sense are given, or asked for, together.
        contexts: views of each sense in the context.
        asked: the senses asked for.

    Raises:
        UserError: there is no modality of a sense.
    """
    asked = set(asked)
    if unknown := {*contexts, *asked} - {modality.sense for modality in modalities}:
        raise UserError(f"contexts: no modality of {min(unknown)!r}; there are {', '.join(m.name for m in modalities)}")
    context, target = (torch.zeros(1, *episodes.context.shape[1:], dtype=torch.bool) for _ in range(2))
    for m, modality in enumerate(modalities):
        context[:, :, m, : contexts.get(modality.sense, 0)] = True
        target[:, :, m, -TARGETS:] = modality.sense in asked
    return episodes.with_views(context, target)


def counts(contexts: Contexts) -> tuple[int, int]:
    """Pictures and touches of a context, as labels give them."""
    return contexts.get(VISION, 0), contexts.get(HAPTICS, 0)


def targets_of(episodes: Episodes) -> list[TargetViews]:
    """The views of each modality that are asked for."""
    return [TargetViews.of(target) for target in episodes.target.unbind(2)]


def rounded(values) -> list:
    """Values as nested lists of six significant digits: what repeats on another thread count, and small files."""
    return [rounded(v) if np.ndim(v) else float(f"{v:.6g}") for v in np.asarray(values)]
