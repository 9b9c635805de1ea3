"""Which modules encode and render each sense; a sense of your own is one more entry, see docs/extending.md."""

from typing import NamedTuple

from torch import nn

from gmn.data.modalities import HAPTICS, VISION
from gmn.models.encoders import HapticEncoder, ImageEncoder
from gmn.models.renderers import HapticRenderer, ImageRenderer


class Sense(NamedTuple):
    """Constructors, both called with (modality, config).

    Attributes:
        encoder: module of (senses (N, *shape), queries (N, Q)) to codes (N, R, h, w).
        renderer: module of (z (E, T * Z, h, w), episode (N,), queries (N, Q)) to means (N, *shape).
    """

    encoder: type[nn.Module]
    renderer: type[nn.Module]


SENSES = {VISION: Sense(ImageEncoder, ImageRenderer), HAPTICS: Sense(HapticEncoder, HapticRenderer)}
