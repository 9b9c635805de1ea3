"""Settings of a set of scenes, and the random stream of each.

A scene is a pure function of (settings, index): object, light and poses come from its own random stream.
"""

import zlib
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from gmn.arguments import Index, Size, checked
from gmn.section import Section, Seed

Shapes = Literal["all", "kept", "held-out"]
Pixels = Annotated[int, Field(ge=1, le=150)]
Noise = Annotated[float, Field(ge=0, le=1)]

FEWEST_HELD_OUT = 4  # cubes; fewer make too few shapes to hold some out


def enough_shapes(shapes: str, cubes: int) -> None:
    """Refuse to hold out shapes of few cubes.

    Raises:
        ValueError: there are too few.
    """
    if shapes != "all" and cubes < FEWEST_HELD_OUT:
        raise ValueError(f"shapes: got {shapes!r} with {cubes} cubes; use {FEWEST_HELD_OUT} cubes or more")


class SceneSettings(Section):
    """Settings of a set of scenes; the defaults are the paper's.

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

    Raises:
        UserError: a value is out of range, or too few cubes to hold shapes out.
    """

    name: str = "scenes"
    seed: Seed = 0
    cubes: Annotated[int, Field(ge=1, le=6)] = 5
    shapes: Shapes = "all"
    views: Size = 15
    image_size: Pixels = 64
    crop_size: Pixels = 48
    rotation: Literal["none", "any"] = "none"
    lighting: Literal["fixed", "random"] = "fixed"
    image_noise: Noise = 0.0
    haptics_noise: Noise = 0.0

    @model_validator(mode="after")
    def _enough_shapes(self) -> "SceneSettings":
        enough_shapes(self.shapes, self.cubes)
        return self

    @checked
    def stream(self, index: Index, part: Index = 0) -> np.random.Generator:
        """The random numbers of scene ``index``; part 0 draws the scene, part 1 the noise on what is sensed."""
        return np.random.default_rng([self.seed, zlib.crc32(self.name.encode()), index, part])
