"""The convolutional LSTM all parts share, with inputs that do not change over its steps convolved once."""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gmn.models.gaussians import at_least_float32


class State(NamedTuple):
    """Hidden and cell state, each (N, H, h, w)."""

    hidden: Tensor
    cell: Tensor


class ConvLSTM(nn.Module):
    """``[i, f, o, g] = conv([static, moving, hidden])``; no peepholes.

    The gates are linear in their concatenated input, so its static part is convolved once
    (:meth:`static`) and only moving input and hidden state at each step.

    Args:
        static: channels that stay the same over the steps.
        moving: channels that change at each step.
        state: channels of the state.
        kernel: odd kernel size.
    """

    def __init__(self, static: int, moving: int, state: int, kernel: int):
        super().__init__()
        self.fixed = nn.Conv2d(static, 4 * state, kernel, padding=kernel // 2)
        self.recurrent = nn.Conv2d(moving + state, 4 * state, kernel, padding=kernel // 2, bias=False)
        bound = 1 / math.sqrt((static + moving + state) * kernel**2)
        for weight in self.parameters():  # as PyTorch would start them in one convolution
            nn.init.uniform_(weight, -bound, bound)

    def static(self, x: Tensor, first: int = 0, bias: bool = True) -> Tensor:
        """Contribution of static channels ``first ...`` to the gates, (N, 4H, h, w)."""
        weight = self.fixed.weight[:, first : first + x.shape[1]]
        return F.conv2d(x, weight, self.fixed.bias if bias else None, padding=self.fixed.padding)

    def planes(self, first: int, count: int, grid: tuple[int, int]) -> Tensor:
        """Contribution of ``count`` static channels that are one everywhere, each alone, (count, 4H, h, w)."""
        weight = self.fixed.weight[:, first : first + count].transpose(0, 1).flatten(0, 1)[:, None]
        ones = weight.new_ones(1, 1, *grid)
        return F.conv2d(ones, weight, padding=self.fixed.padding)[0].unflatten(0, (count, -1))

    def forward(self, static: Tensor, moving: Tensor | None, state: State | None) -> State:
        """One step.

        Args:
            static: summed contributions of all static channels, (N, 4H, h, w).
            moving: (N, moving, h, w), or None where all of it is zero.
            state: the state before, or None for zeros; then ``moving`` must be None or all of ``moving``.
        """
        gates = static
        parts = [part for part in (moving, state.hidden if state else None) if part is not None]
        if parts:
            x = torch.cat(parts, 1)
            weight = self.recurrent.weight
            if x.shape[1] < weight.shape[1]:
                weight = weight[:, : x.shape[1]]
            gates = gates + F.conv2d(x, weight, padding=self.recurrent.padding)
        i, f, o, g = at_least_float32(gates).chunk(4, 1)
        cell = torch.sigmoid(i) * torch.tanh(g)
        if state:
            cell = cell + torch.sigmoid(f) * state.cell
        return State(torch.sigmoid(o) * torch.tanh(cell), cell)
