"""Episodes: what is sensed of scenes, the queries, and which views are context and which are targets.

Shape letters: B scenes, M modalities, V views, K episodes per scene (training makes two: the second swaps
contexts and targets), Q = 7 numbers of a query.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from gmn.arguments import checked


@checked
@dataclass(frozen=True)
class Episodes:
    """Scenes with their context C and observation O.

    Attributes:
        senses: per modality, (B, V, ...) float32: pictures in 0..1, readings scaled.
        queries: per modality, (B, V, 7) float32.
        context: (K, B, M, V) bool, the views in C.
        target: (K, B, M, V) bool, the views in O.
    """

    senses: Sequence[Tensor]
    queries: Sequence[Tensor]
    context: Tensor
    target: Tensor

    def to(self, device: torch.device | str) -> "Episodes":
        return Episodes(
            [s.to(device, non_blocking=True) for s in self.senses],
            [q.to(device, non_blocking=True) for q in self.queries],
            self.context.to(device, non_blocking=True),
            self.target.to(device, non_blocking=True),
        )

    def pinned(self) -> "Episodes":
        """In memory that a GPU reads by itself."""
        return Episodes(
            [s.pin_memory() for s in self.senses],
            [q.pin_memory() for q in self.queries],
            self.context.pin_memory(),
            self.target.pin_memory(),
        )

    def with_views(self, context: Tensor, target: Tensor) -> "Episodes":
        """The same scenes with other contexts and targets, both (K, B, M, V) bool."""
        return replace(self, context=context, target=target)

    def of_views(self, chosen: Tensor) -> "Episodes":
        """The same scenes reduced to the views ``chosen`` (B, v) of every sense."""
        scene = torch.arange(len(chosen))[:, None]
        b, m, v = len(chosen), len(self.senses), chosen.shape[1]
        return Episodes(
            [s[scene, chosen] for s in self.senses],
            [q[scene, chosen] for q in self.queries],
            *(torch.zeros(1, b, m, v, dtype=torch.bool) for _ in range(2)),
        )
