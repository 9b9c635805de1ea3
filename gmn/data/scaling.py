"""Scaling of the 132 haptic readings to about [-1, 1].

``minmax`` is the paper's: the extremes of the original data set the scale, so that most readings sit in a
narrow band. ``robust`` (default at small scale) puts the 1st and 99th percentile of the training set at -1
and 1 and saturates beyond, as a sensor of limited range would.
"""

from dataclasses import dataclass

import numpy as np

from gmn.mese.channels import NARROWEST, channels


@dataclass(frozen=True)
class HapticScale:
    """``2 (x - low) / max(0.1, high - low) - 1`` per reading, clipped to [-1, 1] where ``saturate``."""

    low: np.ndarray
    high: np.ndarray
    saturate: bool

    @classmethod
    def make(cls, kind: str, statistics: dict) -> "HapticScale":
        """``kind`` ``minmax`` or ``robust``; ``statistics`` are those in the training set's manifest."""
        if kind == "minmax":
            low, high = ([getattr(c, f"original_{end}") for c in channels()] for end in ("min", "max"))
            return cls(np.array(low), np.array(high), saturate=False)
        return cls(np.array(statistics["p1"]), np.array(statistics["p99"]), saturate=True)

    def of(self, channels: tuple[int, ...]) -> "HapticScale":
        """The scale of some of the readings, in that order."""
        return HapticScale(self.low[list(channels)], self.high[list(channels)], self.saturate)

    @property
    def _unit(self) -> np.ndarray:
        return np.maximum(NARROWEST, self.high - self.low) / 2

    def scaled(self, readings: np.ndarray) -> np.ndarray:
        """Readings (..., 132) in SI units to network units, float32."""
        scaled = (readings - self.low) / self._unit - 1
        return (np.clip(scaled, -1, 1) if self.saturate else scaled).astype(np.float32)

    def readings(self, scaled: np.ndarray) -> np.ndarray:
        """The inverse of :meth:`scaled`, up to saturation."""
        return (np.asarray(scaled, dtype=np.float64) + 1) * self._unit + self.low
