"""One object in a black room, with the hand or without: the MuJoCo models of MESE.

The object's cubes are static boxes with their own colour. The room's walls are out of every sense's reach and
black, so they are left out; light comes from a spot above and from the camera.
"""

import copy
from functools import cache

import mujoco
import numpy as np

from gmn.mese import pose, shape
from gmn.mese.hand import WRIST, add_hand
from gmn.mese.object import Object

TIMESTEP = 0.005  # s; against the original's 0.002 see docs/mese.md


@cache
def grasping_model(cubes: int) -> mujoco.MjModel:
    """The hand over ``cubes`` static boxes, to be placed by their ``body_pos`` and ``body_quat``."""
    spec = mujoco.MjSpec()
    spec.compiler.degree = False
    spec.option.timestep = TIMESTEP
    spec.option.iterations = 50
    spec.option.tolerance = 1e-10
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    spec.option.solver = mujoco.mjtSolver.mjSOL_NEWTON
    spec.option.jacobian = mujoco.mjtJacobian.mjJAC_SPARSE  # a tenth faster here; the same to 1e-10
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_EULER
    _add_cubes(spec, cubes)
    add_hand(spec)
    return spec.compile()


@cache
def object_model(cubes: int) -> mujoco.MjModel:
    """The object alone, to be looked at."""
    spec = mujoco.MjSpec()
    _add_cubes(spec, cubes)
    return spec.compile()


def _add_cubes(spec: mujoco.MjSpec, cubes: int) -> None:
    """A body each: collision culling keeps the compiled place of geoms that share a body."""
    for k in range(cubes):
        cube = spec.worldbody.add_body(name=f"cube{k}")
        cube.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, size=[shape.EDGE / 2] * 3)


def cube_bodies(model: mujoco.MjModel) -> np.ndarray:
    """Ids of the object's cubes in ``model``."""
    names = [model.body(k).name for k in range(model.nbody)]
    return np.array([k for k, name in enumerate(names) if name.startswith("cube")])


def put(model: mujoco.MjModel, obj: Object) -> None:
    """Place and paint the cubes of ``model``."""
    ids = cube_bodies(model)
    model.body_pos[ids] = obj.cubes
    model.body_quat[ids] = obj.orientation
    model.geom_rgba[model.body_geomadr[ids], :3] = obj.colours


def alone(obj: Object) -> tuple[mujoco.MjModel, mujoco.MjData]:
    """The object in an empty room, ready to be looked at; a model of its own, so that threads do not meet."""
    model = copy.copy(object_model(len(obj.walk)))
    put(model, obj)
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    return model, data


def wrist_mocap(model: mujoco.MjModel) -> int:
    """Index of the wrist among the mocap bodies of ``model``."""
    return int(model.body(WRIST).mocapid[0])


def wrist_quaternion(angles: np.ndarray) -> np.ndarray:
    """Orientation of the wrist at pitch and yaw (2,) radians, w x y z."""
    mujoco.mju_mat2Quat(quaternion := np.empty(4), pose.wrist_axes(angles).ravel())
    return quaternion
