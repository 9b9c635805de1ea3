"""A scene in the making: its object and poses are drawn, grasps accepted, noise added to what is sensed."""

import numpy as np

from gmn.errors import UserError
from gmn.mese import camera, pose, shape
from gmn.mese.channels import channels
from gmn.mese.grasp import LIMIT
from gmn.mese.settings import SceneSettings
from gmn.mese.thing import SPOT, UPRIGHT, Object

CANDIDATES = 16  # wrist poses drawn at a time
MAX_ATTEMPTS = 1000  # per scene, before the settings are called impossible


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


def draw_object(settings: SceneSettings, rng: np.random.Generator) -> Object:
    """Draw an object and its light."""
    walk = shape.sample_walk(rng, settings.cubes)
    while settings.shapes != "all" and shape.held_out(walk) != (settings.shapes == "held-out"):
        walk = shape.sample_walk(rng, settings.cubes)
    colours = shape.sample_colours(rng, settings.cubes)
    orientation = pose.sample_orientation(rng) if settings.rotation == "any" else UPRIGHT
    spot = pose.sample_spot(rng) if settings.lighting == "random" else SPOT
    return Object(walk, colours, orientation, spot)


def noisy_pictures(settings: SceneSettings, rng: np.random.Generator, pictures: np.ndarray) -> np.ndarray:
    """Pictures (..., 3) uint8 with noise."""
    if not settings.image_noise:
        return pictures
    noise = 255 * settings.image_noise * rng.standard_normal(pictures.shape)
    return np.clip(np.round(pictures + noise), 0, 255).astype(np.uint8)


def noisy_readings(settings: SceneSettings, rng: np.random.Generator, readings: np.ndarray) -> np.ndarray:
    """Readings (..., 132) with noise."""
    if not settings.haptics_noise:
        return readings
    ranges = np.array([c.original_range for c in channels()])
    return readings + settings.haptics_noise * ranges * rng.standard_normal(readings.shape)
