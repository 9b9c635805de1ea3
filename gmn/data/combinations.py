"""Regimes: which modalities each scene shows, in training and in validation (Sec. 4, missing modalities).

A combination is a boolean row over the M modalities. ``m8-1-2`` means M = 8 with one or two modalities a
training scene; ``m2`` means M = 2 with all of them; ``m2-heldout`` is ``m2`` without the training scenes whose
shape is held out (:func:`gmn.mese.shape.held_out`), so that new shapes are met in testing only.
"""

import re
import zlib
from dataclasses import dataclass
from math import comb
from pathlib import Path

import numpy as np
import pandas as pd
from safetensors import SafetensorError
from safetensors.numpy import load_file

from gmn.data.shards import write_shard
from gmn.errors import UserError
from gmn.mese.shape import held_out


@dataclass(frozen=True)
class Regime:
    """M modalities, of which each training scene shows between ``low`` and ``high``; of all shapes or the kept ones."""

    name: str
    modalities: int
    low: int
    high: int
    held_out: bool

    @classmethod
    def parse(cls, name: str) -> "Regime":
        """Read ``m2``, ``m8-1-2`` or either with ``-heldout``.

        Raises:
            UserError: another form, M not in {2, 5, 8, 14}, or a range outside 1..M.
        """
        match = re.fullmatch(r"m(\d+)(?:-(\d+)-(\d+))?(-heldout)?", name)
        if match:
            m, low, high = (int(g) if g else None for g in match.groups()[:3])
            regime = cls(name, m, m if low is None else low, m if high is None else high, bool(match[4]))
            if m in (2, 5, 8, 14) and 1 <= regime.low <= regime.high <= m:
                return regime
        raise UserError(
            f"regime: {name!r} is none; use m2, or mM-A-B with M of 2, 5, 8, 14 and 1 <= A <= B <= M, "
            "or one of these with -heldout"
        )

    @property
    def missing(self) -> bool:
        """Whether scenes show some modalities only."""
        return self.low < self.modalities

    def train_sizes(self) -> np.ndarray:
        """P(size) for sizes 0..M in training: every combination weighs one over its size."""
        sizes = range(self.modalities + 1)
        weight = [comb(self.modalities, k) / k if self.low <= k <= self.high else 0 for k in sizes]
        return np.array(weight) / sum(weight)

    def sample_train(self, rng: np.random.Generator, n: int) -> np.ndarray:
        """Combinations of ``n`` training scenes, (n, M) bool; also those of val_missing."""
        return subsets(rng, rng.choice(self.modalities + 1, n, p=self.train_sizes()), self.modalities)

    def sample_full(self, rng: np.random.Generator, n: int) -> np.ndarray:
        """Combinations of val_full, (n, M) bool: the size uniform on 1..M, then any of that size."""
        return subsets(rng, rng.integers(1, self.modalities + 1, n), self.modalities)


def subsets(rng: np.random.Generator, sizes: np.ndarray, m: int) -> np.ndarray:
    """One uniformly random subset of each size, (n, m) bool."""
    rank = rng.random((len(sizes), m)).argsort(axis=1).argsort(axis=1)
    return rank < sizes[:, None]


def draw(regime: Regime, walks: np.ndarray, val: int, seed: int) -> dict[str, np.ndarray]:
    """The combinations of every scene: ``train`` (N, M), ``val_missing`` and ``val_full`` (val, M), bool.

    Args:
        regime: what scenes show.
        walks: shapes of the N training scenes, (N, n, 3); a row of ``train`` is all False where the shape is held out.
        val: validation scenes.
        seed: of the draw.

    Raises:
        UserError: no training scene is left.
    """
    rng = np.random.default_rng([seed, zlib.crc32(regime.name.encode())])
    complete = regime.low == regime.modalities
    train = regime.sample_train(rng, len(walks))
    if regime.held_out:
        train &= ~np.array([held_out(walk) for walk in walks])[:, None]
    if not train.any():
        raise UserError(f"regime {regime.name}: none of the {len(walks)} training scenes can be used; simulate more")
    return {
        "train": train,
        "val_missing": regime.sample_train(rng, val),
        "val_full": regime.sample_train(rng, val) if complete else regime.sample_full(rng, val),
    }


def save(path: Path, shown: dict[str, np.ndarray]) -> None:
    """Write combinations as safetensors, atomically."""
    write_shard(path, shown)


def load(path: Path) -> dict[str, np.ndarray]:
    """Read what :func:`save` wrote.

    Raises:
        UserError: the file is missing or damaged.
    """
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise UserError(f"{path}: cannot be read ({error}); make it again with `dvc repro split`") from None


def frequencies(shown: dict[str, np.ndarray], names: list[str]) -> pd.DataFrame:
    """How often each combination occurs: size, modalities, and a column of counts per part of the split."""
    m = len(names)
    keys = {part: np.sort(rows @ (1 << np.arange(m))) for part, rows in shown.items()}
    counts = {part: pd.Series(key).value_counts() for part, key in keys.items()}
    table = pd.DataFrame(counts).fillna(0).astype(int)
    picked = (table.index.to_numpy()[:, None] >> np.arange(m)) & 1
    table.insert(0, "size", picked.sum(1))
    table.insert(1, "modalities", [" ".join(np.array(names)[row.astype(bool)]) for row in picked])
    return table.rename_axis("code").reset_index().sort_values(["size", "code"]).drop(columns="code")
