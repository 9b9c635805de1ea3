"""Modality encoders: one view, a sense and its query, to a code (N, R, *grid), never negative (App. B)."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gmn.data.modalities import Modality
from gmn.models.config import ModelConfig


class Skip3x3(nn.Module):
    """A 3x3 and a 1x1 convolution of the same input, summed: computed as one 3x3 convolution."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.wide = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.skip = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        weight = self.wide.weight + F.pad(self.skip.weight, (1, 1, 1, 1))
        return F.conv2d(x, weight, self.wide.bias + self.skip.bias, padding=1)


class SkipLinear(nn.Module):
    """Two linear layers of the same input, summed: computed as one."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.wide = nn.Linear(inputs, outputs)
        self.skip = nn.Linear(inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.wide.weight + self.skip.weight, self.wide.bias + self.skip.bias)


class ImageEncoder(nn.Module):
    """Pictures (N, C, H, W) and queries (N, Q) to codes on the latent grid."""

    def __init__(self, modality: Modality, config: ModelConfig):
        super().__init__()
        r = config.representation
        patch = config.stride // 2
        self.patch = nn.Conv2d(modality.shape[0], r, patch, stride=patch)
        self.mix = Skip3x3(r, r // 2)
        self.shrink = nn.Conv2d(r // 2, r, 2, stride=2)
        self.join = Skip3x3(r + modality.query, r // 2)
        self.widen = nn.Conv2d(r // 2, r, 3, padding=1)
        self.out = nn.Conv2d(r, r, 3, padding=1)

    def forward(self, sense: Tensor, query: Tensor) -> Tensor:
        x = F.relu(self.patch(sense))
        x = F.relu(self.mix(x))
        x = F.relu(self.shrink(x))
        planes = query[:, :, None, None].expand(-1, -1, *x.shape[2:])
        x = F.relu(self.join(torch.cat([x, planes], 1)))
        return F.relu(self.out(F.relu(self.widen(x))))


class HapticEncoder(nn.Module):
    """Readings (N, D) and queries (N, Q) to codes on the latent grid."""

    def __init__(self, modality: Modality, config: ModelConfig):
        super().__init__()
        r = config.representation
        self.code = (r, *config.grid)
        self.lift = nn.Linear(modality.shape[0], 2 * r)
        self.mix = SkipLinear(2 * r, r)
        self.widen = nn.Linear(r, 2 * r)
        self.join = SkipLinear(2 * r + modality.query, r)
        self.last = nn.Linear(r, 2 * r)
        self.out = nn.Linear(2 * r, math.prod(self.code))

    def forward(self, sense: Tensor, query: Tensor) -> Tensor:
        x = F.relu(self.mix(F.relu(self.lift(sense))))
        x = F.relu(self.widen(x))
        x = F.relu(self.join(torch.cat([x, query], 1)))
        return F.relu(self.out(F.relu(self.last(x)))).unflatten(1, self.code)
