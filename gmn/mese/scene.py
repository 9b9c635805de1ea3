"""Drawing a scene's object and the noise on what is sensed of it."""

import numpy as np

from gmn.mese import pose, shape
from gmn.mese.channels import channels
from gmn.mese.settings import SceneSettings
from gmn.mese.thing import SPOT, UPRIGHT, Object


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
