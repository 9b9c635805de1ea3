"""Encoder and renderer of a modality, for each geometry of the latent: those of its kind, picture or vector, or those
of its own sense; see docs/extending.md."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from torch import nn

from gmn.data.modalities import Modality
from gmn.errors import UserError
from gmn.models.encoders import HapticEncoder, ImageEncoder
from gmn.models.field import FieldImageRenderer
from gmn.models.frames import FrameOf, camera_frame, hand_frame
from gmn.models.renderers import HapticRenderer, ImageRenderer
from gmn.models.volume_encoders import VolumeHapticEncoder, VolumeImageEncoder
from gmn.models.volume_renderers import VolumeHapticRenderer


class Modules(NamedTuple):
    """Constructors, both called with (modality, config); those of a kind in a volume also with ``frame``.

    Attributes:
        encoder: module of (senses (N, *shape), queries (N, Q)) to codes (N, R, *grid).
        renderer: module of (z (E, T * Z, *grid), episode (N,), queries (N, Q)) to means (N, *shape).
    """

    encoder: Callable[..., nn.Module]
    renderer: Callable[..., nn.Module]


# Geometry -> kind of modality, or sense with modules of its own.
MODULES: dict[str, dict[str, Modules]] = {
    "map": {
        "picture": Modules(ImageEncoder, ImageRenderer),
        "vector": Modules(HapticEncoder, HapticRenderer),
    },
    "volume": {
        "picture": Modules(VolumeImageEncoder, FieldImageRenderer),
        "vector": Modules(VolumeHapticEncoder, VolumeHapticRenderer),
    },
}
FRAMES: dict[str, FrameOf] = {"camera": camera_frame, "hand": hand_frame}  # Modality.poses -> the sensor's frame


def modules_of(modality: Modality, geometry: str) -> Modules:
    """Encoder and renderer of a modality.

    Raises:
        UserError: the geometry needs the sensor's frame in the world, and there is none.
    """
    known = MODULES[geometry]
    if modality.sense in known:
        return known[modality.sense]
    modules = known[modality.kind]
    if geometry == "map":
        return modules
    if modality.poses not in FRAMES:
        raise UserError(
            f"modality {modality.name}: poses {modality.poses!r} have no frame, which a {geometry} needs; "
            f"use poses with one ({', '.join(FRAMES)}), or add yours to gmn.models.senses.FRAMES"
        )
    return Modules(*(partial(part, frame=FRAMES[modality.poses]) for part in modules))
