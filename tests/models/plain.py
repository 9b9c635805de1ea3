"""The equations of GMN one at a time: per episode, per modality, per view, per step. Slow, and nothing clever.

Weights are those of a :class:`gmn.models.gmn.GMN`; everything that is computed from them is written out again,
as the paper (Sec. 2, App. B) and the facts of the authors' release have it, on batches of one.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from gmn.data.batches import Episodes
from gmn.models.gmn import GMN


def encode_picture(encoder, picture: Tensor, query: Tensor) -> Tensor:
    """(C, H, W) and (7,) to a code (R, h, w)."""
    x = F.relu(encoder.patch(picture[None]))
    x = F.relu(encoder.mix.wide(x) + encoder.mix.skip(x))
    x = F.relu(encoder.shrink(x))
    planes = query.reshape(1, 7, 1, 1).expand(1, 7, x.shape[2], x.shape[3])
    x = torch.cat([x, planes], 1)
    x = F.relu(encoder.join.wide(x) + encoder.join.skip(x))
    return F.relu(encoder.out(F.relu(encoder.widen(x))))[0]


def encode_touch(encoder, reading: Tensor, query: Tensor) -> Tensor:
    """(D,) and (7,) to a code (R, h, w)."""
    x = F.relu(encoder.lift(reading))
    x = F.relu(encoder.mix.wide(x) + encoder.mix.skip(x))
    x = torch.cat([F.relu(encoder.widen(x)), query])
    x = F.relu(encoder.join.wide(x) + encoder.join.skip(x))
    return F.relu(encoder.out(F.relu(encoder.last(x)))).reshape(encoder.code)


def lstm_step(lstm, inputs: list[Tensor], hidden: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
    """A convolutional LSTM: gates i, f, o, g of one convolution over all inputs (c, h, w) and the hidden state."""
    weight = torch.cat([lstm.fixed.weight, lstm.recurrent.weight], 1)
    gates = F.conv2d(torch.cat([*inputs, hidden])[None], weight, lstm.fixed.bias, padding=lstm.fixed.padding)[0]
    i, f, o, g = gates.chunk(4)
    cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(cell), cell


def render(renderer, z: Tensor, query: Tensor, vision: bool) -> Tensor:
    """Mean of one view given z (T * Z, h, w): the sum of the decoder's outputs over the steps."""
    core = renderer.core
    planes = query.reshape(7, 1, 1).expand(7, *z.shape[1:])
    hidden = cell = z.new_zeros(core.lstm.fixed.out_channels // 4, *z.shape[1:])
    canvas = 0
    for _ in range(core.steps):
        hidden, cell = lstm_step(core.lstm, [z, planes], hidden, cell)
        if vision:
            x = F.relu(renderer.narrow(hidden[None]))
            canvas = canvas + renderer.paint(F.relu(renderer.grow(x)))[0]
        else:
            canvas = canvas + renderer.feel(F.relu(renderer.mix(F.relu(renderer.flat(hidden.flatten())))))
    return canvas


def product(experts: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """Mean and log-variance of a product of Gaussians (Eq. 2, 5)."""
    total, weighted = 0, 0
    for mean, logvar in experts:
        precision = 1 / torch.exp(logvar)
        total, weighted = total + precision, weighted + precision * mean
    return weighted / total, torch.log(1 / total)


def kl(q: tuple[Tensor, Tensor], p: tuple[Tensor, Tensor]) -> Tensor:
    (mean, logvar), (other, spread) = q, p
    return (0.5 * (spread - logvar + (logvar.exp() + (mean - other) ** 2) / spread.exp() - 1)).sum()


def density(sense: Tensor, mean: Tensor, std: float) -> Tensor:
    return (-0.5 * ((sense - mean) / std) ** 2 - math.log(std) - 0.5 * math.log(2 * math.pi)).sum()


class _Expert:
    """One ConvDRAW cell at work: its inputs and its states."""

    def __init__(self, cell, context: Tensor, target: Tensor, ids: list[Tensor]):
        self.cell, self.context, self.target, self.ids = cell, context, target, ids
        zero = context.new_zeros(cell.state, *context.shape[1:])
        self.prior, self.posterior = (zero, zero), (zero, zero)  # hidden, cell

    def say_prior(self) -> tuple[Tensor, Tensor]:
        return self.cell.prior_out(self.prior[0][None])[0].chunk(2)

    def say_posterior(self) -> tuple[Tensor, Tensor]:
        inputs = [self.target, self.context, *self.ids, self.prior[0]]
        self.posterior = lstm_step(self.cell.posterior_lstm, inputs, *self.posterior)
        return self.cell.posterior_out(self.posterior[0][None])[0].chunk(2)

    def hear(self, z: Tensor) -> None:
        self.prior = lstm_step(self.cell.prior_lstm, [self.context, *self.ids, z], *self.prior)


def elbo(model: GMN, episodes: Episodes, noise: list[Tensor]) -> Tensor:
    """The bound of Eq. 4 for every episode, (E,) nats; ``noise`` is that of z, (E, Z, h, w) for each step."""
    copies, scenes = episodes.context.shape[:2]
    values = []
    for copy in range(copies):
        for scene in range(scenes):
            row = [step[copy * scenes + scene] for step in noise]
            values.append(_elbo_of_one(model, episodes, copy, scene, row))
    return torch.stack(values)


def bound(model: GMN, episodes: Episodes) -> Tensor:
    """The bound of the whole batch, nats, with noise of its own."""
    noise = torch.Generator(episodes.context.device).manual_seed(0)
    size = (episodes.context.shape[0] * episodes.context.shape[1], model.config.latent, *model.config.grid)
    draw = [torch.randn(size, generator=noise, device=noise.device) for _ in range(model.config.steps)]
    return elbo(model, episodes, draw).sum()


def _elbo_of_one(model: GMN, episodes: Episodes, copy: int, scene: int, noise: list[Tensor]) -> Tensor:
    config, count = model.config, len(model.modalities)
    context, target = [], []
    for m in range(count):
        encode = encode_picture if model.modalities[m].sense == "vision" else encode_touch
        r_c = r_o = model.initial[m]
        for view in range(episodes.context.shape[3]):
            pair = episodes.senses[m][scene, view], episodes.queries[m][scene, view]
            if episodes.context[copy, scene, m, view]:
                r_c = r_c + encode(model.encoders[m], *pair)
            if episodes.target[copy, scene, m, view]:
                r_o = r_o + encode(model.encoders[m], *pair)
        context.append(r_c)
        target.append(r_o)

    in_context = [m for m in range(count) if episodes.context[copy, scene, m].any()]
    in_either = [m for m in range(count) if m in in_context or episodes.target[copy, scene, m].any()]
    if config.reading == "released":
        in_context = in_either = list(range(count))
    in_context = in_context or list(range(count))

    experts = _experts(model, context, target, in_context, in_either)
    if config.first_prior == "context":
        for expert in experts.values():
            expert.hear(noise[0] * 0)
    z, divergence = [], 0
    for step in range(config.steps):
        said = {m: expert.say_prior() for m, expert in experts.items()}
        prior = product([said[m] for m in said if m in in_context or config.network == "baseline"])
        said = {m: expert.say_posterior() for m, expert in experts.items()}
        posterior = product([said[m] for m in said if m in in_either or config.network == "baseline"])
        z.append(posterior[0] + torch.exp(posterior[1] / 2) * noise[step])
        for expert in experts.values():
            expert.hear(z[-1])
        divergence = divergence + kl(posterior, prior)

    likelihood = 0
    for m, modality in enumerate(model.modalities):
        for view in range(episodes.target.shape[3]):
            if episodes.target[copy, scene, m, view]:
                query = episodes.queries[m][scene, view]
                mean = render(model.renderers[m], torch.cat(z), query, modality.sense == "vision")
                likelihood = likelihood + density(episodes.senses[m][scene, view], mean, config.std_of(modality))
    return likelihood - divergence


def _experts(model: GMN, context, target, in_context, in_either) -> dict[int, _Expert]:
    config, cells = model.config, model.inference.cells
    if config.network == "baseline":
        summed = sum(context[m] for m in in_context), sum(target[m] for m in in_either)
        return {0: _Expert(cells[0], *summed, [])}
    if config.network == "poe":
        return {m: _Expert(cells[m], context[m], target[m], []) for m in range(len(context))}
    grid = context[0].shape[1:]
    one_hot = torch.eye(len(context), dtype=context[0].dtype)[:, :, None, None].expand(-1, -1, *grid)
    return {m: _Expert(cells[0], context[m], target[m], [one_hot[m]]) for m in range(len(context))}
