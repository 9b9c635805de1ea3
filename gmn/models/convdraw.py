"""The ConvDRAW cells: one expert's prior and posterior over the latent z, step by step (App. B).

Shape letters: P experts at work, R channels of r, H of a state, Z of z per step.
"""

import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from gmn.models.config import ModelConfig
from gmn.models.convolution import convolution, convolve, copies, planes
from gmn.models.gaussians import Gaussian
from gmn.models.lstm import ConvLSTM, State

NARROW = 8  # channels between a global latent and an expert's state


class ConvDraw(nn.Module, ABC):
    """Weights of an expert, shared by all experts of a cell.

    Args:
        config: sizes.
        ids: number of modality-id planes; 0 for networks that need not be told the modality.
    """

    def __init__(self, config: ModelConfig, ids: int):
        super().__init__()
        self.config, self.ids = config, ids

    @abstractmethod
    def begin(self, context: Tensor, target: Tensor | None, modality: Tensor | None, samples: int = 1) -> "Draw":
        """The first of T steps of experts.

        Args:
            context, target: what they know, (P, R, *grid), as in :class:`gmn.models.representations.Representations`.
            modality: that they are told, (P,).
            samples: S; each expert goes S ways.
        """

    @abstractmethod
    def heard(self) -> list[tuple[ConvLSTM, int]]:
        """The LSTMs, and how many representations each hears."""

    @abstractmethod
    def gates(self, lstm: ConvLSTM, context: Tensor, target: Tensor, modality: Tensor | None) -> Tensor:
        """What representations and ids add to the gates of one of them at every step, (P, 4H, *grid)."""

    @abstractmethod
    def first_posterior(self, context: Tensor, target: Tensor, modality: Tensor | None) -> tuple[nn.Module, Tensor]:
        """The posterior's read-out, and its means at the first step, nothing known of the prior, (P, Z, *grid)."""


class Draw(ABC):
    """P experts on their way through T steps, (samples * P, ...)."""

    @abstractmethod
    def prior(self) -> Gaussian:
        """p(z_t | z_<t, C) of each."""

    @abstractmethod
    def posterior(self) -> Gaussian:
        """q(z_t | z_<t, C, O) of each; once a step, after :meth:`prior`."""

    @abstractmethod
    def advance(self, z: Tensor) -> None:
        """Go on to the next step with the z_t (samples * P, Z, *grid) that was drawn, or the global latent."""


class SeparateConvDraw(ConvDraw):
    """The paper's: a prior LSTM on (r_C, id, z) and a posterior LSTM on (r_O, r_C, id, h_p), each with a read-out.

    The prior of a step is read before its LSTM hears of that z; so p(z_1) is a constant, or knows the context if the
    LSTM has moved before (``first_prior`` of :class:`gmn.models.config.ModelConfig`).
    """

    def __init__(self, config: ModelConfig, ids: int):
        super().__init__(config, ids)
        r, h, z, k, d = config.representation, config.state, config.latent, config.kernel, config.dimensions
        self.prior_lstm = ConvLSTM(r + ids, z, h, k, d)
        self.posterior_lstm = ConvLSTM(2 * r + ids, h, h, k, d)
        self.prior_out = convolution(d, h, 2 * z, k)
        self.posterior_out = convolution(d, h, 2 * z, k)

    def begin(self, context, target, modality, samples=1):
        lstms = [self.prior_lstm] if target is None else [self.prior_lstm, self.posterior_lstm]
        return SeparateDraw(self, *(copies(self.gates(lstm, context, target, modality), samples) for lstm in lstms))

    def heard(self):
        return [(self.prior_lstm, 1), (self.posterior_lstm, 2)]

    def gates(self, lstm, context, target, modality):
        r = context if lstm is self.prior_lstm else torch.cat([target, context], 1)
        return lstm.static(r) + id_planes(lstm.fixed.weight, self.ids, modality, r)

    def first_posterior(self, context, target, modality):
        state = self.posterior_lstm(self.gates(self.posterior_lstm, context, target, modality), None, None)
        return self.posterior_out, self.posterior_out(state.hidden).chunk(2, 1)[0]


class SeparateDraw(Draw):
    def __init__(self, cell: SeparateConvDraw, prior_static: Tensor, posterior_static: Tensor | None = None):
        self.cell, self.prior_static, self.posterior_static = cell, prior_static, posterior_static
        self.prior_state: State | None = None
        self.posterior_state: State | None = None
        if cell.config.first_prior == "context":
            self.prior_state = cell.prior_lstm(prior_static, None, None)

    def prior(self) -> Gaussian:
        n, _, *grid = self.prior_static.shape
        state = self.prior_state
        hidden = self.prior_static.new_zeros(n, self.cell.config.state, *grid) if state is None else state.hidden
        return Gaussian(*self.cell.prior_out(hidden).chunk(2, 1))

    def posterior(self) -> Gaussian:
        heard = self.prior_state.hidden if self.prior_state else None
        self.posterior_state = self.cell.posterior_lstm(self.posterior_static, heard, self.posterior_state)
        return Gaussian(*self.cell.posterior_out(self.posterior_state.hidden).chunk(2, 1))

    def advance(self, z: Tensor) -> None:
        self.prior_state = self.cell.prior_lstm(self.prior_static, z, self.prior_state)


class SharedConvDraw(ConvDraw):
    """One network for both: q(z | C, O) is what p says of C and O together. An LSTM on (r, id, z) with a read-out.

    So what is learned of many views by reconstructing them serves the prior, too, which otherwise learns from the KL
    alone. What is likely where little is known is learned from the KL alone, and by weights that mostly serve
    reconstruction; so the prior has a residual to both layers, zero at first, whose weights serve the KL alone.
    """

    def __init__(self, config: ModelConfig, ids: int):
        super().__init__(config, ids)
        r, h, z, k, d = config.representation, config.state, config.latent, config.kernel, config.dimensions
        self.lstm = ConvLSTM(r + ids, z, h, k, d)
        self.out = convolution(d, h, 2 * z, k)
        self.prior_gates = convolution(d, r + ids, 4 * h, k)
        self.prior_out = convolution(d, h, 2 * z, k)
        for weight in (*self.prior_gates.parameters(), *self.prior_out.parameters()):
            nn.init.zeros_(weight)
        self.overview = Overview(config) if config.global_latent else None

    def begin(self, context, target, modality, samples=1):
        # Both are linear in r: the prior's gates and those of its residual are one convolution.
        weight = self.lstm.fixed.weight + self.prior_gates.weight
        static = [self._static(context, modality, weight, self.lstm.fixed.bias + self.prior_gates.bias)]
        if target is not None:
            static.append(self.gates(self.lstm, context, target, modality))
        return SharedDraw(self, [copies(gates, samples) for gates in static])

    def _static(self, r: Tensor, modality: Tensor | None, weight: Tensor, bias: Tensor) -> Tensor:
        return convolve(r, weight[:, : r.shape[1]], bias) + id_planes(weight, self.ids, modality, r)

    def heard(self):
        return [(self.lstm, 1)]

    def gates(self, lstm, context, target, modality):
        return self._static(target, modality, lstm.fixed.weight, lstm.fixed.bias)

    def first_posterior(self, context, target, modality):
        state = self.lstm(self.gates(self.lstm, context, target, modality), None, None)
        return self.out, self.out(state.hidden).chunk(2, 1)[0]


class Overview(nn.Module):
    """A latent g of the whole scene before z: read from an expert's state, and heard by its gates."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        g, d = config.global_latent, config.dimensions
        self.grid, numbers = config.grid, NARROW * math.prod(config.grid)
        self.narrow = convolution(d, config.state, NARROW, 1)
        self.out = nn.Linear(numbers, 2 * g)
        self.lift = nn.Linear(g, numbers)
        self.widen = convolution(d, NARROW, 4 * config.state, config.kernel)

    def read(self, hidden: Tensor) -> Gaussian:
        """Mean and log-variance of g, (P, G) each, from hidden states (P, H, *grid)."""
        return Gaussian(*self.out(torch.relu(self.narrow(hidden)).flatten(1)).chunk(2, 1))

    def gates(self, g: Tensor) -> Tensor:
        """What g (P, G) adds to the gates, (P, 4H, *grid)."""
        return self.widen(torch.relu(self.lift(g)).unflatten(1, (NARROW, *self.grid)))


class SharedDraw(Draw):
    def __init__(self, cell: SharedConvDraw, static: list[Tensor]):
        self.cell, self.static = cell, static  # of the prior and, if z comes from it, of the posterior
        self.states = [cell.lstm(gates, None, None) for gates in static]
        self.overview = cell.overview  # None once its latent is drawn

    def prior(self) -> Gaussian:
        hidden, out, residual = self.states[0].hidden, self.cell.out, self.cell.prior_out
        if self.overview:
            return self.overview.read(hidden)
        stats = convolve(hidden, out.weight + residual.weight, out.bias + residual.bias)
        return Gaussian(*stats.chunk(2, 1))

    def posterior(self) -> Gaussian:
        hidden = self.states[1].hidden
        return self.overview.read(hidden) if self.overview else Gaussian(*self.cell.out(hidden).chunk(2, 1))

    def advance(self, z: Tensor) -> None:
        if self.overview:
            heard = self.overview.gates(z)
            self._move(None, [gates + heard for gates in self.static])
            self.overview = None
        else:
            self._move(z, self.static)

    def _move(self, z: Tensor | None, static: list[Tensor]) -> None:
        self.states = [self.cell.lstm(gates, z, state) for gates, state in zip(static, self.states, strict=True)]


def id_planes(weight: Tensor, ids: int, modality: Tensor | None, static: Tensor) -> Tensor | float:
    """What the planes of modality ids, which follow the channels of ``static``, add to gates by ``weight``."""
    return planes(weight, static.shape[1], ids, static.shape[2:])[modality] if ids else 0.0


CELLS: dict[str, type[ConvDraw]] = {"separate": SeparateConvDraw, "shared": SharedConvDraw}
