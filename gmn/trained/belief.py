"""What a GMN believes of a scene, and what it imagines.

Usage::

    scene = Belief(model, {"haptics": (readings, wrist_queries)})          # any subset of modalities, or {}
    pictures = scene.imagine({"vision": camera_queries}, samples=4)        # {"vision": (4, N, 3, H, W)}
    nats = scene.log_likelihood({"vision": (true_pictures, camera_queries)}, samples=50)

Senses are (N, ...) per modality: pictures (N, C, H, W) as uint8 0..255 or floats 0..1, readings (N, D) in SI units,
senses of your own as you trained them. Queries are (N, Q): :func:`gmn.mese.pose.query` makes those of MESE from poses.
Numpy arrays, and tensors of any device, are welcome; they are copied. The network computes in its own precision,
float32 or, after ``model.double()``, float64, many samples a part at a time.
"""

import difflib
import math
from collections.abc import Mapping
from numbers import Integral

import numpy as np
import torch
from torch import Tensor

from gmn.data.episodes import Episodes
from gmn.data.modalities import Modality
from gmn.data.scaling import Scale
from gmn.errors import UserError
from gmn.models.gmn import GMN
from gmn.models.noise import Noise

Views = tuple[object, object]  # senses (N, ...) and queries (N, Q)
DTYPES = {torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64} | {
    torch.float16, torch.bfloat16, torch.float32, torch.float64
}  # fmt: skip
SAMPLED = 64  # samples of z at a time
RENDERED = 64  # queries of each at a time
SLACK = 1e-3  # beyond 0..1, for pictures that were resized in floats


class Belief:
    """P(z | C) of one scene; :meth:`gmn.trained.TrainedGMN.infer` makes it, too.

    Args:
        model: the network.
        contexts: by modality's name, its senses and queries; what is not there is not known.

    Raises:
        UserError: an unknown modality, a wrong shape, a number that is not finite or means nothing, or a network of
            half precision.
    """

    def __init__(self, model: GMN, contexts: Mapping[str, Views]):
        if model.initial.dtype not in (torch.float32, torch.float64):
            raise UserError(f"the network computes in {model.initial.dtype}; use model.float()")
        self.model = model
        self.contexts = {name: _views(model, name, views) for name, views in contexts.items()}

    @torch.no_grad()
    def imagine(self, queries: Mapping[str, object], samples: int = 1, seed: int = 0) -> dict[str, Tensor]:
        """What the scene is like from other queries.

        Args:
            queries: by modality's name, (N, Q).
            samples: S, how many scenes to imagine; each is asked all the queries.
            seed: of the noise.

        Returns:
            By modality's name, (S, N, ...): means of the senses, in the units of the contexts, on the model's device.

        Raises:
            UserError: as for the contexts.
        """
        asked = {name: _queries(self.model, name, values) for name, values in queries.items()}
        noise, episodes = Noise(seed, device=self.model.device), self._episodes({})
        imagined = {name: [] for name in asked}
        for count in _parts(samples):
            z = self.model.prior(episodes, noise, count).z
            for name, query in asked.items():
                imagined[name].append(self._rendered(name, z, query))
        return {name: torch.cat(parts) for name, parts in imagined.items()}

    def _rendered(self, name: str, z: Tensor, query: Tensor) -> Tensor:
        """Means (S, N, ...) in the units of the contexts, of every sample of z for all queries."""
        m = _index(self.model, name)
        means = []
        for some in query.split(RENDERED):
            rows = torch.arange(len(z), device=z.device).repeat_interleave(len(some))
            means.append(self.model.render(m, z, rows, some.repeat(len(z), 1)).unflatten(0, (len(z), len(some))))
        whole = torch.cat(means, 1) if means else z.new_zeros(len(z), 0, *self.model.modalities[m].shape)
        return _to_units(self.model, self.model.modalities[m], whole)

    @torch.no_grad()
    def log_likelihood(self, observations: Mapping[str, Views], samples: int = 10, seed: int = 0) -> float:
        """Importance-weighted bound on log P(X | V, C), all observations together.

        Args:
            observations: by modality's name, its senses X and queries V.
            samples: S; the bound is tighter the more there are.
            seed: of the noise.

        Returns:
            Nats; a density in network units (pictures 0..1, readings scaled to about -1..1).

        Raises:
            UserError: as for the contexts, or no observation at all.
        """
        asked = {name: _views(self.model, name, views) for name, views in observations.items()}
        if not any(len(query) for _, query in asked.values()):
            raise UserError("observations: none; give at least one view of one modality")
        noise, episodes = Noise(seed, device=self.model.device), self._episodes(asked)
        parts = [self.model.log_likelihood(episodes, noise, count) + math.log(count) for count in _parts(samples)]
        return float(torch.cat(parts).logsumexp(0)) - math.log(samples)

    def _episodes(self, asked: Mapping[str, tuple[Tensor, Tensor]]) -> Episodes:
        """One scene whose views are the contexts, then what is asked."""
        modalities, empty = self.model.modalities, self.model.initial.detach().new_zeros
        device = self.model.device
        none = {m.name: (empty(0, *m.shape), empty(0, m.query)) for m in modalities}
        known, wanted = none | self.contexts, none | dict(asked)
        views = max(1, *(len(known[name][1]) + len(wanted[name][1]) for name in none))
        context = torch.zeros(1, 1, len(modalities), views, dtype=torch.bool, device=device)
        target = torch.zeros_like(context)
        senses, queries = [], []
        for k, name in enumerate(none):
            split, end = len(known[name][1]), len(known[name][1]) + len(wanted[name][1])
            context[0, 0, k, :split] = True
            target[0, 0, k, split:end] = True
            for parts, out in ((0, senses), (1, queries)):
                joined = torch.cat([known[name][parts], wanted[name][parts]])
                padding = joined.new_zeros(views - end, *joined.shape[1:])
                out.append(torch.cat([joined, padding])[None])
        return Episodes(senses, queries, context, target)


def _index(model: GMN, name: str) -> int:
    names = [m.name for m in model.modalities]
    if name not in names:
        close = difflib.get_close_matches(name, names, 1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise UserError(f"{name}: unknown modality; this network knows {', '.join(names)}{hint}")
    return names.index(name)


def _views(model: GMN, name: str, views: Views) -> tuple[Tensor, Tensor]:
    """Senses in network units and queries, on the model's device."""
    modality = model.modalities[_index(model, name)]
    if not isinstance(views, (tuple, list)) or len(views) != 2:
        count = f" of {len(views)}" if isinstance(views, (tuple, list)) else ""
        raise UserError(f"{name}: got {type(views).__name__}{count}; give a pair, senses and queries")
    senses, queries = views
    queries = _queries(model, name, queries)
    senses = _numbers(senses, f"{name}: senses")
    if tuple(senses.shape) != (len(queries), *modality.shape):
        raise UserError(f"{name}: senses: got shape {tuple(senses.shape)}; wanted {(len(queries), *modality.shape)}")
    if modality.is_picture:
        senses = _picture(senses, name)
    if scale := _scale(model, modality):
        senses = torch.from_numpy(scale.scaled(senses.cpu().double().numpy()))
    return _to_network(model, senses, f"{name}: senses"), queries


def _picture(senses: Tensor, name: str) -> Tensor:
    """Pictures in 0..1."""
    if senses.dtype == torch.uint8:
        return senses.float() / 255
    low, high = (float(edge) for edge in senses.aminmax()) if senses.numel() else (0.0, 0.0)
    if not senses.is_floating_point() or low < -SLACK or high > 1 + SLACK:
        kind = str(senses.dtype).removeprefix("torch.")
        raise UserError(f"{name}: senses: got {kind} from {low:.4g} to {high:.4g}; use uint8 0..255 or floats 0..1")
    return senses


def _queries(model: GMN, name: str, queries) -> Tensor:
    modality = model.modalities[_index(model, name)]
    queries = _numbers(queries, f"{name}: queries")
    if queries.ndim != 2 or queries.shape[1] != modality.query:
        raise UserError(f"{name}: queries: got shape {tuple(queries.shape)}; wanted (N, {modality.query})")
    return _to_network(model, queries, f"{name}: queries")


def _to_network(model: GMN, values: Tensor, what: str) -> Tensor:
    """On the network's device, in its precision."""
    return _finite(values.to(model.device, model.initial.dtype), what)


def _numbers(values, what: str) -> Tensor:
    """A copy of an array of real numbers."""
    try:
        if not isinstance(values, Tensor):
            array = np.array(values)
            if array.dtype.kind not in "uif":
                raise TypeError(f"its dtype is {array.dtype}")
            values = torch.from_numpy(array if array.dtype == np.uint8 else array.astype(_plain(array.dtype)))
        if values.dtype not in DTYPES or values.layout != torch.strided:
            raise TypeError(f"its dtype is {values.dtype}, its layout {values.layout}")
        tensor = values.detach().clone()
    except (TypeError, ValueError, OverflowError) as error:
        raise UserError(f"{what}: not an array of numbers: {error}") from None
    return _finite(tensor, what)


def _plain(kind: np.dtype) -> type:
    """A type that torch has, for numpy's others."""
    return np.float64 if kind.kind == "f" and kind.itemsize > 4 else np.float32 if kind.kind == "f" else np.int64


def _finite(tensor: Tensor, what: str) -> Tensor:
    bad = ~torch.isfinite(tensor)
    if bad.any():
        raise UserError(f"{what}: not finite at index {tuple(bad.nonzero()[0].tolist())}; leave that view out")
    return tensor


def _parts(samples: int) -> list[int]:
    """``samples`` in parts of bounded memory."""
    if not isinstance(samples, Integral) or isinstance(samples, bool) or samples < 1:
        raise UserError(f"samples: got {samples!r}; use a whole number, 1 or more")
    whole, rest = divmod(int(samples), SAMPLED)
    return [SAMPLED] * whole + [rest] * (rest > 0)


def _scale(model: GMN, modality: Modality) -> Scale | None:
    """From SI units to the network's; None where they are the same."""
    scale = model.scales.get(modality.sense)
    return scale and scale.of(modality.channels)


def _to_units(model: GMN, modality: Modality, means: Tensor) -> Tensor:
    scale = _scale(model, modality)
    return torch.from_numpy(scale.readings(means.cpu().numpy())).to(means) if scale else means
