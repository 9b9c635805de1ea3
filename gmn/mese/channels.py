"""The 132 haptic readings: name, kind, place on the hand, range in the original data.

The tables of this package are read, not interpreted: columns are named and in SI units unless the name says mm.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

FINGERS = ("thumb", "index", "middle", "ring", "pinky")
NARROWEST = 0.1  # least range of a reading in scalings; the paper's value

UNITS = {
    "jointpos": "rad",
    "jointvel": "rad/s",
    "actuatorpos": "rad",
    "actuatorvel": "rad/s",
    "actuatorfrc": "N m",
    "accelerometer": "m/s^2",
    "gyro": "rad/s",
    "touch": "N",
}


def table(name: str) -> list[dict[str, str]]:
    """Rows of one of the hand's tables."""
    # pyrefly: ignore[bad-argument-type, no-matching-overload]
    with (resources.files(__package__) / "tables" / f"{name}.csv").open(newline="") as rows:
        return list(csv.DictReader(rows))


@dataclass(frozen=True)
class Channel:
    """One of the 132 haptic readings, as in the rows of tables/channels.csv."""

    name: str
    kind: str
    half: int  # 0: thumb, index, middle; 1: ring, pinky, touch, wrist
    part: str
    original_min: float
    original_max: float

    @property
    def unit(self) -> str:
        return UNITS[self.kind]

    @property
    def original_range(self) -> float:
        """Largest minus smallest value in the original data, at least 0.1."""
        return max(NARROWEST, self.original_max - self.original_min)


@cache
def channels() -> tuple[Channel, ...]:
    """The 132 readings in sensor order."""
    return tuple(
        Channel(
            name="_".join(filter(None, (row["kind"], row["channel"], row["component"]))),
            kind=row["kind"],
            half=int(row["half"]),
            part=row["part"],
            original_min=float(row["original_min"]),
            original_max=float(row["original_max"]),
        )
        for row in table("channels")
    )
