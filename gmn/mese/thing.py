"""What a scene shows: an object of painted cubes, and the spot light above it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from gmn.mese import shape
from gmn.mese.pose import SPOT_DISTANCE

SPOT = np.array([0.0, 0.0, SPOT_DISTANCE])  # m, where the paper's spot hangs
UPRIGHT = np.array([1.0, 0.0, 0.0, 0.0])  # quaternion w x y z


@dataclass(frozen=True)
class Object:
    """What stands at the origin of a scene.

    Attributes:
        walk: lattice cells, (n, 3) int, see :mod:`gmn.mese.shape`.
        colours: RGB in [0, 1], (n, 3).
        orientation: quaternion w x y z, (4,); the paper's objects are upright.
        spot: position of the spot light that points at the origin, (3,) metres.
    """

    ARRAYS = ("walk", "colour", "orientation", "spot")  # as data sets name them

    walk: np.ndarray
    colours: np.ndarray
    orientation: np.ndarray = field(default_factory=UPRIGHT.copy)
    spot: np.ndarray = field(default_factory=SPOT.copy)

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> "Object":
        """The object of a scene of a data set, given its arrays."""
        return cls(*(np.asarray(arrays[name], float) for name in cls.ARRAYS))

    @property
    def cubes(self) -> np.ndarray:
        """Cube centres, (n, 3) metres."""
        return shape.centred(self.walk) @ rotation(self.orientation).T


def rotation(quaternion: np.ndarray) -> np.ndarray:
    """Rotation matrix (3, 3) of a unit quaternion w x y z."""
    w, x, y, z = quaternion
    return np.array(
        [
            [w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z],
        ]
    )
