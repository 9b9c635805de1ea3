"""Weights scaled on data before training, so that every layer has something to learn from.

With PyTorch's own initialisation each layer and its ReLU shrink what differs between two inputs to 0.4 of it:
after the six layers of an image encoder codes are all but constant, and many die in the first steps. Here
every layer is drawn at its usual scale, then centred and scaled so that it gives zero mean and unit variance
on one batch (Mishkin & Matas, "All you need is a good init", 2016). The model is the same; it starts elsewhere.
"""

import torch
from torch import Tensor, nn

from gmn.data.batches import Episodes
from gmn.models.encoders import Skip3x3, SkipLinear
from gmn.models.gmn import GMN
from gmn.models.lstm import ConvLSTM
from gmn.models.noise import Noise
from gmn.models.representations import Roles

LAYERS = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear, Skip3x3, SkipLinear)
FORGET = 1.0  # bias of forget gates
SHARE = 0.7  # standard deviation of gates due to z, and of those due to the query, in a renderer
FIRST_STROKE = 0.3  # factor on a renderer's last layer, so that first pictures are faint
LEAST = 1e-3  # standard deviation below which a layer says nothing and is left alone


@torch.no_grad()
def initialise(model: GMN, episodes: Episodes, noise: Noise) -> None:
    """Scale the weights of ``model`` in place on one batch of real scenes."""
    hooks = [hook for encoder in model.encoders for hook in _standardise_layers(encoder)]
    known = model.represent(episodes)
    for hook in hooks:
        hook.remove()

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
        query = episodes.queries[m].flatten(0, 1)
        episode = torch.arange(len(query), device=z.device) % count
        if hasattr(renderer, "core"):
            _share_gates(renderer.core.lstm, z, query)
        hooks = _standardise_layers(renderer)
        renderer(z, episode, query)
        for hook in hooks:
            hook.remove()
        if (last := getattr(renderer, "last", None)) is not None:
            last.weight *= FIRST_STROKE
            last.bias.zero_()


def _spread(x: Tensor) -> Tensor:
    spread = x.square().mean().sqrt()
    return spread if spread > LEAST else torch.ones_like(spread)


def _standardise_layers(module: nn.Module) -> list:
    """Hooks that standardise every layer of ``module`` the moment it is first called."""
    inside = {id(part) for lstm in module.modules() if isinstance(lstm, ConvLSTM) for part in lstm.modules()}
    layers = [layer for layer in module.modules() if isinstance(layer, LAYERS) and id(layer) not in inside]
    return [layer.register_forward_hook(_standardise) for layer in layers]


def _standardise(layer: nn.Module, _, out: Tensor) -> Tensor:
    """Zero mean in every channel, unit variance over all of them."""
    if not len(out):  # a modality that no scene of the batch shows
        return out
    channel = 1 if out.ndim == 4 else out.ndim - 1
    others = [d for d in range(out.ndim) if d != channel]
    mean = out.mean(others, keepdim=True)
    spread = _spread(out - mean)
    parts = [layer.wide, layer.skip] if isinstance(layer, (Skip3x3, SkipLinear)) else [layer]
    for part in parts:
        part.weight /= spread
        part.bias /= spread
    parts[0].bias -= mean.flatten() / spread
    return (out - mean) / spread


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
