"""Scenes that are as likely and as true as those on disk: the world turned, its colour channels permuted."""

from itertools import permutations
from typing import NamedTuple

import numpy as np


class Variant(NamedTuple):
    """Scenes that are as likely and as true as those on disk: the world turned, its colour channels permuted.

    Attributes:
        turn: multiples of 90 degrees about the vertical, (B,) radians.
        colours: which channel of the disk's each channel is, (B, 3).
    """

    turn: np.ndarray
    colours: np.ndarray

    @classmethod
    def none(cls, b: int) -> "Variant":
        return cls(np.zeros(b), np.tile(np.arange(3), (b, 1)))

    @classmethod
    def of_numbers(cls, k: np.ndarray) -> "Variant":
        """Variants number ``k`` (B,), below :data:`VARIANTS`; 0 is the scene on disk."""
        return cls(k % TURNS * np.pi / 2, COLOURS[k // TURNS])

    def of(self, own: slice) -> "Variant":
        return Variant(self.turn[own], self.colours[own])


TURNS = 4
COLOURS = np.array(list(permutations(range(3))))  # the first is the disk's
VARIANTS = TURNS * len(COLOURS)
