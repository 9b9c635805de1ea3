"""The camera: what is seen from a pose, traced with MuJoCo's own rays, so that no display or GL is needed.

Light is that of MuJoCo's renderer (Phong, per pixel): a white-grey spot above that casts hard shadows, and a
headlight. The picture is black where no ray hits. Bytes depend on no graphics driver.
"""

from dataclasses import dataclass
from typing import Annotated

import mujoco
import numpy as np
from PIL import Image
from pydantic import Field

from gmn.arguments import Positive, Size, checked, numbers
from gmn.errors import UserError
from gmn.mese import pose, world
from gmn.mese.object import SPOT, Object
from gmn.mese.shape import EDGE

SIZE = 150  # pixels; the original crops this from the centre of 512
CROP = round(SIZE * pose.CROP_SHARE)  # pixels that the 48-pixel pictures (M = 8, 14) show

SPOT_DIFFUSE, SPOT_SPECULAR, SPOT_EXPONENT = 0.7, 0.3, 10
SUBPIXELS = np.array([(3, 1), (7, 3), (1, 5), (5, 7)]) / 8  # a rotated grid, as in 4x multisampling
SURFACE = np.array([0.11, 0.23, 0.31])  # normals of the faces of a cube give different numbers below 1
HEAD_DIFFUSE, AMBIENT = 0.6, 0.1
MATERIAL_SPECULAR, MATERIAL_SHININESS = 0.5, 0.5 * 128


@checked
@dataclass(frozen=True)
class View:
    """A pinhole camera.

    Attributes:
        origin: (3,) metres.
        right, up, forward: its axes, (3,) each.
        half_field: half the width of the picture over the distance.
        size: pixels of the square picture.
    """

    origin: numbers(3)
    right: numbers(3)
    up: numbers(3)
    forward: numbers(3)
    half_field: Positive = pose.HALF_FIELD
    size: Size = SIZE

    @classmethod
    def at(cls, angles: numbers(2), **kwargs) -> "View":
        """Towards the origin from pitch and yaw ``angles``, radians."""
        right, up, forward = pose.camera_axes(angles)
        return cls(-pose.CAMERA_RADIUS * forward, right, up, forward, **kwargs)

    def project(self, points: numbers(..., 3)) -> np.ndarray:
        """Column and row, in pixels, of points (..., 3)."""
        away = points - self.origin
        flat = np.stack([away @ self.right, -away @ self.up], -1) / (away @ self.forward)[..., None]
        return (flat / self.half_field + 1) * self.size / 2

    def rays(self, columns: numbers(-1), rows: numbers(-1)) -> np.ndarray:
        """Directions through places of the picture, (n, 3); pixel k reaches from k to k + 1."""
        if len(columns) != len(rows):
            raise UserError(f"rows: got {len(rows)} for {len(columns)} columns; give one each")
        across, down = (self.half_field * (2 * steps / self.size - 1) for steps in (columns, rows))
        return np.stack([across, down, np.ones_like(across)], 1) @ np.stack([self.right, -self.up, self.forward])


@checked
def render(
    model: mujoco.MjModel,
    data: mujoco.MjData,
    view: View,
    spot: numbers(3) = SPOT,
    corners: numbers(-1, 3) | None = None,
) -> np.ndarray:
    """One picture, (size, size, 3) uint8, of a model whose kinematics are up to date.

    Args:
        model: any model; geoms show their ``rgba``.
        data: its state, after ``mj_kinematics``.
        view: the camera.
        spot: place of the spot light, (3,) metres; it points at the origin.
        corners: points (n, 3) whose hull holds all there is to see, if known: rays beside it are spared.
    """
    picture = np.zeros((view.size, view.size, 3))
    rows, columns = np.mgrid[(slice(view.size),) * 2 if corners is None else _window(view.project(corners), view.size)]
    if rows.size:
        picture[rows, columns] = _antialiased(model, data, view, spot, rows, columns)
    return np.round(255 * np.clip(picture, 0, 1)).astype(np.uint8)


def _antialiased(model, data, view, spot, rows, columns):
    """Colours (h, w, 3) of a window: a ray through each pixel, four through those on an edge."""
    colour, geom, normal = _sample(model, data, view, spot, columns.ravel() + 0.5, rows.ravel() + 0.5)
    edge = _edges((geom + np.where(geom < 0, 0, normal @ SURFACE)).reshape(rows.shape)).ravel()
    at = np.stack([columns.ravel(), rows.ravel()], 1)[edge]
    many = (at[:, None] + SUBPIXELS).reshape(-1, 2)
    colour[edge] = _sample(model, data, view, spot, *many.T)[0].reshape(-1, len(SUBPIXELS), 3).mean(1)
    return colour.reshape(*rows.shape, 3)


def _edges(surface: np.ndarray) -> np.ndarray:
    """Edge mask (h, w): pixels whose surface number differs from a neighbour's by more than 1e-3."""
    edge = np.zeros(surface.shape, bool)
    for axis in (0, 1):
        a, b = (np.moveaxis(array, axis, 0) for array in (surface, edge))
        differs = np.abs(a[1:] - a[:-1]) > 1e-3
        b[1:] |= differs
        b[:-1] |= differs
    return edge


def _window(pixels: np.ndarray, size: int) -> tuple[slice, slice]:
    """The rows and columns around projected points (n, 2), and a black pixel more, against which edges show."""
    low = np.clip(np.floor(pixels.min(0)) - 1, 0, size).astype(int)
    high = np.clip(np.ceil(pixels.max(0)) + 1, low, size).astype(int)
    return slice(low[1], high[1]), slice(low[0], high[0])


def _sample(model, data, view, spot, columns, rows):
    """Colour (n, 3) at places of the picture, geom id (n,) or -1, and normal (n, 3)."""
    rays = view.rays(columns, rows)
    distance, geom, normal = trace(model, data, view.origin, rays)
    hit = geom >= 0
    point = view.origin + distance[hit, None] * rays[hit]
    colour = np.zeros((len(rays), 3))
    colour[hit] = _shade(model, data, point, normal[hit], model.geom_rgba[geom[hit], :3], view, spot)
    return colour, geom, normal


def trace(model, data, origin, rays):
    """Distance along each ray (n, 3) from ``origin``, geom id or -1, and normal (n, 3)."""
    n = len(rays)
    distance, geom, normal = np.empty(n), np.empty(n, np.int32), np.empty(3 * n)
    mujoco.mj_multiRay(model, data, origin, rays.ravel(), None, True, -1, geom, distance, normal, n, 100.0)
    return distance, geom, normal.reshape(n, 3)


def _shade(model, data, point, normal, colour, view, spot):
    """Phong shading of surface points (N, 3) with the spot's shadows."""
    head = np.clip(-(normal @ view.forward), 0, None)
    shaded = colour * (AMBIENT + HEAD_DIFFUSE * head)[:, None]
    to_spot = spot - point
    reach = np.sqrt(np.einsum("ni,ni->n", to_spot, to_spot))
    to_spot /= reach[:, None]
    facing = np.einsum("ni,ni->n", normal, to_spot)
    lit = np.flatnonzero(facing > 0)
    lit = lit[trace(model, data, spot, -to_spot[lit])[0] > reach[lit] - 1e-4]  # nothing before it

    to_spot, facing, normal = to_spot[lit], facing[lit], normal[lit]
    beam = (to_spot @ (spot / np.linalg.norm(spot))) ** SPOT_EXPONENT
    halfway = to_spot - view.forward
    cosine = np.einsum("ni,ni->n", normal, halfway) / np.sqrt(np.einsum("ni,ni->n", halfway, halfway))
    gloss = np.clip(cosine, 0, None) ** MATERIAL_SHININESS
    shaded[lit] += colour[lit] * (SPOT_DIFFUSE * beam * facing)[:, None]
    shaded[lit] += (SPOT_SPECULAR * MATERIAL_SPECULAR * beam * gloss)[:, None]
    return shaded


CUBE_CORNERS = EDGE / 2 * np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])


@checked
def look(obj: Object, angles: numbers(-1, 2, **pose.RADIANS), size: Size = SIZE) -> np.ndarray:
    """Pictures of one object from several poses.

    Args:
        obj: the object and its light.
        angles: pitch and yaw of each camera, (V, 2) radians.
        size: pixels of the square picture; its field of view is always that of 150 original pixels.

    Returns:
        (V, size, size, 3) uint8.
    """
    model, data = world.alone(obj)
    turn = data.xmat[-1].reshape(3, 3)
    corners = (obj.cubes[:, None] + CUBE_CORNERS @ turn.T).reshape(-1, 3)
    return np.stack([render(model, data, View.at(a, size=size), obj.spot, corners) for a in angles])


@checked
def resize(
    pictures: numbers(-1, -1, -1, 3), size: Size, crop: Annotated[int, Field(ge=1, le=SIZE)] = SIZE
) -> np.ndarray:
    """Centre-crop pictures (V, 150, 150, 3) uint8 to ``crop`` and resize with antialiased bilinear weights."""
    scale = pictures.shape[1] / SIZE
    low, high = scale * (SIZE - crop) / 2, scale * (SIZE + crop) / 2
    images = (Image.fromarray(picture) for picture in pictures)
    resized = (i.resize((size, size), Image.Resampling.BILINEAR, box=(low, low, high, high)) for i in images)
    return np.stack([np.asarray(i) for i in resized])
