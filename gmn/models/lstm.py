"""The convolutional LSTM all parts share, on maps or volumes; inputs that stay over its steps are convolved once."""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gmn.models.convolution import convolution, convolve
from gmn.models.gaussians import at_least_float32


class State(NamedTuple):
    """Hidden and cell state, each (N, H, *grid)."""

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
        dimensions: 2 on a map, 3 on a volume.
    """

    def __init__(self, static: int, moving: int, state: int, kernel: int, dimensions: int):
        super().__init__()
        self.fixed = convolution(dimensions, static, 4 * state, kernel)
        self.recurrent = convolution(dimensions, moving + state, 4 * state, kernel, bias=False)
        bound = 1 / math.sqrt((static + moving + state) * kernel**dimensions)
        for weight in self.parameters():  # as PyTorch would start them in one convolution
            nn.init.uniform_(weight, -bound, bound)

    def static(self, x: Tensor, first: int = 0, bias: bool = True) -> Tensor:
        """Contribution of static channels ``first ...`` to the gates, (N, 4H, *grid)."""
        weight = self.fixed.weight[:, first : first + x.shape[1]]
        return convolve(x, weight, self.fixed.bias if bias else None)

    def forward(self, static: Tensor, moving: Tensor | None, state: State | None) -> State:
        """One step.

        Args:
            static: summed contributions of all static channels, (N, 4H, *grid).
            moving: (N, moving, *grid), or None where all of it is zero.
            state: the state before, or None for zeros.
        """
        gates = static
        parts = [part for part in (moving, state.hidden if state else None) if part is not None]
        if parts:
            x = torch.cat(parts, 1)
            weight = self.recurrent.weight
            if state is None:
                weight = weight[:, : x.shape[1]]
            elif moving is None:
                weight = weight[:, -x.shape[1] :]
            gates = gates + convolve(x, weight)
        i, f, o, g = at_least_float32(gates).chunk(4, 1)
        cell = torch.sigmoid(i) * torch.tanh(g)
        if state:
            cell = cell + torch.sigmoid(f) * state.cell
        return State(torch.sigmoid(o) * torch.tanh(cell), cell)
