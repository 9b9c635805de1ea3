"""Gates and latent scaled on data before training, so that z is used from the start.

With PyTorch's own initialisation, the release's, what differs between scenes is a small part of the gates'
input, and z starts as noise: renderers learn to ignore it, then learning stands still for long, and image
codes may grow or die for want of a use. Here the gates of every ConvLSTM are centred and scaled on one batch
(as in Mishkin & Matas, "All you need is a good init", 2016), and the posterior's means so that z has as much
signal as noise. The model is the same; it starts elsewhere. Encoders keep their initialisation: scaled ones
learned more slowly, see docs/learning.md.
"""

import torch
from torch import Tensor

from gmn.data.batches import Episodes
from gmn.models.gmn import GMN
from gmn.models.lstm import ConvLSTM
from gmn.models.noise import Noise
from gmn.models.representations import Roles

FORGET = 1.0  # bias of forget gates
SHARE = 0.7  # standard deviation of gates due to z, and of those due to the query, in a renderer
LEAST = 1e-6  # standard deviation below which there is nothing to scale


@torch.no_grad()
def initialise(model: GMN, episodes: Episodes, noise: Noise) -> None:
    """Scale the weights of ``model`` in place on one batch of real scenes."""
    known = model.represent(episodes)
    work, _ = model.inference.experts(known, Roles.of(known, model.config.reading))
    for experts in work:
        cell = experts.cell
        _standardise_gates(cell.posterior_lstm, cell.posterior_static(experts.context, experts.target, experts.ids))
        _standardise_gates(cell.prior_lstm, cell.prior_static(experts.context, experts.ids))
        static = cell.posterior_static(experts.context, experts.target, experts.ids)
        mean = cell.posterior(cell.move_posterior(static, None, None)).mean
        # z starts with as much signal as noise.
        cell.posterior_out.weight[: mean.shape[1]] /= _spread(mean - mean.mean((0, 2, 3), keepdim=True))

    count = len(known.context[0])
    z = noise.normal(model.initial.new_empty(count, model.config.latent_channels, *model.config.grid))
    for m, renderer in enumerate(model.renderers):
        if hasattr(renderer, "core"):
            _share_gates(renderer.core.lstm, z, episodes.queries[m].flatten(0, 1))


def _spread(x: Tensor) -> Tensor:
    spread = x.square().mean().sqrt()
    return spread if spread > LEAST else torch.ones_like(spread)


def _standardise_gates(lstm: ConvLSTM, static: Tensor) -> None:
    mean = static.mean((0, 2, 3))
    spread = _spread(static - mean[:, None, None])
    lstm.fixed.weight /= spread
    lstm.fixed.bias.copy_((lstm.fixed.bias - mean) / spread)
    _remember(lstm)


def _share_gates(lstm: ConvLSTM, z: Tensor, query: Tensor) -> None:
    """z and query have the same say in a renderer's gates."""
    latent = z.shape[1]
    by_z = lstm.static(z, bias=False)
    maps = lstm.planes(latent, query.shape[1], z.shape[2:])
    by_query = (query @ maps.flatten(1)).unflatten(1, maps.shape[1:])
    for first, part in ((slice(0, latent), by_z), (slice(latent, None), by_query)):
        lstm.fixed.weight[:, first] *= SHARE / _spread(part - part.mean((0, 2, 3), keepdim=True))
    lstm.fixed.bias.zero_()
    _remember(lstm)


def _remember(lstm: ConvLSTM) -> None:
    states = lstm.fixed.bias.numel() // 4
    lstm.fixed.bias[states : 2 * states] += FORGET
