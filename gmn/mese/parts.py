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


def filled(obj: Object, points: np.ndarray) -> np.ndarray:
    """Whether points (N, 3) metres lie inside the object, (N,) bool."""
    away = (points[:, None] - obj.cubes) @ rotation(obj.orientation)
    return (np.abs(away).max(2) <= EDGE / 2 + 1e-9).any(1)


def outside(obj: Object, per_edge: int = 10) -> np.ndarray:
    """Points evenly on the object's surface, (N, 3) metres: ``per_edge``^2 on each face that no other cube covers."""
    along = ((np.arange(per_edge) + 0.5) / per_edge - 0.5) * EDGE
    u, v = (a.ravel() for a in np.meshgrid(along, along, indexing="ij"))
    face = np.stack([np.full_like(u, EDGE / 2), u, v], -1)
    faces = [np.roll(sign * face, axis, 1) for axis in range(3) for sign in (1, -1)]
    normals = [np.roll((sign * EDGE / 2, 0, 0), axis) for axis in range(3) for sign in (1, -1)]
    turned = rotation(obj.orientation).T
    found = []
    for cube in obj.cubes:
        for points, normal in zip(faces, normals, strict=True):
            if not filled(obj, (cube + 2 * normal @ turned)[None])[0]:
                found.append(cube + points @ turned)
    return np.concatenate(found)
