"""Renderers of a latent map: z and a query to the mean of a sense, P(x | z, v) of Eq. 1 (App. B).

Each step's decoder output is added to a canvas that is never fed back. Decoders end in a linear layer, so
that layer is applied once, to the sum over the steps.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gmn.data.modalities import Modality
from gmn.models.config import ModelConfig
from gmn.models.convolution import planes
from gmn.models.lstm import ConvLSTM


class RendererCore(nn.Module):
    """The LSTM under both renderers: z and query in, the hidden states of T steps out."""

    def __init__(self, modality: Modality, config: ModelConfig):
        super().__init__()
        self.steps = config.steps
        self.latent = config.latent_channels
        self.lstm = ConvLSTM(self.latent + modality.query, 0, config.state, config.kernel, config.dimensions)

    def forward(self, z: Tensor, episode: Tensor, query: Tensor) -> Tensor:
        """Hidden states (T, N, H, *grid) for queries (N, Q) of episodes ``episode`` (N,) of z (E, TZ, *grid)."""
        maps = planes(self.lstm.fixed.weight, self.latent, query.shape[1], z.shape[2:])
        static = self.lstm.static(z)[episode] + (query @ maps.flatten(1)).unflatten(1, maps.shape[1:])
        states, state = [], None
        for _ in range(self.steps):
            state = self.lstm(static, None, state)
            states.append(state.hidden)
        return torch.stack(states)


class ImageRenderer(nn.Module):
    """Pictures (N, C, H, W); the mean is unbounded."""

    def __init__(self, modality: Modality, config: ModelConfig):
        super().__init__()
        d, pad = config.decoder, config.kernel // 2
        self.core = RendererCore(modality, config)
        self.narrow = nn.Conv2d(config.state, d, config.kernel, padding=pad)
        self.grow = nn.ConvTranspose2d(d, 2 * d, 4, stride=2, padding=1)
        last = config.stride // 2
        self.paint = nn.ConvTranspose2d(2 * d, modality.shape[0], 2 * last, stride=last, padding=last // 2)

    def forward(self, z: Tensor, episode: Tensor, query: Tensor) -> Tensor:
        states = self.core(z, episode, query)
        steps, n = states.shape[:2]
        x = F.relu_(self.grow(F.relu_(self.narrow(states.flatten(0, 1)))))
        strokes = x.unflatten(0, (steps, n)).sum(0)
        bias = steps * self.paint.bias
        return F.conv_transpose2d(strokes, self.paint.weight, bias, self.paint.stride, self.paint.padding)


class HapticRenderer(nn.Module):
    """Readings (N, D)."""

    def __init__(self, modality: Modality, config: ModelConfig):
        super().__init__()
        hidden = 2 * config.representation
        self.core = RendererCore(modality, config)
        self.flat = nn.Linear(config.state * math.prod(config.grid), hidden)
        self.mix = nn.Linear(hidden, hidden)
        self.feel = nn.Linear(hidden, modality.shape[0])

    def forward(self, z: Tensor, episode: Tensor, query: Tensor) -> Tensor:
        states = self.core(z, episode, query)
        x = F.relu(self.mix(F.relu(self.flat(states.flatten(2)))))
        return F.linear(x.sum(0), self.feel.weight, len(states) * self.feel.bias)
