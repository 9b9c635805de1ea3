"""Touch: readings of a hand that grasps the object.

A rejected grasp is replaced by the next pose of the scene's random stream, so that a scene depends on its
settings and index alone.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from gmn.errors import UserError
from gmn.mese import pose, third_person
from gmn.mese.channels import channels
from gmn.mese.grasp import LIMIT, Grasper, accepted
from gmn.mese.object import Object
from gmn.mese.scene import Scene
from gmn.mese.senses.sense import Sense
from gmn.mese.settings import SceneSettings

CANDIDATES = 16  # wrist poses drawn at a time
MAX_ATTEMPTS = 1000  # per scene, before the settings are called impossible


class Haptics(Sense):
    name = "haptics"
    arrays = {
        "haptics": "rad, rad/s, N m, m/s^2, N: see gmn/mese/tables/channels.csv",
        "hand": "x y z m, pitch yaw rad",
    }
    signals = ("haptics",)
    poses = "hand"
    channels = tuple(channel.name for channel in channels())
    view, views = "touch", "touches"

    def observe(self, scenes: Sequence[Scene], threads: int = 1) -> list[dict[str, np.ndarray]]:
        """Readings (V, 132) float64 and poses of accepted grasps, in the order of each scene's stream."""
        grasper = Grasper(scenes[0].settings.cubes, threads=threads)
        series = [Grasps(scene) for scene in scenes]
        while waiting := [grasps for grasps in series if grasps.lacking]:
            tries = [(grasps, angles) for grasps in waiting for angles in grasps.next_wrists()]
            readings = grasper.feel([grasps.scene.object for grasps, _ in tries], np.stack([a for _, a in tries]))
            for (grasps, angles), reading in zip(tries, readings, strict=True):
                if accepted(reading):
                    grasps.angles.append(angles)
                    grasps.readings.append(reading)
        return [self._finished(grasps) for grasps in series]

    def _finished(self, grasps: "Grasps") -> dict[str, np.ndarray]:
        grasps.scene.attempts = grasps.attempts
        angles = grasps.scene.angles[self.poses] = np.stack(grasps.angles)
        return {"haptics": np.stack(grasps.readings), "hand": pose.wrist_pose(angles)}

    def noisy(self, settings: SceneSettings, rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
        """Readings (..., 132) with noise."""
        if not settings.haptics_noise:
            return values
        ranges = np.array([c.original_range for c in channels()])
        return values + settings.haptics_noise * ranges * rng.standard_normal(values.shape)

    def picture(self, obj: Object, arrays: Mapping[str, np.ndarray], k: int, size: int) -> np.ndarray:
        """Object and hand in the third person."""
        wrist = arrays["hand"][k, 3:].astype(float)
        return third_person.picture(obj, wrist, arrays["haptics"][k], size)


class Grasps:
    """The grasps of one scene, while they are made."""

    def __init__(self, scene: Scene):
        self.scene = scene
        self.angles: list[np.ndarray] = []  # of the wrist, of accepted grasps
        self.readings: list[np.ndarray] = []
        self.attempts = 0
        self._wrists: list[np.ndarray] = []  # drawn, not yet tried

    @property
    def lacking(self) -> int:
        """Grasps still to be accepted."""
        return self.scene.settings.views - len(self.readings)

    def next_wrists(self) -> list[np.ndarray]:
        """As many wrist poses as grasps are lacking."""
        self.attempts += self.lacking
        if self.attempts > MAX_ATTEMPTS:
            raise UserError(f"no acceptable grasp among {MAX_ATTEMPTS}: a reading of each exceeds {LIMIT}")
        while len(self._wrists) < self.lacking:
            self._wrists += list(pose.sample_angles(self.scene.rng, CANDIDATES))
        tried, self._wrists = self._wrists[: self.lacking], self._wrists[self.lacking :]
        return tried
