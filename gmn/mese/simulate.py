"""Scenes of MESE: one object, looked at and grasped from V poses each.

A scene is a pure function of (seed, set name, index): object, colours and poses come from its own random
stream, and a rejected grasp is replaced by the stream's next pose.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gmn.errors import UserError
from gmn.mese import camera, pose, shape
from gmn.mese.grasp import LIMIT, Grasper

CANDIDATES = 16  # wrist poses drawn at a time
MAX_ATTEMPTS = 1000  # per scene, before the settings are called impossible


@dataclass(frozen=True)
class SceneSettings:
    """What a set of scenes is made of.

    Attributes:
        name: the set's name, part of every scene's random stream.
        cubes: cubes in the object, 1 to 6.
        views: camera views and accepted grasps per scene.
        image_size: pixels of the whole picture (M = 2, 5).
        crop_size: pixels of the picture of the inner 132/150 (M = 8, 14).
        seed: seed of the data.
    """

    name: str
    cubes: int
    views: int
    image_size: int
    crop_size: int
    seed: int


UNITS = {
    "image": "RGB, 0..255",
    "image_crop": "RGB, 0..255, inner 132 of 150 pixels",
    "camera": "x y z m, pitch yaw rad",
    "haptics": "rad, rad/s, N m, m/s^2, N: see gmn/mese/tables/channels.csv",
    "hand": "x y z m, pitch yaw rad",
    "walk": "lattice cells of 0.035 m",
    "colour": "RGB, 0..1",
    "label": "index in gmn.mese.shape.all_walks",
    "attempts": "grasps tried for the accepted ones",
}


class _Scene:
    """The random stream of one scene and what has been drawn from it."""

    def __init__(self, settings: SceneSettings, index: int):
        self.rng = np.random.default_rng([settings.seed, zlib.crc32(settings.name.encode()), index])
        self.walk = shape.sample_walk(self.rng, settings.cubes)
        self.colours = shape.sample_colours(self.rng, settings.cubes)
        self.camera_angles = pose.sample_angles(self.rng, settings.views)
        self.cubes = shape.centred(self.walk)
        self.grasps: list[tuple[np.ndarray, np.ndarray]] = []
        self.attempts = 0
        self._wrists = self._candidates()

    def _candidates(self) -> Iterator[np.ndarray]:
        while True:
            yield from pose.sample_angles(self.rng, CANDIDATES)

    def next_wrists(self, n: int) -> list[np.ndarray]:
        self.attempts += n
        if self.attempts > MAX_ATTEMPTS:
            raise UserError(f"no acceptable grasp among {MAX_ATTEMPTS}: every reading exceeds {LIMIT}")
        return [next(self._wrists) for _ in range(n)]


def simulate(settings: SceneSettings, indices: range, threads: int = 1) -> dict[str, np.ndarray]:
    """Make scenes ``indices`` of a set.

    Returns:
        Arrays with the scenes along axis 0; N scenes, V views, n cubes: ``image`` (N, V, S, S, 3) uint8,
        ``image_crop`` (N, V, s, s, 3) uint8, ``camera`` and ``hand`` (N, V, 5) float32, ``haptics``
        (N, V, 132) float32, ``walk`` (N, n, 3) int8, ``colour`` (N, n, 3) float32, ``label`` and
        ``attempts`` (N,) int32. Units: :data:`UNITS`.
    """
    scenes = [_Scene(settings, index) for index in indices]
    _grasp(scenes, settings, threads)
    pictures = [camera.look(s.cubes, s.colours, s.camera_angles) for s in scenes]
    return {
        "image": np.stack([camera.resize(p, settings.image_size) for p in pictures]),
        "image_crop": np.stack([camera.resize(p, settings.crop_size, camera.CROP) for p in pictures]),
        "camera": np.stack([pose.camera_pose(s.camera_angles) for s in scenes]),
        "haptics": np.stack([np.stack([r for _, r in s.grasps]) for s in scenes]).astype(np.float32),
        "hand": np.stack([pose.wrist_pose(np.stack([a for a, _ in s.grasps])) for s in scenes]),
        "walk": np.stack([s.walk for s in scenes]).astype(np.int8),
        "colour": np.stack([s.colours for s in scenes]).astype(np.float32),
        "label": np.array([shape.label(s.walk) for s in scenes], np.int32),
        "attempts": np.array([s.attempts for s in scenes], np.int32),
    }


def _grasp(scenes: list[_Scene], settings: SceneSettings, threads: int) -> None:
    """Grasp every object until each scene has its accepted grasps, in the order of its stream."""
    grasper = Grasper(settings.cubes, threads=threads)
    while waiting := [s for s in scenes if len(s.grasps) < settings.views]:
        tries = [(s, a) for s in waiting for a in s.next_wrists(settings.views - len(s.grasps))]
        readings = grasper.feel(np.stack([s.cubes for s, _ in tries]), np.stack([a for _, a in tries]))
        for (scene, angles), reading in zip(tries, readings, strict=True):
            if reading.max() <= LIMIT:
                scene.grasps.append((angles, reading))
