"""Sight: pictures of the object from cameras around it."""

from collections.abc import Mapping, Sequence

import numpy as np

from gmn.mese import camera, pose
from gmn.mese.object import Object
from gmn.mese.scene import Scene
from gmn.mese.senses.sense import Sense
from gmn.mese.settings import SceneSettings


class Vision(Sense):
    name = "vision"
    arrays = {
        "image": "RGB, 0..255",
        "image_crop": "RGB, 0..255, inner 132 of 150 pixels",
        "camera": "x y z m, pitch yaw rad",
    }
    signals = ("image", "image_crop")
    poses = "camera"
    view, views = "look", "looks"

    def observe(self, scenes: Sequence[Scene], threads: int = 1) -> list[dict[str, np.ndarray]]:
        return [self._observe(scene) for scene in scenes]

    def _observe(self, scene: Scene) -> dict[str, np.ndarray]:
        settings = scene.settings
        angles = scene.angles[self.poses] = pose.sample_angles(scene.rng, settings.views)
        pictures = camera.look(scene.object, angles)
        return {
            "image": camera.resize(pictures, settings.image_size),
            "image_crop": camera.resize(pictures, settings.crop_size, camera.CROP),
            "camera": pose.camera_pose(angles),
        }

    def noisy(self, settings: SceneSettings, rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
        """Pictures (..., 3) uint8 with noise."""
        if not settings.image_noise:
            return values
        noise = 255 * settings.image_noise * rng.standard_normal(values.shape)
        return np.clip(np.round(values + noise), 0, 255).astype(np.uint8)

    def picture(self, obj: Object, arrays: Mapping[str, np.ndarray], k: int, size: int) -> np.ndarray:
        return arrays["image"][k]
