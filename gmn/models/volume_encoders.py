"""Encoders into a volume in the world's frame: a view's features, written into the cells that its pose says.

Shape letters: N views, P cells.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gmn.data.modalities import Modality
from gmn.models.config import ModelConfig
from gmn.models.frames import FrameOf, Window, camera_frame, cells, hand_frame, look_up

GREY, CHROMA = 4.0, 8.0  # weights of a picture's own colours: colours differ little, and are not learned otherwise
LOCAL = 4  # cells along the edge of a hand's own volume
REACH = 1.2  # its edge over that of the world's, so that more of the world's corners lie in it however it is turned


class VolumeImageEncoder(nn.Module):
    """Pictures (N, C, H, W) and queries (N, Q) to codes (N, R, *grid): each cell asks where it would be seen.

    It gets the picture's features there, the colour, how deep it lies, and whether it is in the picture at all.

    Args:
        modality: which part of the camera's field it is.
        config: sizes.
        frame: of the camera, a function of queries.
    """

    def __init__(self, modality: Modality, config: ModelConfig, frame: FrameOf = camera_frame):
        super().__init__()
        r, channels, patch = config.representation, modality.shape[0], config.stride // 2
        self.frame, self.window, self.patch = frame, Window.of(modality), patch
        self.extent, self.grid = config.extent, config.grid
        self.shrink = nn.Conv2d(channels, r, 2 * patch, stride=patch, padding=patch // 2)
        self.mix = nn.Conv2d(r, r, 3, padding=1)
        self.join = nn.Linear(r + channels + 2, r)
        self.out = nn.Linear(r, r)
        self.register_buffer("cells", cells(config.cells, config.extent), persistent=False)

    def forward(self, sense: Tensor, query: Tensor) -> Tensor:
        frame = self.frame(query)
        points = frame.of_world(self.cells)
        places = self.window.places(points)
        features = look_up(F.relu(self.mix(F.relu(self.shrink(sense)))), places)
        small = F.avg_pool2d(sense, self.patch)
        own = look_up(torch.cat([small, torch.ones_like(small[:, :1])], 1), places)
        colours, inside = own[:, :-1], own[:, -1:]
        grey = colours.mean(1, keepdim=True)
        depth = (points[..., 2] - frame.ahead()[:, None])[:, None] / self.extent
        chroma = colours[:, :-1] - grey  # of the last colour it follows from the others
        x = torch.cat([features, GREY * grey, CHROMA * chroma, depth, inside], 1).transpose(1, 2)
        x = F.relu(self.out(F.relu(self.join(x))))  # (N, P, R): linear layers are quicker than convolutions of size 1
        return x.transpose(1, 2).unflatten(2, self.grid)


class VolumeHapticEncoder(nn.Module):
    """Readings (N, D) and queries (N, Q) to codes (N, R, *grid): a small volume in the hand's frame, turned.

    Args:
        modality: of readings.
        config: sizes.
        frame: of the hand, or of another sensor of vectors, a function of queries.
    """

    def __init__(self, modality: Modality, config: ModelConfig, frame: FrameOf = hand_frame):
        super().__init__()
        r = config.representation
        self.frame, self.extent, self.grid = frame, config.extent, config.grid
        self.local = (r // 2, LOCAL, LOCAL, LOCAL)
        self.lift = nn.Linear(modality.shape[0], 8 * r)
        self.mix = nn.Linear(8 * r, 8 * r)
        self.shape = nn.Linear(8 * r, r // 2 * LOCAL**3)
        self.out = nn.Linear(r // 2, r)
        self.register_buffer("cells", cells(config.cells, config.extent), persistent=False)

    def forward(self, sense: Tensor, query: Tensor) -> Tensor:
        x = F.relu(self.shape(F.relu(self.mix(F.relu(self.lift(sense))))))
        places = self.frame(query).of_world(self.cells) / (REACH * self.extent)
        turned = look_up(x.unflatten(1, self.local), places, beyond="border")
        return F.relu(self.out(turned.transpose(1, 2))).transpose(1, 2).unflatten(2, self.grid)
