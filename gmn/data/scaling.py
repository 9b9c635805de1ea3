"""Scaling of what is sensed in physical units, such as the 132 haptic readings, to about [-1, 1].

``minmax`` is the paper's: the extremes of the original data set the scale, so that most readings sit in a
narrow band. ``robust`` (default at small scale) puts the 1st and 99th percentile of the training set at -1
and 1 and saturates beyond, as a sensor of limited range would.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from gmn.arguments import Index, checked, listed, numbers
from gmn.data.modalities import HAPTICS, Modality
from gmn.errors import UserError
from gmn.mese.channels import NARROWEST, channels


@checked
@dataclass(frozen=True)
class Scale:
    """``2 (x - low) / max(0.1, high - low) - 1`` per reading, clipped to [-1, 1] where ``saturate``."""

    low: numbers(-1)
    high: numbers(-1)
    saturate: bool

    def __post_init__(self) -> None:
        if self.low.shape != self.high.shape or (self.low > self.high).any():
            raise UserError(
                f"high: got {len(self.high)} for {len(self.low)} of low; give one each, never the lower one"
            )

    @classmethod
    def fitted(cls, sense: str, kind: Literal["minmax", "robust"], statistics: Mapping[str, Any]) -> "Scale":
        """The scale of a sense.

        Args:
            sense: its name; the original data's extremes are known of ``haptics``, the training set's serve for others.
            kind: ``minmax`` or ``robust``.
            statistics: of the training set, as :func:`gmn.data.produce.channel_statistics` makes them.
        """
        wanted = ("p1", "p99") if kind == "robust" else ("min", "max")
        if lacking := [key for key in wanted if key not in statistics]:
            raise UserError(f"statistics: no {lacking[0]!r}; give those of a set's manifest")
        if kind == "robust":
            return cls(np.array(statistics["p1"]), np.array(statistics["p99"]), saturate=True)
        low, high = (
            [getattr(c, f"original_{end}") for c in channels()] if sense == HAPTICS else statistics[end]
            for end in ("min", "max")
        )
        return cls(np.array(low), np.array(high), saturate=False)

    def of(self, channels: listed(Index)) -> "Scale":
        """The scale of some of the readings, in that order."""
        if bad := [channel for channel in channels if channel >= len(self.low)]:
            raise UserError(f"channels: got {bad[0]}; there are {len(self.low)} readings, from 0")
        return Scale(self.low[list(channels)], self.high[list(channels)], self.saturate)

    def _fits(self, name: str, values: np.ndarray) -> None:
        if values.shape[-1] != len(self.low):
            raise UserError(f"{name}: got shape {values.shape}; wanted (..., {len(self.low)})")

    @property
    def _unit(self) -> np.ndarray:
        return np.maximum(NARROWEST, self.high - self.low) / 2

    def scaled(self, readings: numbers(..., -1)) -> np.ndarray:
        """Readings (..., D) in SI units to network units, float32."""
        self._fits("readings", readings)
        scaled = (readings - self.low) / self._unit - 1
        return (np.clip(scaled, -1, 1) if self.saturate else scaled).astype(np.float32)

    def readings(self, scaled: numbers(..., -1)) -> np.ndarray:
        """The inverse of :meth:`scaled`, up to saturation."""
        self._fits("scaled", scaled)
        return (np.asarray(scaled, dtype=np.float64) + 1) * self._unit + self.low


Scales = Mapping[str, Scale]  # by sense; senses that come in network units, such as pictures, have none


@checked
def fitted_scales(modalities: listed(Modality), kind: str, manifest: Mapping[str, Any]) -> dict[str, Scale]:
    """The scales of those senses of which a training set's manifest has statistics, see :meth:`Scale.fitted`."""
    senses = dict.fromkeys(modality.sense for modality in modalities)
    # pyrefly: ignore[bad-argument-type]
    return {sense: Scale.fitted(sense, kind, manifest[sense]) for sense in senses if sense in manifest}
