"""Training and validation batches: a pure function of (seed, step), so there is no loader state to save."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import torch

from gmn.arguments import Index, checked, numbers, shown
from gmn.data.episodes import Episodes
from gmn.data.phases import Phases
from gmn.data.reader import Reader
from gmn.data.settings import Contexts
from gmn.data.symmetries import VARIANTS, Variant
from gmn.data.views import PAPERS, draw_views, shown_in_training
from gmn.errors import UserError


@checked
class TrainingBatches:
    """Batch ``step`` of a run.

    Args:
        reader: of the training set.
        combinations: (N, M) bool, what each scene shows; scenes that show nothing are left out.
        phases: how many scenes and views at which step.
        seed: of the run.
        reading: ``paper`` or ``released``.
        missing: whether the regime leaves modalities out.
        shares: of scenes with rare contexts.
        symmetries: use the world's symmetries as further data: N scenes become 24 N, those on disk first.
        own: the scenes of a batch of B that this process reads.
    """

    def __init__(
        self,
        reader: Reader,
        combinations: np.ndarray,
        phases: Phases,
        seed: Index,
        reading: Literal["paper", "released"],
        missing: bool,
        shares: Contexts = PAPERS,
        symmetries: bool = False,
        own: Callable[[int], slice] = lambda batch: slice(None),
    ):
        self.reader, self.combinations, self.phases, self.own = reader, combinations, phases, own
        self.seed, self.reading, self.missing = seed, reading, missing
        self.shares = shares
        if combinations.ndim != 2 or combinations.dtype != bool or not combinations.any():
            raise UserError(f"combinations: got {shown(combinations)}; give (N, M) bool, of which one is true at least")
        self._usable = np.flatnonzero(combinations.any(1))
        self.every = len(self._usable) * (VARIANTS if symmetries else 1)
        self._epoch: tuple[int, np.ndarray] | None = None

    def _order(self, epoch: int) -> np.ndarray:
        kept = self._epoch
        if kept is None or kept[0] != epoch:
            rng = np.random.default_rng([self.seed, 1, epoch])
            kept = self._epoch = (epoch, rng.permutation(self.every))
        return kept[1]

    def __getitem__(self, step: int) -> Episodes:
        phase = self.phases.at(step)
        places = self.phases.scenes_before(step) + np.arange(phase.scenes)
        drawn = np.array([self._order(int(p // self.every))[p % self.every] for p in places])
        number, place = np.divmod(drawn % self.phases.drawn_from(step, self.every), len(self._usable))
        indices, variant = self._usable[place], Variant.of_numbers(number)
        rng = np.random.default_rng([self.seed, 2, step])
        shown = shown_in_training(rng, self.combinations[indices], self.reading, self.missing, self.shares.alone)
        context, target = draw_views(rng, shown, phase.views, self.reading, shares=self.shares)
        own, views = self.own(phase.scenes), self.reader.views
        episodes = self.reader.read(indices[own], variant.of(own))
        if phase.views < views:
            chosen = rng.random((len(indices), views)).argsort(axis=1)[:, : phase.views]
            episodes = episodes.of_views(torch.from_numpy(chosen[own]))
        return episodes.with_views(context[:, own], target[:, own])


@checked
def validation_batch(
    reader: Reader,
    combinations: np.ndarray,
    indices: numbers(-1, whole=True),
    seed: Index,
    reading: Literal["paper", "released"],
) -> Episodes:
    """Scenes ``indices`` with views that depend on (seed, first index) only."""
    if not len(indices) or indices.min() < 0 or indices.max() >= len(combinations):
        raise UserError(f"indices: got {list(indices)}; give some of 0 to {len(combinations) - 1}")
    rng = np.random.default_rng([seed, 3, int(indices[0])])
    return reader.read(indices).with_views(*draw_views(rng, combinations[indices], reader.views, reading))
