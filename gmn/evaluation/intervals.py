"""Intervals: the bootstrap over scenes, and over training seeds where there are several."""

from collections.abc import Callable
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field

from gmn.arguments import Count, Index, checked, numbers
from gmn.errors import UserError

RESAMPLES = 2000
Sample = numbers(..., -1, finite=False)  # NaN where a scene has no such number
Confidence = Annotated[float, Field(gt=0, lt=1)]


class Interval(NamedTuple):
    """A mean and its 95 % interval."""

    mean: float
    low: float
    high: float

    def described(self) -> dict[str, float | None]:
        """As reports write it: four significant digits, None for NaN."""
        return {k: None if np.isnan(v) else float(f"{v:.4g}") for k, v in self._asdict().items()}


@checked
def bootstrap(values: Sample, seed: Index = 0, block: Count = 1) -> Interval:
    """Mean with the percentile bootstrap's 95 % interval.

    Args:
        values: (scenes,) or (seeds, scenes): every training seed answered the same scenes. Both axes are
            resampled, each as a whole. For a difference of two models pass the scenes' differences: the
            bootstrap is then paired.
        seed: of the resampling.
        block: so many scenes after one another are resampled together, where they depend on each other.
    """
    return interval_of(lambda resampled: resampled.mean(-1), values, seed=seed, block=block)


@checked
def interval_of(
    statistic: Callable, *samples, seed: Index = 0, confidence: Confidence = 0.95, block: Count = 1
) -> Interval:
    """A statistic of one or more paired samples, with the percentile bootstrap's 95 % interval.

    Args:
        statistic: maps arrays (..., n), one per sample, to (...).
        samples: (scenes,) or (seeds, scenes) each; scenes and seeds are resampled together.
        seed: of the resampling.
        confidence: of the interval; nearer to 1 where many are read together.
        block: as of :func:`bootstrap`; scenes are a multiple of it.
    """
    samples = [np.atleast_2d(np.asarray(sample, dtype=np.float64)) for sample in samples]
    if len({sample.shape for sample in samples}) != 1 or samples[0].ndim != 2 or not samples[0].size:
        raise UserError(
            f"samples: got shapes {[s.shape for s in samples]}; give one of (scenes,) or (seeds, scenes) for all"
        )
    seeds, scenes = samples[0].shape
    if scenes % block:
        raise UserError(f"block: got {block} of {scenes} scenes; use a divisor")
    rng = np.random.default_rng(seed)
    first = block * rng.integers(scenes // block, size=(RESAMPLES, 1, scenes // block, 1))
    scene = (first + np.arange(block)).reshape(RESAMPLES, 1, scenes)
    run = rng.integers(seeds, size=(RESAMPLES, seeds, 1))
    resampled = statistic(*(sample[run, scene].reshape(RESAMPLES, -1) for sample in samples))
    low, high = np.quantile(resampled, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(statistic(*(sample.ravel() for sample in samples))), float(low), float(high))


@checked
def share_explained(errors: Sample, variances: Sample) -> Interval:
    """1 - mean error / mean variance, with its interval; (scenes,) or (seeds, scenes) each, paired."""
    return interval_of(lambda error, variance: 1 - error.mean(-1) / variance.mean(-1), errors, variances)


@checked
def ratio_of_means(above: Sample, below: Sample, seed: Index = 0) -> Interval:
    """Ratio of the means of two independent samples, with the percentile bootstrap's 95 % interval."""
    rng = np.random.default_rng(seed)
    samples = [np.asarray(sample, dtype=np.float64) for sample in (above, below)]
    if not all(sample.size and sample.ndim == 1 for sample in samples):
        raise UserError(f"above, below: got shapes {[s.shape for s in samples]}; give (n,) each, of one at least")
    drawn = [sample[rng.integers(len(sample), size=(RESAMPLES, len(sample)))].mean(1) for sample in samples]
    low, high = np.quantile(drawn[0] / drawn[1], [0.025, 0.975])
    return Interval(float(samples[0].mean() / samples[1].mean()), float(low), float(high))
