"""Which modules encode and render each sense in each geometry; one of your own is one more entry, see
docs/extending.md."""

from collections.abc import Callable
from typing import NamedTuple

from torch import nn

from gmn.data.modalities import HAPTICS, VISION
from gmn.models.encoders import HapticEncoder, ImageEncoder
from gmn.models.renderers import HapticRenderer, ImageRenderer
from gmn.models.volume_encoders import VolumeHapticEncoder, VolumeImageEncoder
from gmn.models.volume_renderers import VolumeHapticRenderer, VolumeImageRenderer


class Sense(NamedTuple):
    """Constructors, both called with (modality, config).

    Attributes:
        encoder: module of (senses (N, *shape), queries (N, Q)) to codes (N, R, *grid).
        renderer: module of (z (E, T * Z, *grid), episode (N,), queries (N, Q)) to means (N, *shape).
    """

    encoder: Callable[..., nn.Module]
    renderer: Callable[..., nn.Module]


SENSES: dict[str, dict[str, Sense]] = {
    "map": {VISION: Sense(ImageEncoder, ImageRenderer), HAPTICS: Sense(HapticEncoder, HapticRenderer)},
    "volume": {
        VISION: Sense(VolumeImageEncoder, VolumeImageRenderer),
        HAPTICS: Sense(VolumeHapticEncoder, VolumeHapticRenderer),
    },
}
