"""Renderers of a volume in the world's frame: what a sensor at a pose has of it, P(x | z, v) of Eq. 1.

Shape letters: E episodes, N views, P points, F features, D samples a ray, h w rays.
"""

from torch import Tensor, nn
from torch.nn import functional as F

from gmn.data.modalities import Modality
from gmn.models.config import ModelConfig
from gmn.models.convolution import convolution
from gmn.models.frames import FrameOf, cells, hand_frame, look_up
from gmn.models.volume_encoders import LOCAL

FEATURES = 8  # of a cell


class Volume(nn.Module):
    """z (E, T * Z, *grid) to features (E, F, *grid), computed once an episode, not once a view."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        width = config.decoder
        self.near = convolution(3, config.latent_channels, width, 3)
        self.far = convolution(3, width, width, 3)
        self.out = convolution(3, width, FEATURES, 1)

    def forward(self, z: Tensor) -> Tensor:
        return self.out(F.relu(self.far(F.relu(self.near(z)))))


class VolumeHapticRenderer(nn.Module):
    """Readings (N, D): the volume in the hand's frame, then linear layers.

    Args:
        modality: of readings.
        config: sizes.
        frame: of the hand, or of another sensor of vectors, a function of queries.
    """

    def __init__(self, modality: Modality, config: ModelConfig, frame: FrameOf = hand_frame):
        super().__init__()
        hidden = 8 * config.representation
        self.frame, self.extent = frame, config.extent
        self.volume = Volume(config)
        self.flat = nn.Linear(FEATURES * LOCAL**3, hidden)
        self.mix = nn.Linear(hidden, hidden)
        self.feel = nn.Linear(hidden, modality.shape[0])
        self.register_buffer("cells", cells(LOCAL, config.extent), persistent=False)

    def forward(self, z: Tensor, episode: Tensor, query: Tensor) -> Tensor:
        places = self.frame(query).to_world(self.cells) / self.extent
        held = look_up(self.volume(z)[episode], places)
        return self.feel(F.relu(self.mix(F.relu(self.flat(held.flatten(1))))))
