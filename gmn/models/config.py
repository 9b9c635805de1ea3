"""The sizes of a GMN, its senses and their likelihood, and what its words mean for missing modalities."""

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from gmn.arguments import Positive, Size, checked, one_of, shown
from gmn.data.modalities import HAPTICS, VISION, Modality, modality_set
from gmn.errors import UserError
from gmn.section import Section

Width = Annotated[float, Field(ge=1e-3, le=1e3)]  # of a likelihood
MOST = 4096
Channels = Annotated[int, Field(ge=1, le=MOST)]
PRIORS = ("separate", "shared")
EXTENT = 0.105  # m, half the edge of a volume that holds any object of MESE: six cubes' edges wide


class ModelConfig(Section):
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
        field: points along the edge of a cell, where pictures show a field along rays of single pixels
            (:mod:`gmn.models.field`); None: a coarse raster of rays, enlarged by convolutions.
        extent: half the edge of that volume, metres.
        stride: pixels per cell of the latent map, or per ray through the volume: 4 or 8; the paper's is 4.
        pooling: a modality's r is the ``sum`` of its views' codes, as the paper's, their ``mean`` (Sec. 2.3), or their
            mean with a view of zeros beside them, ``shrunk``: it tells how many there are.
        prior: ``separate``, the paper's networks for prior and posterior, or one ``shared`` by both: q(z | C, O) is
            then what the prior's network says of C and O together.
        global_latent: numbers of a latent of the whole scene that is drawn before z, so that cells of z depend on each
            other; 0: none. Only with a ``shared`` prior.
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
        UserError: a value is out of range, a modality has no likelihood scale, or the stride does not divide a picture.
    """

    network: str
    modalities: int | tuple[Modality, ...]
    image_size: Size = 64
    crop_size: Size = 48
    representation: Annotated[int, Field(ge=2, le=MOST, multiple_of=2)] = 256
    state: Channels = 64
    volume: Annotated[int, Field(ge=2, le=64)] | None = None
    field: Literal[2, 4] | None = None
    extent: Positive = EXTENT
    stride: one_of(4, 8) = 4
    pooling: Literal["sum", "mean", "shrunk"] = "sum"
    latent: Channels = 3
    steps: Channels = 12
    decoder: Channels = 32
    kernel: one_of(1, 3, 5, 7) = 5
    std: dict[str, Width] = {VISION: 1.0, HAPTICS: 1.0}
    first_prior: Literal["constant", "context"] = "constant"
    prior: Literal[PRIORS] = "separate"
    global_latent: Annotated[int, Field(ge=0, le=MOST)] = 0
    hierarchical: bool = False
    reading: Literal["paper", "released"] = "paper"

    @model_validator(mode="after")
    def _of_its_modalities(self) -> "ModelConfig":
        if self.global_latent and self.prior != "shared":
            raise ValueError(f"global_latent: got {self.global_latent}; it needs prior: shared")
        if self.field and not self.volume:
            raise ValueError(f"field: got {self.field}; a field needs a volume: set it, or leave field out")
        names = [m.name for m in self.modality_list]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"modalities: got {', '.join(names) or 'none'}; give one at least, each a name of its own")
        sizes = {m.shape[1:] for m in self.modality_list if m.is_picture}
        if len(sizes) > 1 and self.geometry == "map":
            raise ValueError(f"modalities: pictures of {len(sizes)} sizes; on a map all have one, in a volume any")
        for m in self.modality_list:
            if m.is_picture and (m.shape[1] % self.stride or m.shape[2] % self.stride):
                raise ValueError(
                    f"modality {m.name}: {m.shape[1]} x {m.shape[2]} pixels, not divisible by the stride "
                    f"{self.stride}; use multiples of it, of {2 * self.stride} for image_size and crop_size"
                )
            if m.name not in self.std and m.sense not in self.std:
                raise ValueError(f"std: none for modality {m.name}; add the key {m.sense!r} or {m.name!r}")
        return self

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
        """``map``, ``volume`` or ``field``: which of :data:`gmn.models.senses.MODULES` it has."""
        return "field" if self.field else "volume" if self.volume else "map"

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
    def draws(self) -> int:
        """Latents that are drawn one after another: the global one, if any, and z_1 to z_T."""
        return self.steps + bool(self.global_latent)

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
        return self.model_dump()

    @classmethod
    @checked
    def of(cls, values: Mapping[str, Any]) -> "ModelConfig":
        """The inverse of :meth:`described`, also after JSON made lists of its tuples."""
        modalities = values.get("modalities")
        if isinstance(modalities, (list, tuple)):
            modalities = tuple(_modality(each) for each in modalities)
        return cls(**dict(values) | {"modalities": modalities})


def _modality(values: Any) -> Modality:
    known = {field.name for field in fields(Modality)}
    if not isinstance(values, Mapping) or not {"name", "sense", "shape"} <= set(values) <= known:
        raise UserError(f"modalities: got {shown(values)}; each has name, sense and shape, and may have {known}")
    return Modality(**{key: _tuple(value) for key, value in values.items()})


def _tuple(value):
    return tuple(value) if isinstance(value, list) else value
