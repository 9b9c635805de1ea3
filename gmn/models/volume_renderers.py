"""Renderers of a volume in the world's frame: what a sensor at a pose has of it, P(x | z, v) of Eq. 1.

Shape letters: E episodes, N views, P points, F features, D samples a ray, h w rays.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gmn.data.modalities import Modality
from gmn.errors import UserError
from gmn.models.config import ModelConfig
from gmn.models.convolution import convolution
from gmn.models.frames import FrameOf, Window, camera_frame, cells, hand_frame, look_up
from gmn.models.volume_encoders import LOCAL

FEATURES = 8  # of a cell; the first is its density, the next are colours
SAMPLES, DEPTH = 8, 1.2  # along a ray, and half the way that they cover over half the volume's edge


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


class VolumeImageRenderer(nn.Module):
    """Pictures (N, C, H, W): the volume seen along rays, by emission and absorption, then enlarged by convolutions.

    Args:
        modality: which part of the camera's field it is.
        config: sizes.
        frame: of the camera, a function of queries.
    """

    def __init__(self, modality: Modality, config: ModelConfig, frame: FrameOf = camera_frame):
        super().__init__()
        d, (channels, height, width), last = config.decoder, modality.shape, config.stride // 2
        if channels >= FEATURES:
            raise UserError(f"modality {modality.name}: {channels} channels; a volume shows {FEATURES - 1} at most")
        self.frame, self.extent, self.stride, self.colours = frame, config.extent, config.stride, channels
        self.raster = (SAMPLES, height // config.stride, width // config.stride)
        self.volume = Volume(config)
        self.widen = nn.Conv2d(FEATURES, 2 * d, 3, padding=1)
        self.mix = nn.Conv2d(2 * d, 2 * d, 3, padding=1)
        self.grow = nn.ConvTranspose2d(2 * d, d, 4, stride=2, padding=1)
        self.paint = nn.ConvTranspose2d(d, channels, 2 * last, stride=last, padding=last // 2)
        along = ((torch.arange(SAMPLES) + 0.5) / SAMPLES * 2 - 1) * DEPTH * config.extent
        self.register_buffer("along", along, persistent=False)
        self.register_buffer("rays", Window.of(modality).rays(*self.raster[1:]), persistent=False)

    def forward(self, z: Tensor, episode: Tensor, query: Tensor) -> Tensor:
        seen = self.see(solid(self.volume(z))[episode], query)
        x = F.relu(self.mix(F.relu(self.widen(seen))))
        # Colours have a straight way out: they are learned a thousand steps sooner.
        own = F.interpolate(seen[:, : self.colours], scale_factor=self.stride, mode="bilinear", align_corners=False)
        return self.paint(F.relu(self.grow(x))) + own

    def see(self, volume: Tensor, query: Tensor) -> Tensor:
        """Solid volumes (N, F, *grid) from cameras (N, Q), (N, F, h, w): F - 1 features, and how much the ray met."""
        frame = self.frame(query)
        depth = frame.ahead()[:, None] + self.along  # (N, D)
        points = frame.to_world((depth[:, :, None, None] * self.rays).flatten(1, 2))
        x = look_up(volume, points / self.extent).unflatten(2, self.raster)
        density = x[:, 0]
        met = (1 - torch.exp(-density)) * torch.exp(density - density.cumsum(1))  # (N, D, h, w)
        return torch.cat([(x[:, 1:] * met[:, None]).sum(2), met.sum(1, keepdim=True)], 1)


def solid(features: Tensor) -> Tensor:
    """Features (E, F, *grid) whose first is a density, never negative; it starts thin, so that all cells are seen."""
    return torch.cat([F.softplus(features[:, :1] - 1), features[:, 1:]], 1)


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
