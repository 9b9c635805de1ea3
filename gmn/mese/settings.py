"""What a set of scenes is made of, and the random stream of each.

A scene is a pure function of (settings, index): object, light and poses come from its own random stream.
"""

import math
import zlib
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Literal, get_args

import numpy as np

from gmn.errors import UserError

Shapes = Literal["all", "kept", "held-out"]
Rotation = Literal["none", "any"]
Lighting = Literal["fixed", "random"]

FEWEST_HELD_OUT = 4  # cubes; fewer make too few shapes to hold some out


@dataclass(frozen=True)
class SceneSettings:
    """What a set of scenes is made of; the defaults are the paper's.

    Attributes:
        name: the set's name, part of every scene's random stream.
        seed: seed of the data.
        cubes: cubes in the object, 1 to 6.
        shapes: ``all``, ``held-out`` (see :func:`gmn.mese.shape.held_out`) or ``kept``: the others.
        views: camera views and accepted grasps per scene.
        image_size: pixels of the whole picture (M = 2, 5).
        crop_size: pixels of the picture of the inner 132/150 (M = 8, 14).
        rotation: ``none``: cubes along the world's axes; ``any``: a random orientation.
        lighting: ``fixed``: the spot hangs 1.5 m above; ``random``: up to 60 degrees off, as far away.
        image_noise: standard deviation of the noise on pictures, a fraction of full white.
        haptics_noise: standard deviation of the noise on readings, a fraction of their range in the original data.
    """

    name: str = "scenes"
    seed: int = 0
    cubes: int = 5
    shapes: Shapes = "all"
    views: int = 15
    image_size: int = 64
    crop_size: int = 48
    rotation: Rotation = "none"
    lighting: Lighting = "fixed"
    image_noise: float = 0.0
    haptics_noise: float = 0.0

    def __post_init__(self):
        for key, least, most in (
            ("seed", 0, None),
            ("cubes", 1, 6),
            ("views", 1, None),
            ("image_size", 1, 150),
            ("crop_size", 1, 150),
            ("image_noise", 0.0, None),
            ("haptics_noise", 0.0, None),
        ):
            value, kind = getattr(self, key), Integral if type(least) is int else Real
            if not isinstance(value, kind) or isinstance(value, bool) or not math.isfinite(value):
                raise UserError(f"{key}: got {value!r}; must be a {'whole ' if kind is Integral else ''}number")
            if value < least or (most is not None and value > most):
                raise UserError(f"{key}: got {value!r}; must be {least:g}" + (f" to {most}" if most else " or more"))
        for key, known in (("shapes", Shapes), ("rotation", Rotation), ("lighting", Lighting)):
            if getattr(self, key) not in get_args(known):
                raise UserError(f"{key}: got {getattr(self, key)!r}; use one of {', '.join(get_args(known))}")
        if self.shapes != "all" and self.cubes < FEWEST_HELD_OUT:
            raise UserError(f"shapes: got {self.shapes!r} with {self.cubes} cubes; use {FEWEST_HELD_OUT} cubes or more")

    def stream(self, index: int, part: int = 0) -> np.random.Generator:
        """The random numbers of scene ``index``; part 0 draws the scene, part 1 the noise on what is sensed."""
        return np.random.default_rng([self.seed, zlib.crc32(self.name.encode()), index, part])
