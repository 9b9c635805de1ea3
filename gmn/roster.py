"""The inference networks there are: one entry each, in the order of figures and tables."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A network of the table.

    Attributes:
        kind: name of its class in :mod:`gmn.models.networks`.
        label: what figures and tables call it.
        colour, marker: of its lines and points.
    """

    kind: str
    label: str
    colour: str
    marker: str


NETWORKS = {
    "apoe": Entry("APoE", "APoE", "#1f77b4", "o"),  # blue and orange as published
    "baseline": Entry("Baseline", "baseline", "#ff7f0e", "s"),
    "poe": Entry("PoE", "PoE", "#2ca02c", "^"),
}
LABELS = {name: entry.label for name, entry in NETWORKS.items()}
