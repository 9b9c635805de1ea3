"""Weights scaled on data before training, so that scenes are told apart and z is used from the start.

With PyTorch's own initialisation, the release's, a hundredth of what differs between the gates of two episodes is
due to the scene; the rest is how many views they have, since codes are never negative and summed. And pictures'
codes hardly know colours: networks learn grey pictures, and stay there. Here every layer of the encoders and the
gates of every ConvLSTM are centred and scaled on one batch (as in Mishkin & Matas, "All you need is a good init",
2016), gates are made insensitive to the mean code and so to the number of views, and the posterior's means are scaled
so that z has as much signal as noise. The model is the same; it starts elsewhere. See docs/learning.md.
"""

import torch
from torch import Tensor, nn

from gmn.data.episodes import Episodes
from gmn.models.convolution import LAYERS, but_channels, centred, per_row, planes
from gmn.models.encoders import Skip3x3, SkipLinear
from gmn.models.gmn import GMN
from gmn.models.lstm import ConvLSTM
from gmn.models.noise import Noise
from gmn.models.renderers import RendererCore
from gmn.models.representations import Roles

FORGET = 1.0  # bias of forget gates
SHARE = 0.7  # standard deviation of gates due to z, and of those due to the query, in a renderer
MEAN_DIRECTIONS = 8  # R / 8 of the R directions of a code are projected out of what gates receive
SUMS = (Skip3x3, SkipLinear)  # one layer each, of two that are added
LEAST = 1e-6  # standard deviation below which there is nothing to scale


@torch.no_grad()
def initialise(model: GMN, episodes: Episodes, noise: Noise) -> None:
    """Scale the weights of ``model`` in place on one batch of real scenes."""
    views = [(s.flatten(0, 1), q.flatten(0, 1)) for s, q in zip(episodes.senses, episodes.queries, strict=True)]
    for encoder, view in zip(model.encoders, views, strict=True):
        _standardise_layers(encoder, view)
    mean_codes = [encoder(*view).mean(0) for encoder, view in zip(model.encoders, views, strict=True)]
    for cell in model.inference.cells:
        for lstm, representations in cell.heard():
            _project_out_mean_codes(lstm, representations, torch.stack(mean_codes))

    known = model.represent(episodes)
    work, _ = model.inference.experts(known, Roles.of(known, model.config.reading))
    for experts in work:
        cell, inputs = experts.cell, (experts.context, experts.target, experts.ids)
        for lstm, _ in cell.heard():
            _standardise_gates(lstm, cell.gates(lstm, *inputs))
        read_out, mean = cell.first_posterior(*inputs)
        # z starts with as much signal as noise.
        read_out.weight[: mean.shape[1]] /= _spread(centred(mean))

    count = len(known.context[0])
    z = noise.normal(model.initial.new_empty(count, model.config.latent_channels, *model.config.grid))
    for renderer, query in zip(model.renderers, episodes.queries, strict=True):
        for core in (part for part in renderer.modules() if isinstance(part, RendererCore)):
            _share_gates(core.lstm, z, query.flatten(0, 1))


def _standardise_layers(encoder: nn.Module, view: tuple[Tensor, Tensor]) -> None:
    """Scale every layer's pre-activations to mean 0 and standard deviation 1 over the views, channel by channel."""
    sums = [module for module in encoder.modules() if isinstance(module, SUMS)]
    inside = {part for module in sums for part in module.children()}
    layers = [m for m in encoder.modules() if isinstance(m, (*LAYERS.values(), nn.Linear, *SUMS)) and m not in inside]
    for layer in layers:
        seen = []
        hook = layer.register_forward_hook(lambda module, inputs, output, seen=seen: seen.append(output))
        encoder(*view)
        hook.remove()
        channels = -1 if isinstance(layer, (nn.Linear, SkipLinear)) else 1
        output = seen[0].movedim(channels, 0).flatten(1)  # (channels, views and places)
        spread = output.std(1)
        spread = torch.where(spread > LEAST, spread, 1.0)
        parts = list(layer.children()) or [layer]
        for part in parts:
            part.weight /= per_row(spread, part.weight)
            part.bias /= spread
        parts[0].bias -= output.mean(1) / spread


def _project_out_mean_codes(lstm: ConvLSTM, representations: int, mean_codes: Tensor) -> None:
    """Project out the main directions U of the mean codes (M, R, ...): ``W <- W (I - U U^T)`` for r_C (and r_O)."""
    r = mean_codes.shape[1]
    main = torch.linalg.svd(mean_codes.transpose(0, 1).flatten(1), full_matrices=False).U[:, : r // MEAN_DIRECTIONS]
    projection = torch.eye(r, dtype=main.dtype, device=main.device) - main @ main.T
    for k in range(representations):
        weight = lstm.fixed.weight[:, k * r : (k + 1) * r]
        weight.copy_(torch.einsum("gr...,rs->gs...", weight, projection))


def _spread(x: Tensor) -> Tensor:
    """Root mean square; 1 where there is nothing to scale."""
    spread = x.square().mean().sqrt()
    return spread if spread > LEAST else torch.ones_like(spread)


def _standardise_gates(lstm: ConvLSTM, static: Tensor) -> None:
    """Centre and scale the gates\' constant part ``static`` (E, 4H, ...); see :func:`_open_forget_gates`."""
    mean, spread = static.mean(but_channels(static)), _spread(centred(static))
    lstm.fixed.weight /= spread
    lstm.fixed.bias.copy_((lstm.fixed.bias - mean) / spread)
    _open_forget_gates(lstm)


def _share_gates(lstm: ConvLSTM, z: Tensor, query: Tensor) -> None:
    """Scale a renderer's gates so that z and query contribute the same variance."""
    latent = z.shape[1]
    by_z = lstm.static(z, bias=False)
    maps = planes(lstm.fixed.weight, latent, query.shape[1], z.shape[2:])
    by_query = (query @ maps.flatten(1)).unflatten(1, maps.shape[1:])
    for first, part in ((slice(0, latent), by_z), (slice(latent, None), by_query)):
        lstm.fixed.weight[:, first] *= SHARE / _spread(centred(part))
    lstm.fixed.bias.zero_()
    _open_forget_gates(lstm)


def _open_forget_gates(lstm: ConvLSTM) -> None:
    """Add 1 to the biases of the forget gates, the second of the four."""
    states = lstm.fixed.bias.numel() // 4
    lstm.fixed.bias[states : 2 * states] += FORGET
