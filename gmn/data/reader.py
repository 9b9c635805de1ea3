"""Scenes of a set as a network's modalities."""

import numpy as np
import torch
from torch import Tensor

from gmn.data.episodes import Episodes
from gmn.data.modalities import HAPTICS, POSES, VISION, Modality
from gmn.data.scaling import HapticScale
from gmn.data.shards import SceneSet
from gmn.data.symmetries import Variant
from gmn.mese import pose


class SceneReader:
    """Reads scenes as modalities.

    Args:
        scenes: the set.
        modalities: what to cut it into.
        scale: of the haptic readings.
    """

    def __init__(self, scenes: SceneSet, modalities: tuple[Modality, ...], scale: HapticScale):
        self.scenes, self.modalities, self.scale = scenes, modalities, scale
        self.views = int(scenes.settings["views"])

    def __len__(self) -> int:
        return len(self.scenes)

    def read(self, indices: np.ndarray, variant: "Variant | None" = None) -> Episodes:
        """Scenes ``indices``, each as its ``variant`` if there is one; no view in context or target yet."""
        b, m = len(indices), len(self.modalities)
        turn, colours = variant or Variant.none(b)
        whole, queries = {}, {}
        for array in sorted({modality.array for modality in self.modalities}):
            values = self.scenes.read(array, indices)
            if array == "haptics":
                whole[array] = self.scale.scaled(values)
            else:
                scenes = zip(values, colours, strict=True)
                whole[array] = np.stack([np.moveaxis(scene, -1, 1)[:, order] for scene, order in scenes])
        for sense in (VISION, HAPTICS):
            poses = self.scenes.read(POSES[sense], indices)
            queries[sense] = torch.from_numpy(pose.turn_query(pose.query(poses), turn[:, None]))
        return Episodes(
            senses=[_tensor(modality.cut(whole[modality.array])) for modality in self.modalities],
            queries=[queries[modality.sense] for modality in self.modalities],
            context=torch.zeros(1, b, m, self.views, dtype=torch.bool),
            target=torch.zeros(1, b, m, self.views, dtype=torch.bool),
        )


def _tensor(values: np.ndarray) -> Tensor:
    tensor = torch.from_numpy(np.ascontiguousarray(values))
    return tensor.float().div_(255) if tensor.dtype == torch.uint8 else tensor.float()
