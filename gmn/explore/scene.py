"""A scene that can be looked at and touched view by view."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gmn.arguments import Index, Size, checked, listed, numbers
from gmn.errors import UserError
from gmn.mese import aside, camera, pose
from gmn.mese.settings import SceneSettings
from gmn.mese.simulate import simulate
from gmn.mese.thing import Object
from gmn.models.gmn import GMN
from gmn.trained.belief import Belief, Samples, Views

PITCH = -0.35  # rad: the camera looks down a little


@checked
@dataclass(frozen=True)
class SensedScene:
    """One scene and its V views of both senses.

    Attributes:
        arrays: as :func:`gmn.mese.simulate.simulate` names them, of one scene.
        thing: its object.
    """

    arrays: Mapping[str, object]
    thing: Object

    @classmethod
    def make(cls, settings: SceneSettings, index: Index) -> "SensedScene":
        """Scene ``index`` of a set, the same as in the set's files."""
        arrays = {name: array[0] for name, array in simulate(settings, range(index, index + 1)).items()}
        return cls(arrays, Object.of(arrays))

    def contexts(self, looks: listed(int), touches: listed(int)) -> dict[str, Views]:
        """Some views as contexts of :meth:`gmn.trained.TrainedGMN.infer`; a sense without views is left out.

        Raises:
            UserError: the scene has no such view.
        """
        looks, touches = (self._views(what, chosen) for what, chosen in (("looks", looks), ("touches", touches)))
        found = {}
        if looks:
            pictures = np.moveaxis(self.arrays["image"][looks], -1, 1)
            found["vision"] = (pictures, pose.query(self.arrays["camera"][looks]))
        if touches:
            found["haptics"] = (self.arrays["haptics"][touches], pose.query(self.arrays["hand"][touches]))
        return found

    def _views(self, what: str, chosen: list[int]) -> list[int]:
        count = len(self.arrays["image"])
        if bad := [k for k in chosen if k not in range(-count, count)]:
            raise UserError(f"{what}: got {bad[0]!r}; the scene has {count}, numbered from 0")
        return chosen

    def look(self, k: int) -> np.ndarray:
        """Picture ``k``, (S, S, 3) uint8."""
        return self.arrays["image"][self._views("k", [k])[0]]

    def touch(self, k: int, size: Size) -> np.ndarray:
        """A bystander's picture of grasp ``k``, (size, size, 3) uint8."""
        self._views("k", [k])
        wrist = self.arrays["hand"][k, 3:].astype(float)
        return aside.picture(self.thing, wrist, self.arrays["haptics"][k], size)

    def pictures(self, looks: listed(int), touches: listed(int), size: Size = 120) -> dict[str, np.ndarray]:
        """Looks, and a bystander's pictures of touches, by label."""
        seen = {f"look {k + 1}": self.look(k) for k in looks}
        return seen | {f"touch {k + 1}": self.touch(k, size) for k in touches}

    def truth(self, angles: numbers(-1, 2), size: Size | None = None) -> np.ndarray:
        """What a camera sees from ``angles`` (V, 2), (V, S, S, 3) in 0..1; of as many pixels as looks, or ``size``."""
        return camera.resize(camera.look(self.thing, angles), size or len(self.look(0))) / 255


@checked
def orbit(views: Size) -> np.ndarray:
    """Pitch and yaw of viewpoints all around, (views, 2) radians.

    Raises:
        UserError: ``views`` is no number of them.
    """
    return np.stack([np.full(views, PITCH), np.linspace(0, 2 * np.pi, views, endpoint=False)], 1)


@checked
def imagine(
    model: GMN,
    scene: SensedScene,
    looks: listed(int),
    touches: listed(int),
    angles: numbers(-1, 2),
    samples: Samples,
    size: Size | None = None,
) -> np.ndarray:
    """What the network imagines to be seen from ``angles``, (samples, V, S, S, 3) in 0..1.

    ``size``: pixels along an edge, as in :meth:`gmn.trained.belief.Belief.imagine`.
    """
    belief = Belief(model, scene.contexts(looks, touches))
    imagined = belief.imagine({"vision": pose.query(pose.camera_pose(angles))}, samples, size=size)["vision"]
    return imagined.clamp(0, 1).movedim(2, -1).cpu().numpy()
