"""Intervals: the bootstrap over scenes, and over training seeds where there are several."""

from typing import NamedTuple

import numpy as np

RESAMPLES = 2000


class Interval(NamedTuple):
    """A mean and its 95 % interval."""

    mean: float
    low: float
    high: float

    def described(self) -> dict[str, float | None]:
        """As reports write it: four significant digits, None for NaN."""
        return {k: None if np.isnan(v) else float(f"{v:.4g}") for k, v in self._asdict().items()}


def bootstrap(values, seed: int = 0, block: int = 1) -> Interval:
    """Mean with the percentile bootstrap's 95 % interval.

    Args:
        values: (scenes,) or (seeds, scenes): every training seed answered the same scenes. Both axes are
            resampled, each as a whole. For a difference of two models pass the scenes' differences: the
            bootstrap is then paired.
        seed: of the resampling.
        block: so many scenes after one another are resampled together, where they depend on each other.
    """
    return interval_of(lambda resampled: resampled.mean(-1), values, seed=seed, block=block)


def interval_of(statistic, *samples, seed: int = 0, confidence: float = 0.95, block: int = 1) -> Interval:
    """A statistic of one or more paired samples, with the percentile bootstrap's 95 % interval.

    Args:
        statistic: maps arrays (..., n), one per sample, to (...).
        samples: (scenes,) or (seeds, scenes) each; scenes and seeds are resampled together.
        seed: of the resampling.
        confidence: of the interval; nearer to 1 where many are read together.
        block: as of :func:`bootstrap`; scenes are a multiple of it.
    """
    samples = [np.atleast_2d(np.asarray(sample, dtype=np.float64)) for sample in samples]
    seeds, scenes = samples[0].shape
    rng = np.random.default_rng(seed)
    first = block * rng.integers(scenes // block, size=(RESAMPLES, 1, scenes // block, 1))
    scene = (first + np.arange(block)).reshape(RESAMPLES, 1, scenes)
    run = rng.integers(seeds, size=(RESAMPLES, seeds, 1))
    resampled = statistic(*(sample[run, scene].reshape(RESAMPLES, -1) for sample in samples))
    low, high = np.quantile(resampled, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(statistic(*(sample.ravel() for sample in samples))), float(low), float(high))


def share_explained(errors, variances) -> Interval:
    """1 - mean error / mean variance, with its interval; (scenes,) or (seeds, scenes) each, paired."""
    return interval_of(lambda error, variance: 1 - error.mean(-1) / variance.mean(-1), errors, variances)


def ratio_of_means(above, below, seed: int = 0) -> Interval:
    """Ratio of the means of two independent samples, with the percentile bootstrap's 95 % interval."""
    rng = np.random.default_rng(seed)
    samples = [np.asarray(sample, dtype=np.float64) for sample in (above, below)]
    drawn = [sample[rng.integers(len(sample), size=(RESAMPLES, len(sample)))].mean(1) for sample in samples]
    low, high = np.quantile(drawn[0] / drawn[1], [0.025, 0.975])
    return Interval(float(samples[0].mean() / samples[1].mean()), float(low), float(high))
