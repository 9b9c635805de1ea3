"""Training and evaluation batches: a pure function of (seed, step), so there is no loader state to save.

Shape letters: B scenes, M modalities, V views, K episodes per scene (training makes two: the second swaps
contexts and targets), Q = 7 numbers of a query.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import permutations
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gmn.data.lessons import Lessons
from gmn.data.modalities import HAPTICS, POSES, VISION, Modality
from gmn.data.scaling import HapticScale
from gmn.data.shards import SceneSet
from gmn.mese import pose


@dataclass(frozen=True)
class Episodes:
    """Scenes with their context C and observation O.

    Attributes:
        senses: per modality, (B, V, ...) float32: pictures in 0..1, readings scaled.
        queries: per modality, (B, V, 7) float32.
        context: (K, B, M, V) bool, the views in C.
        target: (K, B, M, V) bool, the views in O.
    """

    senses: list[Tensor]
    queries: list[Tensor]
    context: Tensor
    target: Tensor

    def to(self, device: torch.device | str) -> "Episodes":
        return Episodes(
            [s.to(device, non_blocking=True) for s in self.senses],
            [q.to(device, non_blocking=True) for q in self.queries],
            self.context.to(device, non_blocking=True),
            self.target.to(device, non_blocking=True),
        )

    def with_views(self, context: Tensor, target: Tensor) -> "Episodes":
        """The same scenes with other contexts and targets, both (K, B, M, V) bool."""
        return replace(self, context=context, target=target)

    def of_views(self, chosen: Tensor) -> "Episodes":
        """The same scenes reduced to the views ``chosen`` (B, v) of every sense."""
        scene = torch.arange(len(chosen))[:, None]
        b, m, v = len(chosen), len(self.senses), chosen.shape[1]
        return Episodes(
            [s[scene, chosen] for s in self.senses],
            [q[scene, chosen] for q in self.queries],
            *(torch.zeros(1, b, m, v, dtype=torch.bool) for _ in range(2)),
        )


class Variant(NamedTuple):
    """Scenes that are as likely and as true as those on disk: the world turned, its colour channels permuted.

    Attributes:
        turn: multiples of 90 degrees about the vertical, (B,) radians.
        colours: which channel of the disk's each channel is, (B, 3).
    """

    turn: np.ndarray
    colours: np.ndarray

    @classmethod
    def none(cls, b: int) -> "Variant":
        return cls(np.zeros(b), np.tile(np.arange(3), (b, 1)))

    @classmethod
    def of_numbers(cls, k: np.ndarray) -> "Variant":
        """Those of numbers ``k`` (B,) below :data:`VARIANTS`; 0 is the scene on disk."""
        return cls(k % TURNS * np.pi / 2, COLOURS[k // TURNS])

    def of(self, own: slice) -> "Variant":
        return Variant(self.turn[own], self.colours[own])


TURNS = 4
COLOURS = np.array(list(permutations(range(3))))  # the first is the disk's
VARIANTS = TURNS * len(COLOURS)


class SceneReader:
    """Reads scenes as modalities.

    Args:
        scenes: the set.
        modalities: what to cut it into.
        scale: of the haptic readings.
    """

    def __init__(self, scenes: SceneSet, modalities: tuple[Modality, ...], scale: HapticScale):
        self.scenes, self.modalities, self.scale = scenes, modalities, scale
        self.views = int(scenes.settings["views"])

    def __len__(self) -> int:
        return len(self.scenes)

    def read(self, indices: np.ndarray, variant: "Variant | None" = None) -> Episodes:
        """Scenes ``indices``, each as its ``variant`` if there is one; no view in context or target yet."""
        b, m = len(indices), len(self.modalities)
        turn, colours = variant or Variant.none(b)
        whole, queries = {}, {}
        for array in sorted({modality.array for modality in self.modalities}):
            values = self.scenes.read(array, indices)
            if array == "haptics":
                whole[array] = self.scale.scaled(values)
            else:
                scenes = zip(values, colours, strict=True)
                whole[array] = np.stack([np.moveaxis(scene, -1, 1)[:, order] for scene, order in scenes])
        for sense in (VISION, HAPTICS):
            poses = self.scenes.read(POSES[sense], indices)
            queries[sense] = torch.from_numpy(pose.turn_query(pose.query(poses), turn[:, None]))
        return Episodes(
            senses=[_tensor(modality.cut(whole[modality.array])) for modality in self.modalities],
            queries=[queries[modality.sense] for modality in self.modalities],
            context=torch.zeros(1, b, m, self.views, dtype=torch.bool),
            target=torch.zeros(1, b, m, self.views, dtype=torch.bool),
        )


def _tensor(values: np.ndarray) -> Tensor:
    tensor = torch.from_numpy(np.ascontiguousarray(values))
    return tensor.float().div_(255) if tensor.dtype == torch.uint8 else tensor.float()


def draw_views(
    rng: np.random.Generator, shown: np.ndarray, views: int, reading: str, shuffle: bool = True, few: float = 0.0
) -> tuple[Tensor, Tensor]:
    """Context and target of scenes and of their swapped copies.

    Each shown modality gets a context of U{0..V} views, the rest are its targets, modality by modality
    (Sec. 4). What happens to a modality that is not shown is where the text and the authors' code differ:
    ``paper`` hides it from both, ``released`` keeps all its views as targets.

    Args:
        rng: random stream.
        shown: (B, M) bool, the modalities of each scene.
        views: V.
        reading: ``paper`` or ``released``.
        shuffle: draw which views, or take the first ones as context.
        few: share of scenes whose context in the first copy has U{0..1} views of each modality.

    Returns:
        context and target, (2, B, M, V) bool; copy 1 is copy 0 swapped.
    """
    b, m = shown.shape
    rank = rng.random((b, m, views)).argsort(axis=2) if shuffle else np.broadcast_to(np.arange(views), (b, m, views))
    visible = shown if reading == "paper" else np.ones_like(shown)
    count = np.zeros((b, m), int)
    undecided = np.ones(b, bool)
    while undecided.any():  # at least one target in the first copy
        count[undecided] = rng.integers(0, views + 1, (int(undecided.sum()), m))
        count = np.where(shown, count, 0)
        undecided = ((views - count) * visible).sum(1) == 0
    if few:
        count = np.where((rng.random((b, 1)) < few) & shown, rng.integers(0, min(2, views), (b, m)), count)
    context = (rank < count[..., None]) & shown[..., None]
    target = visible[..., None] & ~context
    return torch.from_numpy(np.stack([context, target])), torch.from_numpy(np.stack([target, context]))


def shown_in_training(
    rng: np.random.Generator, combinations: np.ndarray, reading: str, missing: bool, alone: float = 0.0
) -> np.ndarray:
    """The modalities in the context of training scenes, (B, M) bool.

    Where no modality is missing by design the text has all that the scene has, or one alone in a share
    ``alone`` of the scenes; the release a random subset of them.
    """
    if missing:
        return combinations
    b, m = combinations.shape
    size = np.where(rng.random(b) < alone, 1, m) if reading == "paper" else rng.integers(1, m + 1, b)
    return rng.random((b, m)).argsort(axis=1).argsort(axis=1) < size[:, None]


class TrainingBatches:
    """Batch ``step`` of a run.

    Args:
        reader: of the training set.
        combinations: (N, M) bool, what each scene shows; scenes that show nothing are left out.
        lessons: how many scenes and views at which step.
        seed: of the run.
        reading: ``paper`` or ``released``.
        missing: whether the regime leaves modalities out.
        alone: share of scenes that show one modality alone, see :func:`shown_in_training`.
        few: share of scenes with a context of no or one view of each modality, see :func:`draw_views`.
        symmetries: use the world's symmetries as further data: N scenes become 24 N, those on disk first.
        own: the scenes of a batch of B that this process reads.
    """

    def __init__(
        self,
        reader: SceneReader,
        combinations: np.ndarray,
        lessons: Lessons,
        seed: int,
        reading: str,
        missing: bool,
        alone: float = 0.0,
        few: float = 0.0,
        symmetries: bool = False,
        own: Callable[[int], slice] = lambda batch: slice(None),
    ):
        self.reader, self.combinations, self.lessons, self.own = reader, combinations, lessons, own
        self.seed, self.reading, self.missing = seed, reading, missing
        self.alone, self.few = alone, few
        self._usable = np.flatnonzero(combinations.any(1))
        self.every = len(self._usable) * (VARIANTS if symmetries else 1)
        self._epoch: tuple[int, np.ndarray] | None = None

    def _order(self, epoch: int) -> np.ndarray:
        if self._epoch is None or self._epoch[0] != epoch:
            rng = np.random.default_rng([self.seed, 1, epoch])
            self._epoch = (epoch, rng.permutation(self.every))
        return self._epoch[1]

    def __getitem__(self, step: int) -> Episodes:
        lesson = self.lessons.at(step)
        places = self.lessons.scenes_before(step) + np.arange(lesson.scenes)
        drawn = np.array([self._order(int(p // self.every))[p % self.every] for p in places])
        number, place = np.divmod(drawn % self.lessons.drawn_from(step, self.every), len(self._usable))
        indices, variant = self._usable[place], Variant.of_numbers(number)
        rng = np.random.default_rng([self.seed, 2, step])
        shown = shown_in_training(rng, self.combinations[indices], self.reading, self.missing, self.alone)
        context, target = draw_views(rng, shown, lesson.views, self.reading, few=self.few)
        own, views = self.own(lesson.scenes), self.reader.views
        episodes = self.reader.read(indices[own], variant.of(own))
        if lesson.views < views:
            chosen = rng.random((len(indices), views)).argsort(axis=1)[:, : lesson.views]
            episodes = episodes.of_views(torch.from_numpy(chosen[own]))
        return episodes.with_views(context[:, own], target[:, own])


def validation_batch(
    reader: SceneReader, combinations: np.ndarray, indices: np.ndarray, seed: int, reading: str
) -> Episodes:
    """Scenes ``indices`` with views that depend on (seed, first index) only."""
    rng = np.random.default_rng([seed, 3, int(indices[0])])
    return reader.read(indices).with_views(*draw_views(rng, combinations[indices], reader.views, reading))
