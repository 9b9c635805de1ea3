"""What a GMN believes of a scene, and what it imagines.

Usage::

    scene = Belief(model, {"haptics": (readings, wrist_queries)})          # any subset of modalities, or {}
    pictures = scene.imagine({"vision": camera_queries}, samples=4)        # {"vision": (4, N, 3, H, W)}
    nats = scene.log_likelihood({"vision": (true_pictures, camera_queries)}, samples=50)
    gain = scene.gain({"haptics": wrist_queries}, points)["haptics"]        # (N,): touch next where it is most
    filled = scene.occupancy(points)                                       # (S, P) for points (P, 3) metres
    scene.mesh().export("shape.ply")                                       # metres, the world's frame

Senses are (N, ...) per modality: pictures (N, C, H, W) as uint8 0..255 or floats 0..1, readings (N, D) in SI units,
senses of your own as you trained them. Queries are (N, Q): :func:`gmn.mese.pose.query` makes those of MESE from poses.
Numpy arrays, and tensors of any device, are welcome; they are copied. The network computes in its own precision,
float32 or, after ``model.double()``, float64, many samples a part at a time.
"""

import copy
import math
import warnings
from collections.abc import Iterator, Mapping
from typing import Annotated

import numpy as np
import torch
from pydantic import Field
from torch import Tensor
from trimesh import Trimesh

from gmn.arguments import Index, Size, Steps, array_of, checked, memory
from gmn.data.episodes import Episodes
from gmn.data.modalities import Modality
from gmn.data.scaling import Scale
from gmn.errors import UserError
from gmn.mese.channels import NARROWEST
from gmn.mese.pose import CAMERA_RADIUS, QUERY, WRIST_BACK, WRIST_UP
from gmn.models.field import Wholes
from gmn.models.gmn import GMN
from gmn.models.noise import Noise
from gmn.section import hint
from gmn.trained import mesh as meshes
from gmn.trained.occupancy import HALF, best_level, occupancy
from gmn.trained.refine import refined

Views = tuple[object, object]  # senses (N, ...) and queries (N, Q)
Samples = Annotated[int, Field(ge=1, le=10**6)]
Several = Annotated[int, Field(ge=2, le=10**6)]
Level = Annotated[float, Field(gt=0, lt=1)]
Step = Annotated[float, Field(ge=0.001, le=0.05)]  # m
DISTANCES = {"camera": CAMERA_RADIUS, "hand": math.hypot(WRIST_BACK, WRIST_UP)}  # m, of poses from the origin
DTYPES = {torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64} | {
    torch.float16, torch.bfloat16, torch.float32, torch.float64
}  # fmt: skip
SAMPLED = 64  # samples of z at a time
RENDERED = 64  # queries of each at a time
SLACK = 1e-3  # beyond 0..1, for pictures that were resized in floats
BLACK = 2 / 255  # no pixel is brighter where pictures were divided by 255 twice
CIRCLE = 0.01  # how far sines and cosines may lie from the circle
FAR = 3.0  # times as far from the origin as in training, or as near
BEYOND, SHARE = 10.0, 0.2  # so many times outside the trained range, such a share of readings
NOTHING = 1e-9  # variance below which there is nothing to learn
OF_RAYS = 2**62  # another stream of random numbers than that of z
PLACED = 2**17  # points at a time


@checked
class Belief:
    """P(z | C) of one scene; :meth:`gmn.trained.TrainedGMN.infer` makes it, too.

    Args:
        model: the network.
        contexts: by modality's name, its senses and queries; what is not there is not known.
        refine: steps of gradient ascent by which each sample fits the contexts better, :mod:`gmn.trained.refine`;
            0: samples of P as they are. Ten steps are most of the gain. For :meth:`imagine`, :meth:`occupancy` and
            :meth:`mesh`; they differ less than they err, so spread says less than without.

    Raises:
        UserError: an unknown modality, a wrong shape, a number that is not finite or means nothing, or a network of
            half precision.

    Numbers that can be meant, but hardly are, such as readings in other units, are warned of. The network computes in
    its own precision, also inside ``torch.autocast``.
    """

    def __init__(self, model: GMN, contexts: Mapping[str, object], refine: Steps = 0):
        if model.initial.dtype not in (torch.float32, torch.float64):
            raise UserError(f"the network computes in {model.initial.dtype}; use model.float()")
        self.model, self.refine = model, refine
        # pyrefly: ignore[bad-argument-type]
        self.contexts = {name: _views(model, name, views) for name, views in contexts.items()}

    @torch.no_grad()
    def imagine(
        self, queries: Mapping[str, object], samples: Samples = 1, seed: Index = 0, size: Size | None = None
    ) -> dict[str, Tensor]:
        """What the scene is like from other queries.

        Args:
            queries: by modality's name, (N, Q).
            samples: S, how many scenes to imagine; each is asked all the queries.
            seed: of the noise.
            size: pixels along the edge of whole pictures, a multiple of those trained on (a network with a field);
                None: as trained.

        Returns:
            By modality's name, (S, N, ...): means of the senses, in the units of the contexts, on the model's device.

        Raises:
            UserError: as for the contexts.
        """
        means = self._means(queries, samples, seed, size)
        return {name: _to_units(self.model, self._modality(name), mean) for name, mean in means.items()}

    @torch.no_grad()
    def gain(
        self, candidates: Mapping[str, object], about: object, samples: Several = 128, seed: Index = 0
    ) -> dict[str, Tensor]:
        """How much one more view would tell: touch or look next where it is most.

        Samples of P, never refined, imagine both the view and what is asked about; linear regression between them, as
        in an ensemble Kalman filter (Evensen, 1994), says how much less they would disagree if the view were known.
        What samples that have nothing to do with each other would seem to tell is taken off.

        Args:
            candidates: queries of views that could be had, by modality's name, (N, Q).
            about: what one wants to know: points (P, 3) as of :meth:`occupancy`, or queries by modality's name.
            samples: S; few rank less surely.
            seed: of the noise.

        Returns:
            By modality's name, (N,): the share of the variance over samples that each view takes away, 0 to 1.

        Raises:
            UserError: as for the contexts, or as :meth:`occupancy` does; or nothing is asked about.
        """
        self._fits(samples, samples)
        plain = copy.copy(self)
        plain.refine = 0
        if isinstance(about, Mapping):
            means = plain._means(about, samples, seed)
            parts = [mean.flatten(1) / self.model.config.std_of(self._modality(name)) for name, mean in means.items()]
        else:
            parts = [plain.occupancy(about, samples, seed)]
        if not sum(part.shape[1] for part in parts):
            raise UserError("about: nothing; give points, or queries of a modality")
        wanted = _centred(torch.cat(parts, 1))
        before = wanted @ wanted.mT  # inner products of samples
        gains = {}
        for name, mean in plain._means(candidates, samples, seed).items():
            views = mean.flatten(2).movedim(1, 0) / self.model.config.std_of(self._modality(name))
            gains[name] = before.new_tensor([_told(_centred(view), before) for view in views])
        return gains

    def _means(
        self, queries: Mapping[str, object], samples: int, seed: int, size: int | None = None
    ) -> dict[str, Tensor]:
        """By modality, (S, N, ...) in network units."""
        asked = {name: _queries(self.model, name, values) for name, values in queries.items()}
        zooms = {name: self._zoom(name, size) for name in asked}
        numbers = (len(query) * self._modality(name).size * zooms[name] ** 2 for name, query in asked.items())
        self._fits(samples, sum(numbers))
        imagined = {name: [] for name in asked}
        with self._own_precision():
            for z in self._samples(samples, seed):
                for name, query in asked.items():
                    imagined[name].append(self._rendered(name, z, query, zooms[name]))
        return {name: torch.cat(parts) for name, parts in imagined.items()}

    def _samples(self, samples: int, seed: int) -> Iterator[Tensor]:
        """z ~ P(z | C), refined if that is wanted, a part at a time."""
        noise, choice = (Noise(stream, device=self.model.device) for stream in (seed, seed ^ OF_RAYS))
        episodes = self._episodes({})
        for count in _parts(samples):
            latents = self.model.prior(episodes, noise, count)
            yield refined(self.model, episodes, latents, self.refine, choice)

    def _own_precision(self) -> torch.autocast:
        return torch.autocast(self.model.device.type, enabled=False)

    def _modality(self, name: str) -> Modality:
        return self.model.modalities[_index(self.model, name)]

    def _zoom(self, name: str, size: int | None) -> int:
        """How many times as large as in training its pictures are, if whole ones have ``size`` pixels."""
        modality = self._modality(name)
        if size is None or not modality.is_picture:
            return 1
        trained = 2 * modality.shape[1] // (modality.rows[1] - modality.rows[0])
        if size % trained:
            raise UserError(f"size: got {size}; {name} was trained on {trained} pixels: use a multiple")
        return size // trained

    def _fits(self, samples: int, numbers: int) -> None:
        """Refuse what is larger than this machine's memory; nothing is made before."""
        wanted, there = samples * numbers * self.model.initial.element_size(), memory()
        if wanted > there:
            what = f"{wanted / 2**30:.3g} GiB are wanted, the machine has {there / 2**30:.3g}"
            raise UserError(f"samples: got {samples}: {what}; ask for fewer samples or queries at a time")

    def _rendered(self, name: str, z: Tensor, query: Tensor, zoom: int = 1) -> Tensor:
        """Means (S, N, ...) in network units, of every sample of z for all queries."""
        m = _index(self.model, name)
        means, wholes = [], Wholes(z)
        for some in query.split(RENDERED):
            rows = torch.arange(len(z), device=z.device).repeat_interleave(len(some))
            mean = self.model.render(m, z, rows, some.repeat(len(z), 1), zoom, wholes)
            means.append(mean.unflatten(0, (len(z), len(some))))
        return torch.cat(means, 1) if means else z.new_zeros(len(z), 0, *self.model.modalities[m].shape)

    @torch.no_grad()
    def log_likelihood(self, observations: Mapping[str, object], samples: Samples = 10, seed: Index = 0) -> float:
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
        # pyrefly: ignore[bad-argument-type]
        asked = {name: _views(self.model, name, views) for name, views in observations.items()}
        if not any(len(query) for _, query in asked.values()):
            raise UserError("observations: none; give at least one view of one modality")
        noise, episodes = Noise(seed, device=self.model.device), self._episodes(asked)
        with self._own_precision():
            parts = [self.model.log_likelihood(episodes, noise, count) + math.log(count) for count in _parts(samples)]
        return float(torch.cat(parts).logsumexp(0)) - math.log(samples)

    @torch.no_grad()
    def occupancy(self, points: object, samples: Samples = 16, seed: Index = 0) -> Tensor:
        """How far points in space are filled, in every sample; see :mod:`gmn.trained.occupancy`.

        Args:
            points: (P, 3) metres in the world's frame: z is up, the object is around the origin.
            samples: S, how many scenes to imagine.
            seed: of the noise.

        Returns:
            (S, P) in 0..1 on the model's device. The mean over samples is how likely a point is filled; its standard
            deviation over samples is how much they disagree.

        Raises:
            UserError: points of another shape, not finite; or the network renders no pictures of MESE's camera.
        """
        points = _numbers(points, "points")
        if points.ndim != 2 or points.shape[1] != 3:
            raise UserError(f"points: got shape {tuple(points.shape)}; wanted (N, 3), metres")
        points = _to_network(self.model, points, "points")
        self._fits(samples, len(points))
        found = []
        with self._own_precision():
            for z in self._samples(samples, seed):
                found.append(torch.cat([occupancy(self.model, z, some) for some in points.split(PLACED)], 1))
        return torch.cat(found)

    def mesh(self, samples: Samples = 16, seed: Index = 0, level: Level | None = None, step: Step = 0.005) -> Trimesh:
        """The surface of what is likely filled, in metres in the world's frame.

        Args:
            samples, seed: as of :meth:`occupancy`, whose mean over samples is cut.
            level: of it where the surface is, between 0 and 1: lower is larger, so that more of what may be there is
                inside. None: where the shape overlaps most with those of the samples,
                :func:`gmn.trained.occupancy.best_level`.
            step: metres between the points that are asked for, 0.001 to 0.05.

        Returns:
            A :class:`trimesh.Trimesh`, closed, its faces outwards. ``vertex_attributes["spread"]`` (V,) is how
            far the surface may be off: the root mean square distance of a vertex to the surfaces of the samples,
            metres; to within about half a ``step``. PLY keeps it; OBJ and STL do not.

        Raises:
            UserError: as for :meth:`occupancy`; or nowhere is as much filled.
        """
        extent = self.model.config.extent
        points, grid = meshes.lattice(extent, step)
        filled = self.occupancy(points, samples, seed).cpu().numpy()
        cut = best_level(filled) if level is None else level
        found = meshes.surface(filled.mean(0), grid, step, cut)
        if found is None:
            raise UserError(
                f"mesh: nowhere is occupancy above {cut:g}, its highest is {filled.mean(0).max():.2g}; "
                "use a lower level, or give more views"
            )
        others = [meshes.surface(sample, grid, step, HALF if level is None else level) for sample in filled]
        found.vertex_attributes[meshes.SPREAD] = meshes.spread(found, others, extent).astype(np.float32)
        return found

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
        raise UserError(f"{name}: unknown modality; this network knows {', '.join(names)}{hint(name, names)}")
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
        senses = senses.cpu().double().numpy()
        _check_range(scale, senses, name)
        senses = torch.from_numpy(scale.scaled(senses))
    return _to_network(model, senses, f"{name}: senses"), queries


def _picture(senses: Tensor, name: str) -> Tensor:
    """Pictures in 0..1."""
    if senses.dtype == torch.uint8:
        if senses.numel() and senses.max() == 1:
            _warn(f"{name}: senses: uint8, but 0 or 1 everywhere: white is 255, or 1.0 in floats")
        return senses.float() / 255
    low, high = (float(edge) for edge in senses.aminmax()) if senses.numel() else (0.0, 0.0)
    if not senses.is_floating_point() or low < -SLACK or high > 1 + SLACK:
        kind = str(senses.dtype).removeprefix("torch.")
        raise UserError(f"{name}: senses: got {kind} from {low:.4g} to {high:.4g}; use uint8 0..255 or floats 0..1")
    if 0 < high <= BLACK:
        _warn(f"{name}: senses: floats up to {high:.2g}, all but black: were they divided by 255 twice?")
    return senses


def _queries(model: GMN, name: str, queries) -> Tensor:
    modality = model.modalities[_index(model, name)]
    queries = _numbers(queries, f"{name}: queries")
    if queries.ndim != 2 or queries.shape[1] != modality.query:
        raise UserError(f"{name}: queries: got shape {tuple(queries.shape)}; wanted (N, {modality.query})")
    if modality.poses in DISTANCES and modality.query == QUERY:
        _check_poses(queries, name, DISTANCES[modality.poses])
    return _to_network(model, queries, f"{name}: queries")


def _check_poses(queries: Tensor, name: str, distance: float) -> None:
    """Queries of MESE: cosine and sine of two angles, some way from the origin."""
    for first, angle in ((3, "pitch"), (5, "yaw")):
        length = torch.linalg.vector_norm(queries[:, first : first + 2].double(), dim=1)
        if (off := (length - 1).abs() > CIRCLE).any():
            k = int(off.nonzero()[0, 0])
            raise UserError(
                f"{name}: queries: at index {k} cosine and sine of the {angle} are {queries[k, first]:.4g} and "
                f"{queries[k, first + 1]:.4g}, on no circle; make queries of poses with gmn.mese.pose.query"
            )
    away = torch.linalg.vector_norm(queries[:, :3].double(), dim=1) / distance
    if ((away > FAR) | (away < 1 / FAR)).any():
        k = int((away.log().abs()).argmax())
        _warn(f"{name}: queries: {away[k] * distance:.3g} m from the origin, in training {distance:.3g} m; use metres")


def _check_range(scale: Scale, readings: np.ndarray, name: str) -> None:
    """Readings of SI units are often outside the trained range, but not so many, nor so far."""
    half = np.maximum(NARROWEST, scale.high - scale.low) / 2
    away = np.abs(readings - (scale.low + scale.high) / 2) / half
    share = (away > BEYOND).mean() if away.size else 0.0
    if share > SHARE:
        _warn(f"{name}: senses: {share:.0%} are more than {BEYOND:g} times as large as in training; use SI units")


def _warn(text: str) -> None:
    warnings.warn(text, stacklevel=2)


def _to_network(model: GMN, values: Tensor, what: str) -> Tensor:
    """On the network's device, in its precision."""
    return _finite(values.to(model.device, model.initial.dtype), what)


def _numbers(values, what: str) -> Tensor:
    """A copy of an array of real numbers."""
    try:
        if not isinstance(values, Tensor):
            array = array_of(values, finite=False)
            values = torch.from_numpy(array.copy() if array.dtype == np.uint8 else array.astype(_plain(array.dtype)))
        if (
            values.dtype not in DTYPES
            or values.layout != torch.strided
            or values.is_nested
            or hasattr(values, "get_mask")
        ):
            raise ValueError(f"not an array of numbers: its dtype is {values.dtype}, its layout {values.layout}")
        tensor = values.detach().clone()
    except (TypeError, ValueError, OverflowError, RuntimeError) as error:
        raise UserError(f"{what}: {error}") from None
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
    whole, rest = divmod(samples, SAMPLED)
    return [SAMPLED] * whole + [rest] * (rest > 0)


def _scale(model: GMN, modality: Modality) -> Scale | None:
    """From SI units to the network's; None where they are the same."""
    scale = model.scales.get(modality.sense)
    return scale and scale.of(modality.channels)


def _centred(values: Tensor) -> Tensor:
    """(S, D) less the mean over samples, float64."""
    values = values.double()
    return values - values.mean(0)


def _told(view: Tensor, before: Tensor) -> float:
    """Share of the variance, ``before`` (S, S), that a ``view`` (S, D) in units of its noise takes away."""
    degrees = len(view) - 1
    left = torch.linalg.inv(view @ view.mT / degrees + torch.eye(len(view)).to(view))
    by_chance = (left.trace() - 1) / degrees  # what is left if the two are independent
    total = before.trace()
    return float((1 - (left * before).sum() / total / by_chance).clamp(0, 1)) if total > NOTHING else 0.0


def _to_units(model: GMN, modality: Modality, means: Tensor) -> Tensor:
    scale = _scale(model, modality)
    return torch.from_numpy(scale.readings(means.cpu().numpy())).to(means) if scale else means
