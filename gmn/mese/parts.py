"""Ground truth of evaluations: an object's cubes in the pixels of a picture, and in space."""

import numpy as np

from gmn.mese import world
from gmn.mese.camera import View, trace
from gmn.mese.object import Object, rotation
from gmn.mese.shape import EDGE


def cubes_in_view(obj: Object, angles: np.ndarray, size: int) -> np.ndarray:
    """Segmentation of a picture by cube, -1 where none.

    Args:
        obj: the object.
        angles: pitch and yaw of each camera, (V, 2) radians.
        size: pixels of the square picture, the field of view of :func:`gmn.mese.camera.look`.

    Returns:
        (V, size, size) int: indices into ``obj.walk``.
    """
    model, data = world.alone(obj)
    cube_of = np.full(model.ngeom + 1, -1)  # the last entry is that of a ray that hits nothing, geom -1
    cube_of[model.body_geomadr[world.cube_bodies(model)]] = np.arange(len(obj.walk))
    rows, columns = np.mgrid[:size, :size] + 0.5
    seen = []
    for pitch_yaw in angles:
        view = View.at(pitch_yaw, size=size)
        _, geom, _ = trace(model, data, view.origin, view.rays(columns.ravel(), rows.ravel()))
        seen.append(cube_of[geom].reshape(size, size))
    return np.stack(seen)


def lattice(cells: int = 2) -> np.ndarray:
    """Points half a cube's edge apart that reach ``cells`` edges from the origin each way, (N, 3) metres."""
    steps = np.arange(-2 * cells, 2 * cells + 1) * EDGE / 2
    return np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1).reshape(-1, 3)


def filled(obj: Object, points: np.ndarray) -> np.ndarray:
    """Whether points (N, 3) metres lie inside the object, (N,) bool."""
    away = (points[:, None] - obj.cubes) @ rotation(obj.orientation)
    return (np.abs(away).max(2) <= EDGE / 2 + 1e-9).any(1)
