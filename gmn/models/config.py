"""The sizes of a GMN, and what its words mean for missing modalities."""

from dataclasses import dataclass

from gmn.data.modalities import Modality, modality_set
from gmn.errors import UserError

NETWORKS = ("baseline", "poe", "apoe")
STRIDE = 4  # image pixels per latent cell


@dataclass(frozen=True)
class ModelConfig:
    """Everything that decides a GMN's weights and their meaning.

    Attributes:
        network: ``baseline``, ``poe`` or ``apoe`` (Fig. 2).
        modalities: M, 2, 5, 8 or 14.
        image_size: pixels of the whole picture (M = 2, 5).
        crop_size: pixels of the inner picture (M = 8, 14).
        representation: channels R of a modality's representation r.
        state: channels of every LSTM state.
        latent: channels of z per DRAW step.
        steps: DRAW steps T, and steps of every renderer.
        decoder: channels of the image decoder.
        kernel: size of the convolutions of DRAW and of the renderers.
        vision_std, haptics_std: standard deviation of the likelihood, in network units (pictures 0..1).
        reading: ``paper`` or ``released``: products over present modalities, or over all.
    """

    network: str
    modalities: int
    image_size: int = 64
    crop_size: int = 48
    representation: int = 256
    state: int = 64
    latent: int = 3
    steps: int = 12
    decoder: int = 32
    kernel: int = 5
    vision_std: float = 1.0
    haptics_std: float = 1.0
    reading: str = "paper"

    def __post_init__(self) -> None:
        for m in self.modality_list:
            if m.sense == "vision" and (m.shape[1] % STRIDE or m.shape[2] % STRIDE):
                raise UserError(
                    f"image_size {self.image_size} / crop_size {self.crop_size}: the parts of M = {self.modalities} "
                    f"are {m.shape[1]} x {m.shape[2]} pixels, not divisible by the latent stride {STRIDE}; "
                    f"use multiples of {2 * STRIDE}"
                )

    @property
    def modality_list(self) -> tuple[Modality, ...]:
        return modality_set(self.modalities, self.image_size, self.crop_size)

    @property
    def grid(self) -> tuple[int, int]:
        """h, w of the latent grid: a quarter of the modalities' pictures."""
        _, height, width = self.modality_list[0].shape
        return height // STRIDE, width // STRIDE

    @property
    def latent_channels(self) -> int:
        """Channels of all T steps of z together."""
        return self.steps * self.latent

    def std(self, modality: Modality) -> float:
        return self.vision_std if modality.sense == "vision" else self.haptics_std
