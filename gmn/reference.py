"""The equations of GMN one at a time: per episode, per modality, per view, per step. Slow, and nothing clever.

Weights are those of a :class:`gmn.models.gmn.GMN`; everything that is computed from them is written out again,
as the paper (Sec. 2, App. B) and the facts of the authors' release have it, on batches of one.
"""

import math
from itertools import product as corners

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from gmn.data.episodes import Episodes
from gmn.data.modalities import Modality
from gmn.mese import pose
from gmn.mese.camera import View
from gmn.models.gmn import GMN
from gmn.models.networks import NETWORKS, Plain


def encode(model: GMN, m: int, sense: Tensor, query: Tensor) -> Tensor:
    """One view of modality ``m`` to a code (R, *grid)."""
    encoder, modality = model.encoders[m], model.modalities[m]
    if model.config.geometry == "volume":
        return (
            picture_to_volume(encoder, modality, sense, query)
            if modality.is_picture
            else touch_to_volume(encoder, sense, query)
        )
    return encode_picture(encoder, sense, query) if modality.is_picture else encode_touch(encoder, sense, query)


def encode_picture(encoder, picture: Tensor, query: Tensor) -> Tensor:
    """(C, H, W) and (7,) to a code (R, *grid)."""
    x = F.relu(encoder.patch(picture[None]))
    x = F.relu(encoder.mix.wide(x) + encoder.mix.skip(x))
    x = F.relu(encoder.shrink(x))
    planes = query.reshape(1, 7, 1, 1).expand(1, 7, x.shape[2], x.shape[3])
    x = torch.cat([x, planes], 1)
    x = F.relu(encoder.join.wide(x) + encoder.join.skip(x))
    return F.relu(encoder.out(F.relu(encoder.widen(x))))[0]


def encode_touch(encoder, reading: Tensor, query: Tensor) -> Tensor:
    """(D,) and (7,) to a code (R, *grid)."""
    x = F.relu(encoder.lift(reading))
    x = F.relu(encoder.mix.wide(x) + encoder.mix.skip(x))
    x = torch.cat([F.relu(encoder.widen(x)), query])
    x = F.relu(encoder.join.wide(x) + encoder.join.skip(x))
    return F.relu(encoder.out(F.relu(encoder.last(x)))).reshape(encoder.code)


def view_of(modality: Modality, query: Tensor) -> tuple[View, int, int]:
    """MESE's own camera of a query, and the first row and column that a modality shows of its picture."""
    height = modality.shape[1]
    size = 2 * height // (modality.rows[1] - modality.rows[0])
    view = View.at(_angles(query), half_field=modality.half_field, size=size)
    return view, modality.rows[0] * size // 2, modality.columns[0] * size // 2


def _angles(query: Tensor) -> np.ndarray:
    cos_p, sin_p, cos_y, sin_y = query[3:].double().cpu().numpy()
    return np.array([np.arctan2(sin_p, cos_p), np.arctan2(sin_y, cos_y)])


def _like(x: Tensor, values: np.ndarray) -> Tensor:
    return torch.as_tensor(values, dtype=x.dtype, device=x.device)


def look_up(values: Tensor, places: Tensor, clamped: bool = False) -> Tensor:
    """(C, *sizes) at places (P, k), in cells from the first border, the last axis first: (C, P), corner by corner."""
    sizes = list(values.shape[1:])[::-1]
    at = places - 0.5  # centres of cells are whole numbers now
    if clamped:
        at = torch.stack([at[:, k].clamp(0, size - 1) for k, size in enumerate(sizes)], 1)
    low, found = at.floor(), 0
    for corner in corners((0, 1), repeat=len(sizes)):
        index, weight = [], 1
        for k, size in enumerate(sizes):
            cell = low[:, k] + corner[k]
            near = 1 - (at[:, k] - cell).abs()
            weight = weight * near * ((cell >= 0) & (cell < size))
            index.append(cell.clamp(0, size - 1).long())
        found = found + weight * values[(slice(None), *index[::-1])]
    return found


def cell_centres(side: int, half_edge: float) -> np.ndarray:
    """x, y, z of every cell, z slowest, (cells, 3)."""
    along = [(2 * (k + 0.5) / side - 1) * half_edge for k in range(side)]
    return np.array([(x, y, z) for z in along for y in along for x in along])


def picture_to_volume(encoder, modality: Modality, picture: Tensor, query: Tensor) -> Tensor:
    view, row, column = view_of(modality, query)
    features = F.relu(encoder.mix(F.relu(encoder.shrink(picture[None]))))[0]
    cells = cell_centres(encoder.grid[0], encoder.extent)
    pixels = view.project(cells) - (column, row)
    places = _like(picture, pixels) / encoder.patch
    colours = look_up(F.avg_pool2d(picture[None], encoder.patch)[0], places)
    depth = (cells - view.origin) @ view.forward - pose.CAMERA_RADIUS
    inside = look_up(torch.ones_like(picture[:1, :: encoder.patch, :: encoder.patch]), places)
    own = [4 * colours.mean(0)[None], 8 * (colours - colours.mean(0))[:-1]]
    depth = _like(picture, depth / encoder.extent)[None]
    x = torch.cat([look_up(features, places), *own, depth, inside])
    x = F.relu(encoder.join.weight @ x + encoder.join.bias[:, None])
    return F.relu(encoder.out.weight @ x + encoder.out.bias[:, None]).unflatten(1, encoder.grid)


def touch_to_volume(encoder, reading: Tensor, query: Tensor) -> Tensor:
    x = F.relu(encoder.shape(F.relu(encoder.mix(F.relu(encoder.lift(reading))))))
    wrist = pose.wrist_axes(_angles(query))  # columns are its axes
    own = _like(reading, cell_centres(encoder.grid[0], encoder.extent) @ wrist)
    side = encoder.local[1]
    turned = look_up(x.reshape(encoder.local), (own / (1.2 * encoder.extent) + 1) / 2 * side, clamped=True)
    return F.relu(encoder.out.weight @ turned + encoder.out.bias[:, None]).unflatten(1, encoder.grid)


def features_of(volume, z: Tensor) -> Tensor:
    return volume.out(F.relu(volume.far(F.relu(volume.near(z[None])))))[0]


def picture_of_field(renderer, modality: Modality, z: Tensor, query: Tensor) -> Tensor:
    """One picture, a ray through every pixel: absorption, point by point, then shading by the direction of view."""
    view, row, column = view_of(modality, query)
    scene = renderer.field
    x = F.relu(scene.far(F.relu(scene.near(z[None]))))
    field = (scene.out(F.relu(scene.grow(x))) + scene.own(z[None]))[0]
    _, rows, columns = modality.shape
    i, j = (k.ravel() for k in np.mgrid[:rows, :columns])
    rays = view.rays(column + j + 0.5, row + i + 0.5)
    light, seen, step = z.new_ones(rows * columns), 0, 2 * 1.2 * renderer.extent / 16
    for k in range(16):
        points = view.origin + (pose.CAMERA_RADIUS + step * (k + 0.5 - 8)) * rays
        x = look_up(field, (_like(z, points / renderer.extent) + 1) / 2 * field.shape[1])
        inside = _like(z, (np.abs(points) < renderer.extent).all(1))
        met = 1 - torch.exp(-step * F.relu(32 * F.softplus(2 * x[0] - 1) - 1) * inside)
        seen = seen + light * met * torch.cat([x[1:], torch.ones_like(x[:1])])
        light = light * (1 - met)
    direction = _like(z, rays / np.linalg.norm(rays, axis=1, keepdims=True)).T
    shading = scene.shading(torch.cat([seen, seen[-1] * direction]).T).T
    return (seen[: len(shading)] + seen[-1] * shading)[list(modality.channels)].unflatten(1, (rows, columns))


def touch_of_volume(renderer, z: Tensor, query: Tensor) -> Tensor:
    features = features_of(renderer.volume, z)
    world = _like(z, cell_centres(4, renderer.extent) @ pose.wrist_axes(_angles(query)).T)
    held = look_up(features, (world / renderer.extent + 1) / 2 * features.shape[1])
    return renderer.feel(F.relu(renderer.mix(F.relu(renderer.flat(held.flatten())))))


def lstm_step(lstm, inputs: list[Tensor], hidden: Tensor, cell: Tensor, more=0) -> tuple[Tensor, Tensor]:
    """A convolutional LSTM: gates i, f, o, g of one convolution over all inputs (c, *grid) and the hidden state.

    ``more`` is added to the gates (4H, *grid).
    """
    weight = torch.cat([lstm.fixed.weight, lstm.recurrent.weight], 1)
    convolve = F.conv2d if weight.ndim == 4 else F.conv3d
    gates = convolve(torch.cat([*inputs, hidden])[None], weight, lstm.fixed.bias, padding=lstm.fixed.padding)[0]
    i, f, o, g = (gates + more).chunk(4)
    cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(cell), cell


def render(model: GMN, m: int, z: Tensor, query: Tensor) -> Tensor:
    """Mean of one view of modality ``m`` given z (T * Z, *grid)."""
    renderer, modality = model.renderers[m], model.modalities[m]
    if model.config.geometry == "volume":
        if modality.is_picture:
            return picture_of_field(renderer, modality, z, query)
        return touch_of_volume(renderer, z, query)
    return render_map(renderer, z, query, modality.is_picture)


def render_map(renderer, z: Tensor, query: Tensor, vision: bool) -> Tensor:
    """The sum of the decoder's outputs over the steps."""
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
        zero = context.new_zeros(cell.config.state, *context.shape[1:])
        self.prior, self.posterior = (zero, zero), (zero, zero)  # hidden, cell
        if cell.config.first_prior == "context":
            self.hear(context.new_zeros(cell.config.latent, *context.shape[1:]))

    def say_prior(self) -> tuple[Tensor, Tensor]:
        return self.cell.prior_out(self.prior[0][None])[0].chunk(2)

    def say_posterior(self) -> tuple[Tensor, Tensor]:
        inputs = [self.target, self.context, *self.ids, self.prior[0]]
        self.posterior = lstm_step(self.cell.posterior_lstm, inputs, *self.posterior)
        return self.cell.posterior_out(self.posterior[0][None])[0].chunk(2)

    def hear(self, z: Tensor) -> None:
        self.prior = lstm_step(self.cell.prior_lstm, [self.context, *self.ids, z], *self.prior)


class _SharedExpert:
    """The same where q(z | C, O) is p of C and O together, but for p's residual.

    Here ``target`` is the representation of both.
    """

    def __init__(self, cell, context: Tensor, target: Tensor, ids: list[Tensor]):
        self.cell, self.ids = cell, ids
        zero = context.new_zeros(cell.config.state, *context.shape[1:])
        self.known, self.states = [context, target], [(zero, zero), (zero, zero)]
        self.residuals = [cell.prior_gates(torch.cat([context, *ids])[None])[0], 0]
        self.overview, self.no_z = cell.overview, context.new_zeros(cell.config.latent, *context.shape[1:])
        self.hear(self.no_z)

    def say_prior(self) -> tuple[Tensor, Tensor]:
        hidden = self.states[0][0][None]
        if self.overview:
            return self._say_overview(hidden)
        return (self.cell.out(hidden) + self.cell.prior_out(hidden))[0].chunk(2)

    def say_posterior(self) -> tuple[Tensor, Tensor]:
        hidden = self.states[1][0][None]
        return self._say_overview(hidden) if self.overview else self.cell.out(hidden)[0].chunk(2)

    def _say_overview(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        return self.overview.out(F.relu(self.overview.narrow(hidden)).flatten()).chunk(2)

    def hear(self, z: Tensor) -> None:
        """z_t or, first of all, the global latent, which is heard once, through layers of its own."""
        more = 0
        if z.ndim == 1:
            lifted = F.relu(self.overview.lift(z)).unflatten(0, (-1, *self.no_z.shape[1:]))
            more, z, self.overview = self.overview.widen(lifted[None])[0], self.no_z, None
        roles = zip(self.known, self.states, self.residuals, strict=True)
        self.states = [lstm_step(self.cell.lstm, [r, *self.ids, z], *state, more + own) for r, state, own in roles]


def elbo(model: GMN, episodes: Episodes, noise: list[Tensor]) -> Tensor:
    """The bound of Eq. 4 for every episode, (E,) nats; ``noise`` is that of z, (E, Z, *grid) for each step,
    first of all that of the global latent, (E, G), if there is one."""
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
    sizes = [size] * model.config.steps
    if model.config.global_latent:
        sizes.insert(0, (size[0], model.config.global_latent))
    draw = [torch.randn(size, generator=noise, device=noise.device) for size in sizes]
    return elbo(model, episodes, draw).sum()


def _elbo_of_one(model: GMN, episodes: Episodes, copy: int, scene: int, noise: list[Tensor]) -> Tensor:
    config, count = model.config, len(model.modalities)
    context, target = [], []
    for m in range(count):
        seen = episodes.context | episodes.target if config.prior == "shared" else episodes.target
        for chosen, found in ((episodes.context, context), (seen, target)):
            views = chosen[copy, scene, m].nonzero()[:, 0]
            codes = [encode(model, m, episodes.senses[m][scene, v], episodes.queries[m][scene, v]) for v in views]
            share = {"sum": 1, "mean": 1 / max(1, len(codes)), "shrunk": 1 / (len(codes) + 1)}[config.pooling]
            found.append(sum((share * code for code in codes), model.initial[m]))

    in_context = [m for m in range(count) if episodes.context[copy, scene, m].any()]
    in_either = [m for m in range(count) if m in in_context or episodes.target[copy, scene, m].any()]
    if config.reading == "released":
        in_context = in_either = list(range(count))
    in_context = in_context or list(range(count))

    experts = _experts(model, context, target, in_context, in_either)
    z, divergence = [], 0
    for step in range(config.draws):
        prior = product([expert.say_prior() for expert, of in experts if of.prior])
        said = [(expert.say_posterior(), of) for expert, of in experts]  # all, as each goes on from what it has said
        posterior = product([factor for factor, of in said if of.posterior])
        z.append(posterior[0] + torch.exp(posterior[1] / 2) * noise[step])
        for expert, _ in experts:
            expert.hear(z[-1])
        divergence = divergence + kl(posterior, prior)

    likelihood = 0
    for m, modality in enumerate(model.modalities):
        for view in range(episodes.target.shape[3]):
            if episodes.target[copy, scene, m, view]:
                query = episodes.queries[m][scene, view]
                mean = render(model, m, torch.cat(z[-config.steps :]), query)
                likelihood = likelihood + density(episodes.senses[m][scene, view], mean, config.std_of(modality))
    return likelihood - divergence


def _experts(model: GMN, context, target, in_context, in_either) -> "list[tuple[_Expert | _SharedExpert, Plain]]":
    """Those of the network's own plain equations, and what they are factors of."""
    kind = _SharedExpert if model.config.prior == "shared" else _Expert
    grid = context[0].shape[1:]
    one_hot = torch.eye(len(context)).to(context[0]).reshape(len(context), -1, *[1] * len(grid))
    one_hot = one_hot.expand(-1, -1, *grid)
    found = NETWORKS[model.config.network].plain(model.inference, context, target, in_context, in_either)
    return [
        (kind(model.inference.cells[e.cell], e.context, e.target, [] if e.id is None else [one_hot[e.id]]), e)
        for e in found
    ]
