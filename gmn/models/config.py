"""The sizes of a GMN, its senses and their likelihood, and what its words mean for missing modalities."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from gmn.data.modalities import HAPTICS, VISION, Modality, modality_set
from gmn.errors import UserError

FIRST_PRIORS = ("constant", "context")
POOLINGS = ("sum", "mean", "shrunk")
PRIORS = ("separate", "shared")
STRIDES = (4, 8)
EXTENT = 0.105  # m, half the edge of a volume that holds any object of MESE: six cubes' edges wide


@dataclass(frozen=True)
class ModelConfig:
    """Everything that decides a GMN's weights and their meaning; the defaults are the paper's.

    Attributes:
        network: ``baseline``, ``poe`` or ``apoe`` (Fig. 2), or a key added to :data:`gmn.models.networks.INFERENCE`.
        modalities: M of the paper, 2, 5, 8 or 14, or modalities of your own.
        image_size: pixels of the whole picture (M = 2, 5); decides the latent grid where no modality is a picture.
        crop_size: pixels of the inner picture (M = 8, 14).
        representation: channels R of a modality's representation r.
        state: channels of every LSTM state.
        volume: cells along each edge of a latent volume in the world's frame, which poses turn views into and out of;
            None: the paper's latent map, whose networks are told poses as numbers.
        extent: half the edge of that volume, metres.
        stride: pixels per cell of the latent map, or per ray through the volume: 4 or 8; the paper's is 4.
        pooling: a modality's r is the ``sum`` of its views' codes, as the paper's, their ``mean`` (Sec. 2.3), or their
            mean with a view of zeros beside them, ``shrunk``: it tells how many there are.
        prior: ``separate``, the paper's networks for prior and posterior, or one ``shared`` by both: q(z | C, O) is
            then what the prior's network says of C and O together.
        latent: channels of z per DRAW step.
        steps: DRAW steps T, and steps of every renderer of a map.
        decoder: channels of the image decoder, and of the convolutions that renderers begin with in a volume.
        kernel: size of the convolutions of DRAW, and of the renderers of a map.
        std: standard deviation of the likelihood by sense or, before that, by modality, in network units:
            fractions of full white for pictures, half the scaled range for readings.
        first_prior: what p(z_1) knows. ``constant``: nothing, as in the release (and in GQN), whose prior LSTM is read
            before it has heard of the context; ``context``: it has heard of it once.
        hierarchical: modality representations r_m are latent variables too (Eq. 3), not functions of the context.
        reading: ``paper`` or ``released``: products over present modalities, or over all.

    Raises:
        UserError: a modality without a likelihood scale, a picture that the stride does not divide, or an unknown
            ``first_prior``, ``pooling``, ``prior`` or ``stride``.
    """

    network: str
    modalities: int | tuple[Modality, ...]
    image_size: int = 64
    crop_size: int = 48
    representation: int = 256
    state: int = 64
    volume: int | None = None
    extent: float = EXTENT
    stride: int = 4
    pooling: str = "sum"
    latent: int = 3
    steps: int = 12
    decoder: int = 32
    kernel: int = 5
    std: Mapping[str, float] = field(default_factory=lambda: {VISION: 1.0, HAPTICS: 1.0})
    first_prior: str = "constant"
    prior: str = "separate"
    hierarchical: bool = False
    reading: str = "paper"

    def __post_init__(self) -> None:
        for key, known in (("first_prior", FIRST_PRIORS), ("pooling", POOLINGS), ("prior", PRIORS)):
            if getattr(self, key) not in known:
                raise UserError(f"{key}: got {getattr(self, key)!r}; use one of {', '.join(known)}")
        if self.stride not in STRIDES:
            raise UserError(f"stride: got {self.stride!r}; use 4 or 8")
        for m in self.modality_list:
            if m.is_picture and (m.shape[1] % self.stride or m.shape[2] % self.stride):
                raise UserError(
                    f"modality {m.name}: {m.shape[1]} x {m.shape[2]} pixels, not divisible by the stride "
                    f"{self.stride}; use multiples of it, of {2 * self.stride} for image_size and crop_size"
                )
            if m.name not in self.std and m.sense not in self.std:
                raise UserError(f"std: none for modality {m.name}; add the key {m.sense!r} or {m.name!r}")

    @property
    def modality_list(self) -> tuple[Modality, ...]:
        if isinstance(self.modalities, int):
            return modality_set(self.modalities, self.image_size, self.crop_size)
        return self.modalities

    @property
    def count(self) -> int:
        """M."""
        return len(self.modality_list)

    @property
    def geometry(self) -> str:
        """``volume`` or ``map``: which of :data:`gmn.models.senses.SENSES` it looks and feels with."""
        return "volume" if self.volume else "map"

    @property
    def dimensions(self) -> int:
        """Of the latent grid: 2 or 3."""
        return len(self.grid)

    @property
    def grid(self) -> tuple[int, ...]:
        """Latent grid: depth, height and width of the volume, or height and width of the modalities' pictures over the
        stride."""
        if self.volume:
            return (self.volume,) * 3
        pictures = [m.shape[1:] for m in self.modality_list if m.is_picture]
        height, width = pictures[0] if pictures else (self.image_size, self.image_size)
        return height // self.stride, width // self.stride

    @property
    def latent_channels(self) -> int:
        """Channels of all T steps of z together."""
        return self.steps * self.latent

    def std_of(self, modality: Modality) -> float:
        """Standard deviation of a modality's likelihood, network units."""
        return self.std.get(modality.name, self.std.get(modality.sense))

    def best_log_density(self, modality: Modality) -> float:
        """Log-density of each number of a perfect prediction, nats: -0.9189 at unit standard deviation."""
        return -math.log(self.std_of(modality)) - 0.5 * math.log(2 * math.pi)

    def described(self) -> dict[str, Any]:
        """Plain values for JSON, read again by :meth:`of`."""
        return asdict(self)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "ModelConfig":
        """The inverse of :meth:`described`, also after JSON made lists of its tuples."""
        modalities = values["modalities"]
        if not isinstance(modalities, int):
            modalities = tuple(Modality(**{k: _tuple(v) for k, v in m.items()}) for m in modalities)
        return cls(**dict(values) | {"modalities": modalities})


def _tuple(value):
    return tuple(value) if isinstance(value, list) else value
