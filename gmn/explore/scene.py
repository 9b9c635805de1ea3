"""A scene whose views are given sense by sense, one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gmn.arguments import Index, Size, checked, listed, numbers
from gmn.errors import UserError
from gmn.mese import camera, pose
from gmn.mese.object import Object
from gmn.mese.senses import SENSES
from gmn.mese.settings import SceneSettings
from gmn.mese.simulate import simulate
from gmn.trained.belief import Belief, Samples, Views

Given = Mapping[str, listed(int)]  # by sense, numbers of the views that are given
PITCH = -0.35  # rad: the camera looks down a little


@checked
@dataclass(frozen=True)
class SensedScene:
    """One scene and its V views of every sense.

    Attributes:
        arrays: as :func:`gmn.mese.simulate.simulate` names them, of one scene.
        object: what stands in it.
    """

    arrays: Mapping[str, Any]
    object: Object

    @classmethod
    def make(cls, settings: SceneSettings, index: Index) -> "SensedScene":
        """Scene ``index`` of a set, the same as in the set's files."""
        arrays = {name: array[0] for name, array in simulate(settings, range(index, index + 1)).items()}
        return cls(arrays, Object.of(arrays))

    def contexts(self, given: Given) -> dict[str, Views]:
        """Some views as contexts of :meth:`gmn.trained.TrainedGMN.infer`; a sense without views is left out.

        Args:
            given: by sense, numbers of views.

        Raises:
            UserError: there is no such sense, or the scene has no such view.
        """
        found = {}
        for name, chosen in self._chosen(given).items():
            sense = SENSES[name]
            signal, poses = (self.arrays[array][chosen] for array in (sense.signals[0], sense.poses))
            found[name] = (np.moveaxis(signal, -1, 1) if signal.ndim == 4 else signal, pose.query(poses))
        return found

    def _chosen(self, given: Given) -> dict[str, list[int]]:
        if unknown := set(given) - set(SENSES):
            raise UserError(f"given: no sense {min(unknown)!r}; use {', '.join(SENSES)}")
        count = len(self.arrays["camera"])
        for name, views in given.items():
            if bad := [k for k in views if k not in range(-count, count)]:
                raise UserError(f"{SENSES[name].views}: got {bad[0]!r}; the scene has {count}, numbered from 0")
        return {name: given[name] for name in SENSES if given.get(name)}

    def picture(self, sense: str, k: int, size: Size) -> np.ndarray:
        """View ``k`` of a sense for people, (S, S, 3) uint8, see :meth:`gmn.mese.senses.sense.Sense.picture`."""
        self._chosen({sense: [k]})
        return SENSES[sense].picture(self.object, self.arrays, k, size)

    def pictures(self, given: Given, size: Size = 120) -> dict[str, np.ndarray]:
        """Pictures of some views, by label."""
        return {
            f"{SENSES[name].view} {k + 1}": self.picture(name, k, size)
            for name, views in self._chosen(given).items()
            for k in views
        }

    def truth(self, angles: numbers(-1, 2), size: Size | None = None) -> np.ndarray:
        """True pictures from ``angles`` (V, 2), (V, S, S, 3) in 0..1; of as many pixels as looks, or ``size``."""
        return camera.resize(camera.look(self.object, angles), size or self.arrays["image"].shape[1]) / 255


@checked
def orbit(views: Size) -> np.ndarray:
    """Pitch and yaw of viewpoints all around, (views, 2) radians.

    Raises:
        UserError: ``views`` is no number of them.
    """
    return np.stack([np.full(views, PITCH), np.linspace(0, 2 * np.pi, views, endpoint=False)], 1)


@checked
def imagine(belief: Belief, angles: numbers(-1, 2), samples: Samples, size: Size | None = None) -> np.ndarray:
    """Imagined pictures from ``angles`` (V, 2), (samples, V, S, S, 3) in 0..1.

    ``size``: pixels along an edge, as in :meth:`gmn.trained.belief.Belief.imagine`.
    """
    imagined = belief.imagine({"vision": pose.query(pose.camera_pose(angles))}, samples, size=size)["vision"]
    return imagined.clamp(0, 1).movedim(2, -1).cpu().numpy()
