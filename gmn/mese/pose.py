"""Poses of camera and wrist, and the queries that networks see.

A pose is ``(x, y, z, pitch, yaw)`` in metres and radians, float32, the pitch wrapped into [0, 2 pi). Camera
and wrist draw the same two angles: pitch U(-pi/2, pi/2), yaw U(0, 2 pi).
"""

from typing import Annotated

import numpy as np
from pydantic import AfterValidator

from gmn.arguments import Amount, checked, numbers
from gmn.errors import UserError

CAMERA_RADIUS = 1.0  # m
HALF_FIELD = float(np.tan(np.deg2rad(45 / 2)) * 150 / 512)  # half a picture's width at 1 m: a field of 13.84 degrees
CROP_SHARE = 132 / 150  # of that width the pictures of M = 8 and 14 show
SPOT_DISTANCE = 1.5  # m
WRIST_BACK, WRIST_UP = 0.17, 0.05  # m, behind the fingers and above the palm

QUERY = 7  # numbers in a query
AROUND = np.array([2, 4]) * np.pi * (1 + 1e-6)  # rad, pitch and yaw: whole turns; more is degrees
RADIANS = {"least": -AROUND, "most": AROUND, "unit": "one turn of pitch, two of yaw, in radians"}

Angles = numbers(..., 2, **RADIANS)  # pitch and yaw, radians


def _in_radians(pose: np.ndarray) -> np.ndarray:
    if (np.abs(pose[..., 3:]) > AROUND).any():
        raise ValueError("pitch and yaw are the last two, in radians")
    return pose


Poses = Annotated[numbers(..., 5), AfterValidator(_in_radians)]  # x, y, z metres, pitch, yaw radians
Generator = np.random.Generator


@checked
def sample_angles(rng: Generator, n: Amount) -> np.ndarray:
    """Draw ``(n, 2)`` pitch and yaw in radians."""
    return np.stack([rng.uniform(-np.pi / 2, np.pi / 2, n), rng.uniform(0, 2 * np.pi, n)], axis=1)


@checked
def sample_orientation(rng: Generator) -> np.ndarray:
    """Draw a rotation, all equally likely, as a quaternion w x y z, (4,)."""
    quaternion = rng.standard_normal(4)
    return quaternion / np.linalg.norm(quaternion)


@checked
def sample_spot(rng: Generator) -> np.ndarray:
    """Draw the place of a spot light, (3,) metres: 1.5 m away, at most 60 degrees off the vertical."""
    height, around = rng.uniform(0.5, 1), rng.uniform(0, 2 * np.pi)
    across = np.sqrt(1 - height**2)
    return SPOT_DISTANCE * np.array([across * np.cos(around), across * np.sin(around), height])


def _pose(position: np.ndarray, angles: np.ndarray) -> np.ndarray:
    pitch, yaw = np.moveaxis(angles, -1, 0)
    return np.concatenate([position, np.stack([pitch % (2 * np.pi), yaw], -1)], -1).astype(np.float32)


@checked
def camera_axes(angles: numbers(..., 2)) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Right, up and viewing direction of cameras at ``angles`` (..., 2), each (..., 3)."""
    pitch, yaw = np.moveaxis(np.asarray(angles, dtype=float), -1, 0)
    cos_p, sin_p, cos_y, sin_y = np.cos(pitch), np.sin(pitch), np.cos(yaw), np.sin(yaw)
    forward = np.stack([cos_p * cos_y, cos_p * sin_y, sin_p], -1)
    up = np.stack([-sin_p * cos_y, -sin_p * sin_y, cos_p], -1)
    return np.cross(forward, up), up, forward


@checked
def camera_pose(angles: Angles) -> np.ndarray:
    """Camera poses (..., 5) at radius 1 m, looking at the origin; positive pitch looks up from below."""
    forward = camera_axes(angles)[2]
    return _pose(-CAMERA_RADIUS * forward, angles)


@checked
def wrist_axes(angles: numbers(..., 2)) -> np.ndarray:
    """Rotation matrices (..., 3, 3) of the wrist: columns thumb side, minus fingers, back of the hand."""
    pitch, yaw = np.moveaxis(np.asarray(angles, dtype=float), -1, 0)
    cos_p, sin_p, cos_y, sin_y = np.cos(pitch), np.sin(pitch), np.cos(yaw), np.sin(yaw)
    thumb = np.stack([-cos_y, -sin_y, np.zeros_like(yaw)], -1)
    fingers = np.stack([-sin_y * cos_p, cos_y * cos_p, sin_p], -1)
    back = np.stack([sin_y * sin_p, -cos_y * sin_p, cos_p], -1)
    return np.stack([thumb, -fingers, back], -1)


@checked
def wrist_pose(angles: Angles) -> np.ndarray:
    """Wrist poses (..., 5): 0.17 m behind the object along the fingers, 0.05 m above it along the palm."""
    frame = wrist_axes(angles)
    return _pose(WRIST_BACK * frame[..., :, 1] + WRIST_UP * frame[..., :, 2], angles)


POSES = {"camera": camera_pose, "hand": wrist_pose}  # array of poses -> poses of angles (..., 2)


@checked
def query(pose: Poses) -> np.ndarray:
    """The query v of a pose, (..., 7) float32: x, y, z, cos pitch, sin pitch, cos yaw, sin yaw."""
    pitch, yaw = pose[..., 3], pose[..., 4]
    angles = np.stack([np.cos(pitch), np.sin(pitch), np.cos(yaw), np.sin(yaw)], -1)
    return np.concatenate([pose[..., :3], angles], -1).astype(np.float32)


@checked
def turn_query(query: numbers(..., QUERY), turn: numbers(...)) -> np.ndarray:
    """Turn queries (..., 7) by ``turn`` radians (...) about the vertical: the world is symmetric under it."""
    if turn.ndim >= query.ndim or turn.shape != query.shape[:-1][query.ndim - 1 - turn.ndim :] and 1 not in turn.shape:
        raise UserError(f"turn: got shape {turn.shape} for queries of shape {query.shape}; give one each")
    cos, sin = np.cos(turn), np.sin(turn)
    out = query.copy()
    for a, b in ((0, 1), (5, 6)):  # position, then the direction of the yaw
        out[..., a] = cos * query[..., a] - sin * query[..., b]
        out[..., b] = sin * query[..., a] + cos * query[..., b]
    return out
