"""Where sensors are: queries to frames, and points of the world as a sensor has them. The model's one home for poses.

Shape letters: N views, P points.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from gmn.data.modalities import Modality
from gmn.mese.pose import WRIST_BACK, WRIST_UP


class Frame(NamedTuple):
    """Frames of N sensors in the world.

    Attributes:
        origin: their places, (N, 3) metres.
        axes: (N, 3, 3), row by row the directions of the sensor's x, y and z.
    """

    origin: Tensor
    axes: Tensor

    def of_world(self, points: Tensor) -> Tensor:
        """Points of the world (P, 3) in each sensor's coordinates, (N, P, 3)."""
        with torch.autocast(points.device.type, enabled=False):  # half precision is some millimetres at 1 m
            return (points - self.origin[:, None]) @ self.axes.transpose(1, 2)

    def to_world(self, points: Tensor) -> Tensor:
        """Points (P, 3) or (N, P, 3) in the sensor's coordinates, in the world, (N, P, 3)."""
        with torch.autocast(points.device.type, enabled=False):
            return points @ self.axes + self.origin[:, None]

    def ahead(self) -> Tensor:
        """How far along its z the world's origin lies before each sensor, (N,) metres."""
        return -(self.origin * self.axes[:, 2]).sum(1)


FrameOf = Callable[[Tensor], Frame]  # of queries (N, Q)


def camera_frame(query: Tensor) -> Frame:
    """Of cameras with queries (N, 7) of :func:`gmn.mese.pose.query`: x right, y up, z forward."""
    cos_p, sin_p, cos_y, sin_y = query[:, 3:].unbind(1)
    forward = torch.stack([cos_p * cos_y, cos_p * sin_y, sin_p], 1)
    up = torch.stack([-sin_p * cos_y, -sin_p * sin_y, cos_p], 1)
    return Frame(query[:, :3], torch.stack([torch.linalg.cross(forward, up), up, forward], 1))


def hand_frame(query: Tensor) -> Frame:
    """Of hands with wrist queries (N, 7): at what the fingers close around; x thumb side, y against the
    fingers, z out of the back of the hand."""
    cos_p, sin_p, cos_y, sin_y = query[:, 3:].unbind(1)
    thumb = torch.stack([-cos_y, -sin_y, torch.zeros_like(cos_y)], 1)
    fingers = torch.stack([-sin_y * cos_p, cos_y * cos_p, sin_p], 1)
    back = torch.stack([sin_y * sin_p, -cos_y * sin_p, cos_p], 1)
    held = query[:, :3] + WRIST_BACK * fingers - WRIST_UP * back
    return Frame(held, torch.stack([thumb, -fingers, back], 1))


class Window(NamedTuple):
    """The part of a camera's square field that a modality shows.

    Attributes:
        left, right, bottom, top: tangents of the angles from the camera's axis to its borders.
    """

    left: float
    right: float
    bottom: float
    top: float

    @classmethod
    def of(cls, modality: Modality) -> "Window":
        half = modality.half_field
        (top, bottom), (left, right) = modality.rows, modality.columns
        return cls(half * (left - 1), half * (right - 1), half * (1 - bottom), half * (1 - top))

    def places(self, points: Tensor) -> Tensor:
        """Where points (..., 3) of the camera's frame are seen, (..., 2): across and down, -1..1 inside.

        Those that are not before the camera are out of sight, at 2, 2.
        """
        depth = points[..., 2:]
        flat = points[..., :2] / torch.where(depth > 0, depth, 1.0)
        places = [_spread(flat[..., 0], self.left, self.right), _spread(flat[..., 1], self.top, self.bottom)]
        return torch.where(depth > 0, torch.stack(places, -1), 2.0)

    def rays(self, rows: int, columns: int) -> Tensor:
        """Rays (rows * columns, 3) through the centres of a raster, of depth 1."""
        across = _centres(columns, self.left, self.right)
        up = _centres(rows, self.top, self.bottom)
        y, x = torch.meshgrid(up, across, indexing="ij")
        return torch.stack([x, y, torch.ones_like(x)], -1).reshape(-1, 3)


def cells(side: int, half_edge: float) -> Tensor:
    """Centres of the cells of a cube around the origin, (side^3, 3) metres, in the order of a tensor (..., z, y, x)."""
    along = _centres(side, -half_edge, half_edge)
    z, y, x = torch.meshgrid(along, along, along, indexing="ij")
    return torch.stack([x, y, z], -1).reshape(-1, 3)


def look_up(values: Tensor, places: Tensor, beyond: str = "zeros") -> Tensor:
    """Values of maps (N, C, h, w) or volumes (N, C, d, h, w) at places (N, P, 2 or 3), linear between cells.

    Args:
        values: what to look up.
        places: x, y (, z), -1..1 from border to border.
        beyond: what lies outside: ``zeros``, or the nearest cell's (``border``).

    Returns:
        (N, C, P), in the precision of ``places``.
    """
    at = places[(slice(None), slice(None), *[None] * (places.shape[-1] - 1))]
    found = F.grid_sample(values.to(places.dtype), at, padding_mode=beyond, align_corners=False)
    return found.flatten(2)


class Corners(NamedTuple):
    """Where places lie between the points of a cubic volume with a border of zeros: quick where many volumes are asked
    at a few of the same places.

    Attributes:
        side: points along an edge, without the border.
        first: the lowest of each place's eight corners, (P,).
        share: of each corner in the value at a place, (P, 8).
    """

    side: int
    first: Tensor
    share: Tensor

    @classmethod
    def of(cls, places: Tensor, side: int) -> "Corners":
        """Of places x, y, z (P, 3), -1..1 from border to border; those outside are moved to the border."""
        at = (((places + 1) * (side / 2)).clamp(0, side) + 0.5).T.contiguous()  # a row an axis is quicker to work on
        low = at.floor()
        x, y, z = (at - low).unbind()
        first = (low[2] * (side + 2) + low[1]) * (side + 2) + low[0]
        shares = [deep * high * across for deep in (1 - z, z) for high in (1 - y, y) for across in (1 - x, x)]
        return cls(side, first.long(), torch.stack(shares, 1))

    def look_up(self, values: Tensor, volume: Tensor, place: Tensor) -> Tensor:
        """Values (k, F), in the precision of places.

        Args:
            values: of all points of all volumes, (E * (side + 2)^3, F).
            volume: which of the volumes, (k,).
            place: which of the places, (k,).
        """
        edge = self.side + 2
        corners = torch.tensor([(z * edge + y) * edge + x for z in (0, 1) for y in (0, 1) for x in (0, 1)])
        index = (volume * edge**3 + self.first[place])[:, None] + corners.to(place)
        return F.embedding_bag(index, values.to(self.share.dtype), per_sample_weights=self.share[place], mode="sum")


def _centres(count: int, first: float, last: float) -> Tensor:
    return first + (torch.arange(count) + 0.5) / count * (last - first)


def _spread(x: Tensor, first: float, last: float) -> Tensor:
    """-1 at ``first``, 1 at ``last``."""
    return (2 * x - first - last) / (last - first)
