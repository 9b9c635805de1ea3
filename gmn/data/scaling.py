"""Scaling of what is sensed in physical units, such as the 132 haptic readings, to about [-1, 1].

``minmax`` is the paper's: the extremes of the original data set the scale, so that most readings sit in a
narrow band. ``robust`` (default at small scale) puts the 1st and 99th percentile of the training set at -1
and 1 and saturates beyond, as a sensor of limited range would.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from gmn.data.modalities import HAPTICS, Modality
from gmn.mese.channels import NARROWEST, channels


@dataclass(frozen=True)
class Scale:
    """``2 (x - low) / max(0.1, high - low) - 1`` per reading, clipped to [-1, 1] where ``saturate``."""

    low: np.ndarray
    high: np.ndarray
    saturate: bool

    @classmethod
    def fitted(cls, sense: str, kind: str, statistics: Mapping) -> "Scale":
        """The scale of a sense.

        Args:
            sense: its name; the original data's extremes are known of ``haptics``, the training set's serve for others.
            kind: ``minmax`` or ``robust``.
            statistics: of the training set, as :func:`gmn.data.produce.channel_statistics` makes them.
        """
        if kind == "robust":
            return cls(np.array(statistics["p1"]), np.array(statistics["p99"]), saturate=True)
        low, high = (
            [getattr(c, f"original_{end}") for c in channels()] if sense == HAPTICS else statistics[end]
            for end in ("min", "max")
        )
        return cls(np.array(low), np.array(high), saturate=False)

    def of(self, channels: tuple[int, ...]) -> "Scale":
        """The scale of some of the readings, in that order."""
        return Scale(self.low[list(channels)], self.high[list(channels)], self.saturate)

    @property
    def _unit(self) -> np.ndarray:
        return np.maximum(NARROWEST, self.high - self.low) / 2

    def scaled(self, readings: np.ndarray) -> np.ndarray:
        """Readings (..., D) in SI units to network units, float32."""
        scaled = (readings - self.low) / self._unit - 1
        return (np.clip(scaled, -1, 1) if self.saturate else scaled).astype(np.float32)

    def readings(self, scaled: np.ndarray) -> np.ndarray:
        """The inverse of :meth:`scaled`, up to saturation."""
        return (np.asarray(scaled, dtype=np.float64) + 1) * self._unit + self.low


Scales = Mapping[str, Scale]  # by sense; senses that come in network units, such as pictures, have none


def fitted_scales(modalities: Iterable[Modality], kind: str, manifest: Mapping) -> dict[str, Scale]:
    """The scales of those senses of which a training set's manifest has statistics, see :meth:`Scale.fitted`."""
    senses = dict.fromkeys(modality.sense for modality in modalities)
    return {sense: Scale.fitted(sense, kind, manifest[sense]) for sense in senses if sense in manifest}
