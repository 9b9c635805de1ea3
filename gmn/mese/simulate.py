"""Scenes of MESE: one object, looked at and grasped from V poses each.

A rejected grasp is replaced by the next pose of the scene's random stream, so that a scene depends on its
settings and index alone.
"""

import numpy as np

from gmn.errors import UserError
from gmn.mese import camera, pose, shape
from gmn.mese.grasp import LIMIT, Grasper, accepted
from gmn.mese.scene import draw_object, noisy_pictures, noisy_readings
from gmn.mese.settings import SceneSettings

CANDIDATES = 16  # wrist poses drawn at a time
MAX_ATTEMPTS = 1000  # per scene, before the settings are called impossible

UNITS = {
    "image": "RGB, 0..255",
    "image_crop": "RGB, 0..255, inner 132 of 150 pixels",
    "camera": "x y z m, pitch yaw rad",
    "haptics": "rad, rad/s, N m, m/s^2, N: see gmn/mese/tables/channels.csv",
    "hand": "x y z m, pitch yaw rad",
    "walk": "lattice cells of 0.035 m",
    "colour": "RGB, 0..1",
    "orientation": "quaternion w x y z",
    "spot": "x y z m",
    "label": "index in gmn.mese.shape.all_walks",
    "attempts": "grasps tried for the accepted ones",
}


class Scene:
    """A scene while it is being made: its object, its poses, the grasps accepted so far."""

    def __init__(self, settings: SceneSettings, index: int):
        self.settings = settings
        self.rng, self.noise = settings.stream(index), settings.stream(index, part=1)
        self.object = draw_object(settings, self.rng)
        self.camera_angles = pose.sample_angles(self.rng, settings.views)
        self.wrist_angles: list[np.ndarray] = []
        self.readings: list[np.ndarray] = []
        self.attempts = 0
        self._wrists: list[np.ndarray] = []  # drawn, not yet tried

    @property
    def lacking(self) -> int:
        """Grasps still to be accepted."""
        return self.settings.views - len(self.readings)

    def next_wrists(self) -> list[np.ndarray]:
        """As many wrist poses as grasps are lacking."""
        self.attempts += self.lacking
        if self.attempts > MAX_ATTEMPTS:
            raise UserError(f"no acceptable grasp among {MAX_ATTEMPTS}: a reading of each exceeds {LIMIT}")
        while len(self._wrists) < self.lacking:
            self._wrists += list(pose.sample_angles(self.rng, CANDIDATES))
        tried, self._wrists = self._wrists[: self.lacking], self._wrists[self.lacking :]
        return tried

    def arrays(self, pictures: np.ndarray) -> dict[str, np.ndarray]:
        """The finished scene, by the names of :data:`UNITS`; ``pictures`` are (V, 150, 150, 3)."""
        settings, thing = self.settings, self.object
        images = {
            "image": camera.resize(pictures, settings.image_size),
            "image_crop": camera.resize(pictures, settings.crop_size, camera.CROP),
        }
        haptics = noisy_readings(settings, self.noise, np.stack(self.readings))
        return {name: noisy_pictures(settings, self.noise, image) for name, image in images.items()} | {
            "camera": pose.camera_pose(self.camera_angles),
            "haptics": haptics.astype(np.float32),
            "hand": pose.wrist_pose(np.stack(self.wrist_angles)),
            "walk": thing.walk.astype(np.int8),
            "colour": thing.colours.astype(np.float32),
            "orientation": thing.orientation.astype(np.float32),
            "spot": thing.spot.astype(np.float32),
            "label": np.int32(shape.label(thing.walk)),
            "attempts": np.int32(self.attempts),
        }


def simulate(settings: SceneSettings, indices: range, threads: int = 1) -> dict[str, np.ndarray]:
    """Make scenes ``indices`` of a set.

    Returns:
        Arrays with the scenes along axis 0; N scenes, V views, n cubes: ``image`` (N, V, S, S, 3) uint8,
        ``image_crop`` (N, V, s, s, 3) uint8, ``camera`` and ``hand`` (N, V, 5) float32, ``haptics``
        (N, V, 132) float32, ``walk`` (N, n, 3) int8, ``colour`` (N, n, 3), ``orientation`` (N, 4) and
        ``spot`` (N, 3) float32, ``label`` and ``attempts`` (N,) int32. Units: :data:`UNITS`.
    """
    scenes = [Scene(settings, index) for index in indices]
    grasp(scenes, threads)
    finished = [scene.arrays(camera.look(scene.object, scene.camera_angles)) for scene in scenes]
    return {name: np.stack([arrays[name] for arrays in finished]) for name in UNITS}


def grasp(scenes: list[Scene], threads: int = 1) -> None:
    """Grasp every object until each scene has its accepted grasps, in the order of its stream."""
    grasper = Grasper(scenes[0].settings.cubes, threads=threads)
    while waiting := [scene for scene in scenes if scene.lacking]:
        tries = [(scene, angles) for scene in waiting for angles in scene.next_wrists()]
        readings = grasper.feel([scene.object for scene, _ in tries], np.stack([angles for _, angles in tries]))
        for (scene, angles), reading in zip(tries, readings, strict=True):
            if accepted(reading):
                scene.wrist_angles.append(angles)
                scene.readings.append(reading)
