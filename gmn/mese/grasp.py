"""The grasp: the wrist appears over the object, the fingers close for one second, 132 readings are taken.

The policy is open loop (App. A): after k of 25 control steps the controls are ``high (1 - 0.96^k)``, the
wrist held still. A grasp whose largest reading exceeds 150 is rejected and another wrist pose is drawn.
"""

from collections.abc import Sequence
from functools import cache
from typing import Annotated

import mujoco
import numpy as np
from mujoco.batch import Batch
from pydantic import Field

from gmn.arguments import Size, checked, numbers
from gmn.errors import UserError
from gmn.mese import hand, pose, world
from gmn.mese.channels import channels
from gmn.mese.object import Object

CONTROL_STEPS = 25
CONTROL_DT = 0.04  # s
SUBSTEPS = round(CONTROL_DT / world.TIMESTEP)
LIMIT = 150.0  # N, m/s^2, ...: the largest reading of an accepted grasp
DECIMALS = 9  # kept of what goes into the physics: the last bits of sines differ between processors
Wrists = numbers(-1, 2, **pose.RADIANS)  # pitch and yaw, radians
Threads = Annotated[int, Field(ge=1, le=1024)]
NO_SENSORS = mujoco.mjtDisableBit.mjDSBL_SENSOR.value


@cache
def policy() -> np.ndarray:
    """Controls of the paper's grasp, (25, 13) radians."""
    k = np.arange(1, CONTROL_STEPS + 1)[:, None]
    controls = (hand.control_range()[:, 1] * (1 - 0.96**k)).round(DECIMALS)
    controls.flags.writeable = False  # all share it
    return controls


@checked
def accepted(readings: numbers(..., 132)) -> np.ndarray:
    """Whether grasps (..., 132) are kept."""
    return readings.max(-1) <= LIMIT


@checked
class Grasper:
    """Hands that grasp an object each, side by side.

    Usage::

        grasper = Grasper(cubes=5)
        readings = grasper.feel(objects, angles)  # the paper's grasps, any number

    or, step by step, at most ``lanes`` at once: ``begin(objects, angles)``, then ``advance(control)``. A copy, also one
    that was pickled, goes on with the same readings.

    Args:
        cubes: number of cubes of every object.
        lanes: simulations stepped side by side.
        threads: threads that step them; readings do not depend on it.
    """

    def __init__(self, cubes: Annotated[int, Field(ge=1, le=64)], lanes: Size = 64, threads: Threads = 1):
        model = world.grasping_model(cubes)
        self.batch = Batch(model, nsim=lanes, nthread=threads)
        self._cubes = world.cube_bodies(model)
        self._wrist = world.wrist_mocap(model)
        self._position, self._orientation = self.batch.expand("body_pos"), self.batch.expand("body_quat")
        self._disabled = self.batch.expand("opt.disableflags")
        self._control, self._readings = self.batch.bind("ctrl"), self.batch.bind("sensordata")
        self._ids = np.arange(0)
        self._made = cubes, lanes, threads
        self._done: list[tuple] = []  # what happened since the hands opened

    def __reduce__(self):
        return _again, (self._made, self._done)

    def begin(self, objects: Sequence[Object], angles: Wrists) -> None:
        """Put open hands over objects: N of each, angles (N, 2) pitch and yaw of the wrist in radians."""
        self._check(objects, angles)
        if len(objects) > self.batch.nsim:
            raise UserError(f"objects: got {len(objects)}; this grasper has {self.batch.nsim} lanes")
        self._ids = np.arange(len(objects))
        self.batch.reset(self._ids, stage=mujoco.mjtStage.mjSTAGE_NONE)
        for i, obj in enumerate(objects):
            self._position[i, self._cubes] = obj.cubes.round(DECIMALS)
            self._orientation[i, self._cubes] = obj.orientation.round(DECIMALS)
            self.batch.mocap_quat[i, self._wrist] = world.wrist_quaternion(angles[i]).round(DECIMALS)
        self.batch.mocap_pos[: len(objects), self._wrist] = pose.wrist_pose(angles)[:, :3]
        self._done = [("begin", list(objects), np.array(angles))]

    def advance(self, control: numbers(..., 13), read: bool = True) -> np.ndarray | None:
        """Hold controls, (13,) or (N, 13) radians, for 0.04 s.

        Returns:
            (N, 132) float64, in the order of :func:`gmn.mese.channels.channels`, SI units; None unless ``read``.
        """
        if control.ndim > 1 and control.shape != (len(self._ids), 13):
            raise UserError(f"control: got shape {control.shape}; wanted (13,) or ({len(self._ids)}, 13)")
        self._control[: len(self._ids)] = control
        self._done.append(("advance", np.array(control), read))
        self._disabled[:] = NO_SENSORS
        self.batch.step(self._ids, nstep=SUBSTEPS - read)
        if not read:
            return None
        self._disabled[:] = 0  # readings are those of the last step
        self.batch.step(self._ids)
        return self._readings[: len(self._ids)].copy()

    def feel(self, objects: Sequence[Object], angles: Wrists) -> np.ndarray:
        """Readings (N, 132) of one grasp of each object, angles (N, 2); see :meth:`advance`."""
        self._check(objects, angles)
        # pyrefly: ignore[bad-argument-type]
        return np.concatenate([np.empty((0, len(channels()))), *self._chunks(objects, angles)])

    def _check(self, objects: Sequence[Object], angles: np.ndarray) -> None:
        if len(objects) != len(angles):
            raise UserError(f"angles: got {len(angles)} for {len(objects)} objects; give one each")
        if bad := [len(obj.walk) for obj in objects if len(obj.walk) != len(self._cubes)]:
            raise UserError(f"objects: one has {bad[0]} cubes; this grasper is of {len(self._cubes)}")

    def _chunks(self, objects: list[Object], angles: np.ndarray):
        for start in range(0, len(objects), self.batch.nsim):
            chunk = slice(start, start + self.batch.nsim)
            self.begin(objects[chunk], angles[chunk])
            for control in policy()[:-1]:
                self.advance(control, read=False)
            yield self.advance(policy()[-1])


def _again(made: tuple, done: list[tuple]) -> Grasper:
    """A grasper to which all that was done to another is done."""
    grasper = Grasper(*made)
    for what, *arguments in done:
        getattr(grasper, what)(*arguments)
    return grasper
