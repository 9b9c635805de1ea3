"""The ConvDRAW cell: one expert's prior and posterior over the latent z, step by step (App. B)."""

import torch
from torch import Tensor, nn

from gmn.models.config import ModelConfig
from gmn.models.convolution import convolution
from gmn.models.gaussians import Gaussian
from gmn.models.lstm import ConvLSTM, State


class ConvDraw(nn.Module):
    """Prior LSTM on (r_C, id, z) and posterior LSTM on (r_O, r_C, id, h_p), each read out as a Gaussian.

    The prior of a step is read before its LSTM hears of that z; so p(z_1) is a constant, or knows the context if the
    LSTM has moved before (``first_prior`` of :class:`gmn.models.config.ModelConfig`).

    Args:
        config: sizes.
        ids: number of modality-id planes; 0 for networks that need not be told the modality.
    """

    def __init__(self, config: ModelConfig, ids: int):
        super().__init__()
        r, h, z, k = config.representation, config.state, config.latent, config.kernel
        self.ids, self.latent, self.representation, self.state = ids, z, r, h
        d = config.dimensions
        self.prior_lstm = ConvLSTM(r + ids, z, h, k, d)
        self.posterior_lstm = ConvLSTM(2 * r + ids, h, h, k, d)
        self.prior_out = convolution(d, h, 2 * z, k)
        self.posterior_out = convolution(d, h, 2 * z, k)

    def _id_planes(self, lstm: ConvLSTM, first: int, modality: Tensor, grid) -> Tensor | float:
        return lstm.planes(first, self.ids, grid)[modality] if self.ids else 0.0

    def prior_static(self, context: Tensor, modality: Tensor) -> Tensor:
        """What r_C (P, R, *grid) and ids (P,) add to the prior's gates at every step."""
        planes = self._id_planes(self.prior_lstm, self.representation, modality, context.shape[2:])
        return self.prior_lstm.static(context) + planes

    def posterior_static(self, context: Tensor, target: Tensor, modality: Tensor) -> Tensor:
        """What r_C, r_O (P, R, *grid) and ids (P,) add to the posterior's gates at every step."""
        planes = self._id_planes(self.posterior_lstm, 2 * self.representation, modality, context.shape[2:])
        return self.posterior_lstm.static(torch.cat([target, context], 1)) + planes

    def prior(self, state: State | None, like: Tensor) -> Gaussian:
        """p(z_t | z_<t, C) of each expert; ``like`` (P, 4H, *grid) gives the size before the first step."""
        hidden = like.new_zeros(len(like), self.state, *like.shape[2:]) if state is None else state.hidden
        return Gaussian(*self.prior_out(hidden).chunk(2, 1))

    def move_prior(self, static: Tensor, z: Tensor | None, state: State | None) -> State:
        return self.prior_lstm(static, z, state)

    def move_posterior(self, static: Tensor, prior: State | None, state: State | None) -> State:
        return self.posterior_lstm(static, prior.hidden if prior else None, state)

    def posterior(self, state: State) -> Gaussian:
        """q(z_t | z_<t, C, O) of each expert."""
        return Gaussian(*self.posterior_out(state.hidden).chunk(2, 1))
