"""A scene in the making: an object and its light are drawn, then the senses observe it."""

import numpy as np

from gmn.mese import pose, shape
from gmn.mese.object import SPOT, UPRIGHT, Object
from gmn.mese.settings import SceneSettings

UNITS = {
    "walk": "lattice cells of 0.035 m",
    "colour": "RGB, 0..1",
    "orientation": "quaternion w x y z",
    "spot": "x y z m",
    "label": "index in gmn.mese.shape.all_walks",
    "attempts": "grasps tried for the accepted ones",
}


class Scene:
    """A scene while it is being made.

    Attributes:
        settings: what it is made of.
        rng: random stream of the object and of poses.
        noise: random stream of the noise on signals.
        object: what stands in it.
        angles: array of poses -> pitch and yaw (V, 2) radians, of those senses that have observed.
        attempts: grasps tried for the accepted ones.
    """

    def __init__(self, settings: SceneSettings, index: int):
        self.settings = settings
        self.rng, self.noise = settings.stream(index), settings.stream(index, part=1)
        self.object = draw_object(settings, self.rng)
        self.angles: dict[str, np.ndarray] = {}
        self.attempts = 0

    def arrays(self) -> dict[str, np.ndarray]:
        """Object, light and label, by the names of :data:`UNITS`."""
        obj = self.object
        return {
            "walk": obj.walk.astype(np.int8),
            "colour": obj.colours.astype(np.float32),
            "orientation": obj.orientation.astype(np.float32),
            "spot": obj.spot.astype(np.float32),
            "label": np.int32(shape.label(obj.walk)),  # pyrefly: ignore[bad-assignment]
            "attempts": np.int32(self.attempts),  # pyrefly: ignore[bad-assignment]
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
