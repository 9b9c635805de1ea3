"""The combinations of modalities of every scene, drawn, kept and counted; :mod:`gmn.data.regime` says which."""

import zlib
from pathlib import Path

import numpy as np
import pandas as pd

from gmn.data.regime import Regime
from gmn.errors import UserError
from gmn.files import read_arrays, write_arrays
from gmn.mese.shape import held_out


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
    rng = np.random.default_rng([seed, zlib.crc32(regime.split.encode())])
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


def save(path: Path, regime: Regime, shown: dict[str, np.ndarray]) -> None:
    """Write the combinations of a regime."""
    write_arrays(path, shown, {"regime": regime.split})


def load(path: Path, regime: Regime) -> dict[str, np.ndarray]:
    """Read what :func:`save` wrote.

    Raises:
        UserError: the file is missing, damaged, or of another regime.
    """
    return read_arrays(path, "make it again with `dvc repro split split-missing`", regime=regime.split)


def frequencies(shown: dict[str, np.ndarray], names: list[str]) -> pd.DataFrame:
    """Frequency of each combination: size, modalities, and a column of counts per part of the split."""
    m = len(names)
    keys = {part: np.sort(rows @ (1 << np.arange(m))) for part, rows in shown.items()}
    counts = {part: pd.Series(key).value_counts() for part, key in keys.items()}
    table = pd.DataFrame(counts).fillna(0).astype(int)
    picked = (table.index.to_numpy()[:, None] >> np.arange(m)) & 1
    table.insert(0, "size", picked.sum(1))
    table.insert(1, "modalities", [" ".join(np.array(names)[row.astype(bool)]) for row in picked])
    return table.rename_axis("code").reset_index().sort_values(["size", "code"]).drop(columns="code")
