"""Scenes that you hold as arrays, of any senses: a reader to train on, see docs/extending.md."""

from collections.abc import Mapping

import numpy as np
import torch

from gmn.arguments import checked, numbers
from gmn.data.episodes import Episodes
from gmn.data.modalities import Modality
from gmn.data.symmetries import Variant
from gmn.errors import UserError


@checked
class ArrayReader:
    """N scenes of V views of each modality.

    Args:
        modalities: of the network.
        arrays: by the name of each, what was sensed, (N, V, *shape), and from where, (N, V, Q). Pictures may be uint8,
            0..255: networks see 0..1. All else stays as it is, so bring numbers to a spread of about 1 yourself.

    Attributes:
        views: V.

    Raises:
        UserError: a modality has no arrays, or arrays of another shape, or a number is not finite.
    """

    scales: Mapping = {}

    def __init__(self, modalities: tuple[Modality, ...], arrays: Mapping[str, tuple]):
        names = [modality.name for modality in modalities]
        if not names or set(names) != set(arrays):
            raise UserError(
                f"arrays: got {', '.join(arrays) or 'none'}; give those of {', '.join(names) or 'a modality'}"
            )
        self._arrays = [_read(modality, *_pair(modality, arrays[modality.name])) for modality in modalities]
        sizes = {name: tuple(pair[0].shape[:2]) for name, pair in zip(names, self._arrays, strict=True)}
        if len(set(sizes.values())) > 1:
            raise UserError(f"arrays: scenes and views differ: {sizes}; every modality has as many")
        self._count, self.views = next(iter(sizes.values()))

    def __len__(self) -> int:
        return self._count

    def read(self, indices: numbers(-1, whole=True), variant: Variant | None = None) -> Episodes:
        """Some scenes, no view in context or target yet.

        Raises:
            UserError: there is no such scene; another ``variant`` than the scene itself was asked for.
        """
        if not len(indices) or indices.min() < 0 or indices.max() >= len(self):
            raise UserError(f"indices: got {list(indices)}; give some of 0 to {len(self) - 1}")
        if variant is not None and (variant.turn.any() or (variant.colours != Variant.none(1).colours).any()):
            raise UserError("symmetries: true; how your world looks turned or in other colours is not known: use false")
        nothing = torch.zeros(1, len(indices), len(self._arrays), self.views, dtype=torch.bool)
        senses, queries = ([pair[k][indices] for pair in self._arrays] for k in (0, 1))
        return Episodes(senses, queries, context=nothing, target=nothing)


def _pair(modality: Modality, pair: tuple) -> tuple[np.ndarray, np.ndarray]:
    if len(pair) != 2:
        raise UserError(f"{modality.name}: got {len(pair)} arrays; give two: what was sensed, and from where")
    sensed, queries = (np.asarray(array) for array in pair)
    if sensed.ndim != 2 + len(modality.shape) or sensed.shape[2:] != modality.shape or not sensed.size:
        raise UserError(f"{modality.name}: got shape {sensed.shape}; wanted (scenes, views, {_shape(modality.shape)})")
    wanted = (*sensed.shape[:2], modality.query)
    if queries.shape != wanted:
        raise UserError(f"{modality.name}: queries: got shape {queries.shape}; wanted {wanted}")
    return sensed, queries


def _read(modality: Modality, sensed: np.ndarray, queries: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    for name, values in (("", sensed), ("queries: ", queries)):
        if values.dtype.kind not in "biuf" or not np.isfinite(values).all():
            raise UserError(f"{modality.name}: {name}some are no finite numbers")
    scale = 255 if sensed.dtype == np.uint8 and modality.is_picture else 1
    return torch.from_numpy(sensed.astype(np.float32) / scale), torch.from_numpy(queries.astype(np.float32))


def _shape(shape: tuple[int, ...]) -> str:
    return ", ".join(map(str, shape))
