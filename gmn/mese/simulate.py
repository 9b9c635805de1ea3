"""Scenes of MESE: one object, looked at and grasped from V poses each.

A rejected grasp is replaced by the next pose of the scene's random stream, so that a scene depends on its
settings and index alone.
"""

import numpy as np

from gmn.arguments import Index, checked, listed
from gmn.errors import UserError
from gmn.mese import camera
from gmn.mese.grasp import Grasper, Threads, accepted
from gmn.mese.scene import Scene
from gmn.mese.settings import SceneSettings

UNITS = {
    "image": "RGB, 0..255",
    "image_crop": "RGB, 0..255, inner 132 of 150 pixels",
    "camera": "x y z m, pitch yaw rad",
    "haptics": "rad, rad/s, N m, m/s^2, N: see gmn/mese/tables/channels.csv",
    "hand": "x y z m, pitch yaw rad",
    "walk": "lattice cells of 0.035 m",
    "colour": "RGB, 0..1",
    "orientation": "quaternion w x y z",
    "spot": "x y z m",
    "label": "index in gmn.mese.shape.all_walks",
    "attempts": "grasps tried for the accepted ones",
}


@checked
def simulate(settings: SceneSettings, indices: listed(Index), threads: Threads = 1) -> dict[str, np.ndarray]:
    """Make scenes ``indices`` of a set.

    Returns:
        Arrays with the scenes along axis 0; N scenes, V views, n cubes: ``image`` (N, V, S, S, 3) uint8,
        ``image_crop`` (N, V, s, s, 3) uint8, ``camera`` and ``hand`` (N, V, 5) float32, ``haptics``
        (N, V, 132) float32, ``walk`` (N, n, 3) int8, ``colour`` (N, n, 3), ``orientation`` (N, 4) and
        ``spot`` (N, 3) float32, ``label`` and ``attempts`` (N,) int32. Units: :data:`UNITS`.
    """
    if not indices:
        raise UserError("indices: none; ask for one scene at least")
    scenes = [Scene(settings, index) for index in indices]
    grasp(scenes, threads)
    finished = [scene.arrays(camera.look(scene.object, scene.camera_angles)) for scene in scenes]
    return {name: np.stack([arrays[name] for arrays in finished]) for name in UNITS}


def grasp(scenes: list[Scene], threads: int = 1) -> None:
    """Grasp every object until each scene has its accepted grasps, in the order of its stream."""
    grasper = Grasper(scenes[0].settings.cubes, threads=threads)
    while waiting := [scene for scene in scenes if scene.lacking]:
        tries = [(scene, angles) for scene in waiting for angles in scene.next_wrists()]
        readings = grasper.feel([scene.object for scene, _ in tries], np.stack([angles for _, angles in tries]))
        for (scene, angles), reading in zip(tries, readings, strict=True):
            if accepted(reading):
                scene.wrist_angles.append(angles)
                scene.readings.append(reading)
