"""The modality sets of the paper, M = 2, 5, 8, 14: which part of which sense each modality is.

Pictures are cut after resizing, colour outermost, then left/right, then upper/lower; haptic readings are kept
whole or split into two halves of the hand (App. A). Shape letters: B scenes, V views, C channels, H W image.
"""

from dataclasses import dataclass
from functools import cache
from typing import Annotated

import numpy as np
from pydantic import Field

from gmn.arguments import Count, Index, Positive, Size, checked, listed, numbers
from gmn.errors import UserError
from gmn.mese.channels import FINGERS, channels
from gmn.mese.pose import CROP_SHARE, HALF_FIELD, QUERY

VISION, HAPTICS = "vision", "haptics"
MODALITIES = (2, 5, 8, 14)  # M of the paper


Name = Annotated[str, Field(min_length=1)]
Senses = numbers(..., finite=False)


@checked
@dataclass(frozen=True)
class Modality:
    """One modality: a part of a sense.

    Attributes:
        name: unique in its set, e.g. ``red-left``.
        sense: ``vision``, ``haptics`` or one of your own: modalities of a sense share the queries' meaning, the
            scale of its numbers and, unless said for a modality, of the likelihood.
        shape: of one view: (C, H, W) or (D,).
        array: the array of a set of scenes that it is cut from.
        poses: the array of poses that it was sensed from, which says the sensor's frame in a volume
            (:data:`gmn.models.senses.FRAMES`).
        channels: colour channels, or haptic readings, in order.
        rows, columns: part of the picture, as fractions in halves: (start, stop) of 2.
        query: numbers in a query.
        half_field: tangent of half the field of view of the whole square picture, of which this may be a part; only
            volumes need it.
    """

    name: Name
    sense: Name
    shape: tuple[Count, ...]
    array: str = ""
    poses: str = ""
    channels: tuple[Index, ...] = ()
    rows: tuple[Index, Index] = (0, 2)
    columns: tuple[Index, Index] = (0, 2)
    query: Index = QUERY
    half_field: Positive = HALF_FIELD

    def __post_init__(self) -> None:
        if len(self.shape) not in (1, 3):
            raise UserError(f"modality {self.name}: shape: got {self.shape}; use (C, H, W) or (D,)")
        for key, (first, last) in (("rows", self.rows), ("columns", self.columns)):
            if not first < last <= 2:
                raise UserError(f"modality {self.name}: {key}: got {(first, last)}; use halves: (0, 1), (1, 2), (0, 2)")

    @property
    def is_picture(self) -> bool:
        return len(self.shape) == 3

    @property
    def kind(self) -> str:
        """``picture`` or ``vector``: which encoder and renderer it has (:data:`gmn.models.senses.MODULES`)."""
        return "picture" if self.is_picture else "vector"

    @property
    def size(self) -> int:
        """Numbers in one view."""
        return int(np.prod(self.shape))

    def _window(self) -> tuple[slice, slice]:
        _, height, width = self.shape
        unit_h, unit_w = height // (self.rows[1] - self.rows[0]), width // (self.columns[1] - self.columns[0])
        return (
            slice(self.rows[0] * unit_h, self.rows[1] * unit_h),
            slice(self.columns[0] * unit_w, self.columns[1] * unit_w),
        )

    def cut(self, whole: Senses) -> np.ndarray:
        """This modality's part of an array: (..., C, H, W) of (..., 3, S, S), or (..., D) of (..., 132)."""
        self._fits(whole)
        return whole[self._part]

    def paste(self, part: Senses, whole: Senses) -> None:
        """The inverse of :meth:`cut`: write ``part`` into its place in ``whole``."""
        self._fits(whole)
        wanted = whole[self._part].shape
        if part.shape != wanted:
            raise UserError(f"modality {self.name}: part: got shape {part.shape}; wanted {wanted}")
        whole[self._part] = part

    def _fits(self, whole: np.ndarray) -> None:
        _, *least = (0, self._window()[0].stop, self._window()[1].stop) if self.is_picture else (0,)
        least = (max(self.channels, default=-1) + 1, *least)
        if whole.ndim < len(least) or any(a < b for a, b in zip(whole.shape[-len(least) :], least, strict=True)):
            raise UserError(
                f"modality {self.name}: whole: got shape {whole.shape}; the last axes must be {least} at least"
            )

    @property
    def _part(self) -> tuple:
        picked = list(self.channels)
        return (..., picked, *self._window()) if self.is_picture else (..., picked)


@checked
def whole(name: str, array: str, poses: str, shape: listed(Count)) -> Modality:
    """The modality that is all of a sense of MESE.

    Args:
        name: of the sense.
        array: what networks are shown, the first of ``gmn.mese.senses.SENSES[name].signals``.
        poses: of the sense.
        shape: of the array in a scene, (V, D) or (V, H, W, C), as in ``SceneSet.arrays``.

    Raises:
        UserError: another shape.
    """
    if len(shape) not in (2, 4):
        raise UserError(f"shape: got {shape}; use (V, D) of vectors or (V, H, W, C) of pictures")
    _, *picture, channels = shape
    return Modality(name, name, (channels, *picture), array, poses, tuple(range(channels)))


@checked
def place_of(sense: str, modalities: tuple[Modality, ...]) -> int:
    """The place of the one modality of a sense.

    Raises:
        UserError: there is none, or there are several.
    """
    places = [k for k, modality in enumerate(modalities) if modality.sense == sense]
    if len(places) != 1:
        names = ", ".join(modality.name for modality in modalities)
        raise UserError(f"sense {sense!r}: {len(places)} modalities of it; one is wanted of a network of {names}")
    return places[0]


def _halves() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Readings of the hand's halves, finger after finger: 61 (thumb, index, middle) and 71 (the rest)."""
    parts = (*FINGERS, "touch", "wrist")
    order = [(k, c) for part in parts for k, c in enumerate(channels()) if c.part == part]
    return tuple(tuple(k for k, c in order if c.half == half) for half in (0, 1))  # pyrefly: ignore[bad-return]


@checked
@cache
def modality_set(count: int, image_size: Size, crop_size: Size) -> tuple[Modality, ...]:
    """The M = ``count`` modalities in the paper's order.

    Args:
        count: 2, 5, 8 or 14.
        image_size: pixels of the whole picture, cut for M = 2 and 5.
        crop_size: pixels of the inner picture, cut for M = 8 and 14.

    Raises:
        UserError: another count.
    """
    whole = tuple(range(len(channels())))
    halves = {"left": (0, 1), "right": (1, 2)}
    levels = {"upper": (0, 1), "lower": (1, 2)}
    colours = ("red", "green", "blue")
    touch = [Modality(HAPTICS, HAPTICS, (len(whole),), "haptics", "hand", whole)]
    if count in (8, 14):
        touch = [
            Modality(f"{HAPTICS}-{k + 1}", HAPTICS, (len(half),), "haptics", "hand", half)
            for k, half in enumerate(_halves())
        ]

    half, s = image_size // 2, crop_size
    rgb = (0, 1, 2)
    if count == 2:
        sight = [Modality(VISION, VISION, (3, image_size, image_size), "image", "camera", rgb)]
    elif count == 5:
        sight = [
            Modality(f"{side}-{level}", VISION, (3, half, half), "image", "camera", rgb, levels[level], halves[side])
            for side in halves
            for level in levels
        ]
    elif count in (8, 14):
        sides = list(halves.items())
        if count == 8:
            parts = [(side, (0, 2), columns) for side, columns in sides]
        else:
            parts = [(f"{side}-{level}", rows, columns) for side, columns in sides for level, rows in levels.items()]
        inner = HALF_FIELD * CROP_SHARE
        sight = [
            Modality(
                f"{colour}-{part}",
                VISION,
                (1, s * (rows[1] - rows[0]) // 2, s // 2),
                "image_crop",
                "camera",
                (k,),
                rows,
                columns,
                half_field=inner,
            )
            for k, colour in enumerate(colours)
            for part, rows, columns in parts
        ]
    else:
        raise UserError(f"modalities: {count} is not a modality set; use 2, 5, 8 or 14")
    return (*sight, *touch)
