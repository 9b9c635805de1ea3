"""The object of a scene: painted cubes, and the spot light above them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from gmn.arguments import array_of, checked, numbers
from gmn.errors import UserError
from gmn.mese import shape
from gmn.mese.pose import SPOT_DISTANCE

SPOT = np.array([0.0, 0.0, SPOT_DISTANCE])  # m, where the paper's spot hangs
UPRIGHT = np.array([1.0, 0.0, 0.0, 0.0])  # quaternion w x y z


@checked
@dataclass(frozen=True)
class Object:
    """An object at the origin of a scene, and its light.

    Attributes:
        walk: lattice cells, (n, 3) int, see :mod:`gmn.mese.shape`.
        colours: RGB in [0, 1], (n, 3).
        orientation: quaternion w x y z, (4,); the paper's objects are upright.
        spot: position of the spot light that points at the origin, (3,) metres.
    """

    ARRAYS = ("walk", "colour", "orientation", "spot")  # as data sets name them

    walk: numbers(-1, 3, whole=True)
    colours: numbers(-1, 3, least=0, most=1, unit="0 to 1")
    orientation: numbers(4) = field(default_factory=UPRIGHT.copy)
    spot: numbers(3) = field(default_factory=SPOT.copy)

    def __post_init__(self) -> None:
        if not 0 < len(self.walk) == len(self.colours):
            raise UserError(f"colours: {len(self.colours)} for {len(self.walk)} cubes; give one each, of one at least")
        if abs(np.linalg.norm(self.orientation) - 1) > 1e-3:
            raise UserError(f"orientation: got {list(self.orientation)}; use a quaternion of length 1")
        if not np.linalg.norm(self.spot) > 0:
            raise UserError("spot: at the origin, which it points at; put it elsewhere")

    @classmethod
    def of(cls, arrays: Mapping[str, object]) -> "Object":
        """The object of a scene of a data set, given its arrays."""
        if lacking := [name for name in cls.ARRAYS if name not in arrays]:
            raise UserError(f"arrays: no {lacking[0]!r}; give {', '.join(cls.ARRAYS)} of a scene")
        return cls(*(array_of(arrays[name]).astype(float) for name in cls.ARRAYS))

    @property
    def cubes(self) -> np.ndarray:
        """Cube centres, (n, 3) metres."""
        return shape.centred(self.walk) @ rotation(self.orientation).T


@checked
def rotation(quaternion: numbers(4)) -> np.ndarray:
    """Rotation matrix (3, 3) of a unit quaternion w x y z."""
    w, x, y, z = quaternion
    return np.array(
        [
            [w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z],
        ]
    )
