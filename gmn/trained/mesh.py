"""A surface around what is filled, for a grasp planner or a printer."""

from pathlib import Path

import numpy as np
from scipy.spatial import KDTree
from skimage.measure import marching_cubes
from trimesh import Trimesh

from gmn.files import write_atomically

SPREAD = "spread"  # the vertex attribute, metres


def lattice(extent: float, step: float) -> tuple[np.ndarray, tuple[int, int, int]]:
    """Points ``step`` apart that fill a cube of half edge ``extent``, (P, 3) metres, and their grid."""
    count = round(2 * extent / step)
    along = step * (np.arange(count) - (count - 1) / 2)
    points = np.stack(np.meshgrid(along, along, along, indexing="ij"), -1)
    return points.reshape(-1, 3), points.shape[:3]


def surface(filled: np.ndarray, grid: tuple[int, int, int], step: float, level: float) -> Trimesh | None:
    """The closed surface where ``filled`` (P,) on :func:`lattice` passes ``level``; None where it nowhere does."""
    values = np.pad(filled.reshape(grid).astype(float), 1)  # closed at the border, too
    if not values.min() < level < values.max():
        return None
    vertices, faces, _, _ = marching_cubes(values, level, spacing=(step,) * 3, gradient_direction="ascent")
    vertices -= step * (np.array(values.shape) - 1) / 2
    return Trimesh(vertices, faces, process=False, metadata={"units": "m"})


def spread(mesh: Trimesh, others: list[Trimesh | None], extent: float) -> np.ndarray:
    """How far the surface may be off: root mean square distance of each vertex to other surfaces, (V,) metres.

    ``extent`` stands for the distance to one that is not there.
    """
    squares = [np.square(extent if other is None else distances(mesh.vertices, samples(other))) for other in others]
    return np.sqrt(sum(squares) / len(others)) + np.zeros(len(mesh.vertices))


def write_mesh(mesh: Trimesh, path: Path) -> None:
    """Write it as the kind that the file's suffix says, whole or not at all.

    Raises:
        UserError: it cannot be written.
    """
    write_atomically(path, mesh.export(file_type=path.suffix.removeprefix(".")))  # pyrefly: ignore[bad-argument-type]


def samples(mesh: Trimesh) -> np.ndarray:
    """Points all over a surface: vertices and centres of faces, (N, 3) metres."""
    return np.concatenate([mesh.vertices, mesh.triangles_center])


def distances(of: np.ndarray, to: np.ndarray) -> np.ndarray:
    """From points (N, 3) to the nearest of others (M, 3), (N,)."""
    return KDTree(to).query(of)[0]
