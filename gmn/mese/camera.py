"""The camera: what is seen from a pose, traced with MuJoCo's own rays, so that no display or GL is needed.

Light is that of MuJoCo's renderer (Phong, per pixel): a white-grey spot straight above that casts hard
shadows, and a headlight. The picture is black where no ray hits. Bytes depend on no graphics driver.
"""

import mujoco
import numpy as np
from PIL import Image

from gmn.mese import pose, world

SIZE = 150  # pixels; the original crops this from the centre of 512
HALF_FIELD = np.tan(np.deg2rad(45 / 2)) * SIZE / 512  # at 1 m: a field of 13.84 degrees
CROP = 132  # pixels of the 150 that the 48-pixel pictures (M = 8, 14) show

SPOT = np.array([0.0, 0.0, 1.5])  # m, shining straight down
SPOT_DIFFUSE, SPOT_SPECULAR, SPOT_EXPONENT = 0.7, 0.3, 10
HEAD_DIFFUSE, AMBIENT = 0.6, 0.1
MATERIAL_SPECULAR, MATERIAL_SHININESS = 0.5, 0.5 * 128


def render(model: mujoco.MjModel, data: mujoco.MjData, angles: np.ndarray, size: int = SIZE) -> np.ndarray:
    """One picture, (size, size, 3) uint8, of a model whose kinematics are up to date.

    Args:
        model: any model; geoms show their ``rgba``.
        data: its state, after ``mj_kinematics``.
        angles: pitch and yaw of the camera, radians.
        size: pixels of the square picture; its field of view is always that of 150 original pixels.
    """
    right, up, forward = pose.camera_frame(angles)
    origin = -pose.CAMERA_RADIUS * forward
    steps = HALF_FIELD * (2 * (np.arange(size) + 0.5) / size - 1)
    rays = (forward + steps[None, :, None] * right - steps[:, None, None] * up).reshape(-1, 3)
    distance, geom, normal = _trace(model, data, origin, rays)

    hit = geom >= 0
    point = origin + distance[hit, None] * rays[hit]
    colour = _shade(model, data, point, normal[hit], model.geom_rgba[geom[hit], :3], forward)
    picture = np.zeros((size * size, 3), np.uint8)
    picture[hit] = np.round(255 * np.clip(colour, 0, 1))
    return picture.reshape(size, size, 3)


def _trace(model, data, origin, rays):
    """Distance along each ray, geom id or -1, and normal."""
    n = len(rays)
    distance, geom, normal = np.empty(n), np.empty(n, np.int32), np.empty(3 * n)
    mujoco.mj_multiRay(model, data, origin, rays.ravel(), None, True, -1, geom, distance, normal, n, 100.0)
    return distance, geom, normal.reshape(n, 3)


def _shade(model, data, point, normal, colour, forward):
    """Phong shading of surface points (N, 3) with the spot's shadows."""
    to_spot = SPOT - point
    reach = np.linalg.norm(to_spot, axis=1, keepdims=True)
    to_spot /= reach
    facing = (normal * to_spot).sum(1, keepdims=True)
    first = _trace(model, data, SPOT, -to_spot)[0][:, None]
    lit = (facing > 0) & (first > reach - 1e-4)
    cone = to_spot[:, 2:] ** SPOT_EXPONENT
    halfway = to_spot - forward
    halfway /= np.linalg.norm(halfway, axis=1, keepdims=True)
    gloss = np.clip((normal * halfway).sum(1, keepdims=True), 0, None) ** MATERIAL_SHININESS
    head = np.clip(-(normal @ forward)[:, None], 0, None)
    diffuse = AMBIENT + HEAD_DIFFUSE * head + SPOT_DIFFUSE * lit * cone * facing
    return colour * diffuse + SPOT_SPECULAR * MATERIAL_SPECULAR * lit * cone * gloss


def look(cubes: np.ndarray, colours: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Pictures of one object from several poses.

    Args:
        cubes: cube centres, (n, 3) metres.
        colours: RGB in [0, 1], (n, 3).
        angles: pitch and yaw of each camera, (V, 2) radians.

    Returns:
        (V, 150, 150, 3) uint8.
    """
    model = world.object_model(len(cubes))
    model.body_pos[1:] = cubes
    model.geom_rgba[:, :3] = colours
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    return np.stack([render(model, data, a) for a in angles])


def resize(pictures: np.ndarray, size: int, crop: int = SIZE) -> np.ndarray:
    """Centre-crop pictures (V, 150, 150, 3) uint8 to ``crop`` and resize with antialiased bilinear weights."""
    lo = (pictures.shape[1] - crop) / 2
    box = (lo, lo, lo + crop, lo + crop)
    images = (Image.fromarray(picture) for picture in pictures)
    return np.stack([np.asarray(i.resize((size, size), Image.Resampling.BILINEAR, box=box)) for i in images])
