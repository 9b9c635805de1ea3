"""Scenes of a set as a network's modalities."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from gmn.arguments import checked, numbers
from gmn.data.episodes import Episodes
from gmn.data.modalities import Modality
from gmn.data.scaling import Scale
from gmn.data.shards import SceneSet
from gmn.data.symmetries import Variant
from gmn.errors import UserError
from gmn.mese import pose


@runtime_checkable
class Reader(Protocol):
    """Scenes to train on: :class:`SceneReader`, or a class of your own; see docs/extending.md.

    Attributes:
        views: V of every scene.
    """

    views: int

    def __len__(self) -> int: ...

    def read(self, indices: np.ndarray, variant: Variant | None = None) -> Episodes:
        """Some scenes, no view in context or target yet."""


@checked
class SceneReader:
    """Reads scenes as modalities.

    Args:
        scenes: the set.
        modalities: what to cut it into.
        scales: of senses in physical units.
    """

    def __init__(self, scenes: SceneSet, modalities: tuple[Modality, ...], scales: Mapping[str, Scale]):
        self.scenes, self.modalities, self.scales = scenes, modalities, scales
        self.views = int(scenes.settings["views"])
        self._own = {m: scales[m.sense].of(m.channels) for m in modalities if m.sense in scales}

    def __len__(self) -> int:
        return len(self.scenes)

    def read(self, indices: numbers(-1, whole=True), variant: Variant | None = None) -> Episodes:
        """Scenes ``indices``, each as its ``variant`` if there is one; no view in context or target yet."""
        b, m = len(indices), len(self.modalities)
        if not b:
            raise UserError("indices: none; ask for one scene at least")
        variant = variant or Variant.none(b)
        whole = {
            array: _channels_first(self.scenes.read(array, indices), variant)
            for array in sorted({modality.array for modality in self.modalities})
        }
        queries = {
            poses: torch.from_numpy(
                pose.turn_query(pose.query(self.scenes.read(poses, indices)), variant.turn[:, None])
            )
            for poses in {modality.poses for modality in self.modalities}
        }
        return Episodes(
            senses=[self._scaled(modality, modality.cut(whole[modality.array])) for modality in self.modalities],
            queries=[queries[modality.poses] for modality in self.modalities],
            context=torch.zeros(1, b, m, self.views, dtype=torch.bool),
            target=torch.zeros(1, b, m, self.views, dtype=torch.bool),
        )

    def _scaled(self, modality: Modality, values: np.ndarray) -> Tensor:
        """In network units."""
        if modality in self._own:
            values = self._own[modality].scaled(values)
        tensor = torch.from_numpy(np.ascontiguousarray(values))
        return tensor.float().div_(255) if tensor.dtype == torch.uint8 else tensor.float()


def _channels_first(values: np.ndarray, variant: Variant) -> np.ndarray:
    """Vectors (B, V, D) as they are, pictures (B, V, H, W, C) as (B, V, C, H, W), RGB in the variant's colours."""
    if values.ndim < 5:
        return values
    pictures = np.moveaxis(values, -1, 2)
    if pictures.shape[2] < len(variant.colours[0]):
        return pictures
    return np.stack([scene[:, order] for scene, order in zip(pictures, variant.colours, strict=True)])
