"""Third-person view of object and hand, for people: no sense of the scene."""

import copy

import mujoco
import numpy as np

from gmn.mese import camera, pose, world
from gmn.mese.object import Object

JOINTS = 22  # the first readings are the joints' angles
HALF_FIELD = 0.21  # half the picture's width at 1 m
TURN = np.array([-0.35, 0.45])  # pitch, yaw rad: from the thumb's side, a little from above and before


def posed(obj: Object, wrist: np.ndarray, readings: np.ndarray) -> tuple[mujoco.MjModel, mujoco.MjData]:
    """A model of the hand over an object, and its kinematics.

    Args:
        obj: the object.
        wrist: pitch and yaw, (2,) radians.
        readings: of a grasp, (132,).
    """
    model = copy.copy(world.grasping_model(len(obj.walk)))
    world.put(model, obj)
    data = mujoco.MjData(model)
    data.qpos[:] = readings[:JOINTS]
    mocap = world.wrist_mocap(model)
    data.mocap_pos[mocap] = pose.wrist_pose(wrist)[:3]
    data.mocap_quat[mocap] = world.wrist_quaternion(wrist)
    mujoco.mj_kinematics(model, data)
    return model, data


def view(wrist: np.ndarray, size: int) -> camera.View:
    """The third-person camera of a hand at pitch and yaw ``wrist``."""
    return camera.View.at(TURN + [0, wrist[1]], half_field=HALF_FIELD, size=size)


def picture(obj: Object, wrist: np.ndarray, readings: np.ndarray, size: int = 480) -> np.ndarray:
    """The third-person picture, (size, size, 3) uint8; arguments as for :func:`posed`."""
    return camera.render(*posed(obj, wrist, readings), view(wrist, size), obj.spot)
