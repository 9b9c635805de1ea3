"""Regimes: which modalities each scene shows, in training and in validation (Sec. 4, missing modalities).

A combination is a boolean row over the M modalities. ``m8-1-2`` means M = 8 with one or two modalities a
training scene; ``m2`` means M = 2 with all of them; ``m2-heldout`` is ``m2`` without the training scenes whose
shape is held out (:func:`gmn.mese.shape.held_out`), so that new shapes are met in testing only;
``m8-1-2-released`` shows what ``m8-1-2`` shows, to networks that take a missing modality as the release does.
"""

import re
from dataclasses import dataclass
from math import comb
from typing import Annotated

import numpy as np
from pydantic import Field

from gmn.arguments import Amount, Count, checked, listed, numbers
from gmn.errors import UserError


@checked
@dataclass(frozen=True)
class Regime:
    """M modalities, of which each training scene shows between ``low`` and ``high``.

    Attributes:
        name: as :meth:`parse` reads it.
        modalities: M.
        low, high: fewest and most modalities of a training scene.
        held_out: whether some shapes are kept for testing.
        reading: ``released``, or None: that of the settings.
    """

    name: str
    modalities: Annotated[int, Field(ge=1, le=64)]
    low: Count
    high: Count
    held_out: bool = False
    reading: str | None = None

    def __post_init__(self) -> None:
        if not self.low <= self.high <= self.modalities:
            raise UserError(f"regime {self.name}: got {self.low} to {self.high} of {self.modalities} modalities")

    @classmethod
    def parse(cls, name: str) -> "Regime":
        """Read ``m2``, ``m8-1-2`` or either with ``-heldout`` or ``-released``.

        Raises:
            UserError: another form, M not in {2, 5, 8, 14}, or a range outside 1..M.
        """
        match = re.fullmatch(r"m(2|5|8|14)(?:-([1-9]\d?)-([1-9]\d?))?(-heldout)?(?:-(released))?", name)
        if match:
            m, low, high = (int(g or match[1]) for g in match.groups()[:3])
            if low <= high <= m:
                return cls(name, m, low, high, bool(match[4]), match[5])
        raise UserError(
            f"regime: {name!r} is none; use m2, or mM-A-B with M of 2, 5, 8, 14 and 1 <= A <= B <= M, "
            "or one of these with -heldout or -released"
        )

    @property
    def split(self) -> str:
        """The name without its reading: what scenes show."""
        return self.name.removesuffix(f"-{self.reading}")

    @property
    def missing(self) -> bool:
        """Whether scenes show some modalities only."""
        return self.low < self.modalities

    def train_sizes(self) -> np.ndarray:
        """P(size) for sizes 0..M in training: every combination weighs one over its size."""
        sizes = range(self.modalities + 1)
        weight = [comb(self.modalities, k) / k if self.low <= k <= self.high else 0 for k in sizes]
        return np.array(weight) / sum(weight)

    def sample_train(self, rng: np.random.Generator, n: Amount) -> np.ndarray:
        """Combinations of ``n`` training scenes, (n, M) bool; also those of val_missing."""
        return subsets(rng, rng.choice(self.modalities + 1, n, p=self.train_sizes()), self.modalities)

    def sample_full(self, rng: np.random.Generator, n: Amount) -> np.ndarray:
        """Combinations of val_full, (n, M) bool: the size uniform on 1..M, then any of that size."""
        return subsets(rng, rng.integers(1, self.modalities + 1, n), self.modalities)


@checked
def of_reading(names: listed(str), reading: str, default: str) -> dict[str, str]:
    """Split -> name of the regimes among ``names`` whose networks take missing modalities by ``reading``.

    Args:
        names: of regimes.
        reading: ``paper`` or ``released``.
        default: reading of regimes whose name has none.
    """
    regimes = [Regime.parse(name) for name in names]
    return {regime.split: regime.name for regime in regimes if (regime.reading or default) == reading}


@checked
def subsets(rng: np.random.Generator, sizes: numbers(-1, whole=True), m: Count) -> np.ndarray:
    """One uniformly random subset of each size, (n, m) bool."""
    rank = rng.random((len(sizes), m)).argsort(axis=1).argsort(axis=1)
    return rank < sizes[:, None]
