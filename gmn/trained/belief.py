"""What a GMN believes of a scene, and what it imagines.

Usage::

    scene = Belief(model, {"haptics": (readings, wrist_queries)})          # any subset of modalities, or {}
    pictures = scene.imagine({"vision": camera_queries}, samples=4)        # {"vision": (4, N, 3, H, W)}
    nats = scene.log_likelihood({"vision": (true_pictures, camera_queries)}, samples=50)

Senses are (N, ...) per modality: pictures (N, C, H, W) in 0..1 or uint8, readings (N, D) in SI units, senses of
your own as you trained them. Queries are (N, Q): :func:`gmn.mese.pose.query` makes those of MESE from poses.
Numpy arrays and tensors are both welcome.
"""

import difflib
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from gmn.data.episodes import Episodes
from gmn.data.modalities import HAPTICS, Modality
from gmn.errors import UserError
from gmn.models.gmn import GMN
from gmn.models.noise import Noise

Views = tuple[object, object]  # senses (N, ...) and queries (N, Q)


class Belief:
    """P(z | C) of one scene; :meth:`gmn.trained.TrainedGMN.infer` makes it, too.

    Args:
        model: the network.
        contexts: by modality's name, its senses and queries; what is not there is not known.

    Raises:
        UserError: an unknown modality, a wrong shape, or a number that is not finite.
    """

    def __init__(self, model: GMN, contexts: Mapping[str, Views]):
        self.model = model
        self.contexts = {name: _views(model, name, *pair) for name, pair in contexts.items()}

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
        noise = Noise(seed, device=self.model.device)
        z = self.model.prior(self._episodes({}), noise, samples).z
        imagined = {}
        for name, query in asked.items():
            m = _index(self.model, name)
            rows = torch.arange(samples, device=z.device).repeat_interleave(len(query))
            means = self.model.render(m, z, rows, query.repeat(samples, 1)).unflatten(0, (samples, len(query)))
            imagined[name] = _to_units(self.model, self.model.modalities[m], means)
        return imagined

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
        asked = {name: _views(self.model, name, *pair) for name, pair in observations.items()}
        if not any(len(query) for _, query in asked.values()):
            raise UserError("observations: none; give at least one view of one modality")
        noise = Noise(seed, device=self.model.device)
        return float(self.model.log_likelihood(self._episodes(asked), noise, samples))

    def _episodes(self, asked: Mapping[str, tuple[Tensor, Tensor]]) -> Episodes:
        """One scene whose views are the contexts, then what is asked."""
        modalities, device = self.model.modalities, self.model.device
        none = {
            m.name: (torch.zeros(0, *m.shape, device=device), torch.zeros(0, m.query, device=device))
            for m in modalities
        }
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


def _views(model: GMN, name: str, senses, queries) -> tuple[Tensor, Tensor]:
    """Senses in network units and queries, on the model's device."""
    modality = model.modalities[_index(model, name)]
    queries = _queries(model, name, queries)
    senses = _numbers(senses, f"{name}: senses")
    if tuple(senses.shape) != (len(queries), *modality.shape):
        raise UserError(f"{name}: senses: got shape {tuple(senses.shape)}; wanted {(len(queries), *modality.shape)}")
    if senses.dtype == torch.uint8:
        senses = senses.float() / 255
    if _in_si(model, modality):
        senses = torch.from_numpy(model.haptic_scale.of(modality.channels).scaled(senses.cpu().double().numpy()))
    return senses.float().to(model.device), queries


def _queries(model: GMN, name: str, queries) -> Tensor:
    modality = model.modalities[_index(model, name)]
    queries = _numbers(queries, f"{name}: queries")
    if queries.ndim != 2 or queries.shape[1] != modality.query:
        raise UserError(f"{name}: queries: got shape {tuple(queries.shape)}; wanted (N, {modality.query})")
    return queries.float().to(model.device)


def _numbers(values, what: str) -> Tensor:
    try:
        tensor = values if isinstance(values, Tensor) else torch.from_numpy(np.ascontiguousarray(values))
    except (TypeError, ValueError) as error:
        raise UserError(f"{what}: not an array of numbers: {error}") from None
    bad = ~torch.isfinite(tensor)
    if bad.any():
        raise UserError(f"{what}: not finite at index {tuple(bad.nonzero()[0].tolist())}; leave that view out")
    return tensor


def _in_si(model: GMN, modality: Modality) -> bool:
    return modality.sense == HAPTICS and model.haptic_scale is not None


def _to_units(model: GMN, modality: Modality, means: Tensor) -> Tensor:
    if not _in_si(model, modality):
        return means
    readings = model.haptic_scale.of(modality.channels).readings(means.cpu().numpy())
    return torch.from_numpy(readings).float().to(means.device)
