"""Intervals: the bootstrap over scenes."""

from typing import NamedTuple

import numpy as np

RESAMPLES = 2000


class Interval(NamedTuple):
    """A mean and its 95 % interval."""

    mean: float
    low: float
    high: float


def bootstrap(values, seed: int = 0) -> Interval:
    """Mean of ``values`` (scenes,) with the percentile bootstrap's 95 % interval over scenes.

    For a difference of two models pass the scenes' differences: the bootstrap is then paired.
    """
    values = np.asarray(values, dtype=np.float64)
    resampled = np.random.default_rng(seed).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.percentile(values[resampled].mean(axis=1), [2.5, 97.5])
    return Interval(float(values.mean()), float(low), float(high))
