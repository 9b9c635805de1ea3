"""The grasp: the wrist appears over the object, the fingers close for one second, 132 readings are taken.

The policy is open loop (App. A): after k of 25 control steps the controls are ``high (1 - 0.96^k)``, the
wrist held still. A grasp whose largest reading exceeds 150 is rejected and another wrist pose is drawn.
"""

import mujoco
import numpy as np
from mujoco.batch import Batch

from gmn.mese import hand, pose, world

CONTROL_STEPS = 25
CONTROL_DT = 0.04  # s
SUBSTEPS = round(CONTROL_DT / world.TIMESTEP)
LIMIT = 150.0  # N, m/s^2, ...: the largest reading of an accepted grasp


class Grasper:
    """Grasps many objects at once.

    Args:
        cubes: number of cubes of every object.
        lanes: simulations stepped side by side.
        threads: threads that step them; readings do not depend on it.
    """

    def __init__(self, cubes: int, lanes: int = 64, threads: int = 1):
        self.model = world.grasping_model(cubes)
        self.batch = Batch(self.model, nsim=lanes, nthread=threads)
        self._cubes = world.cube_bodies(self.model)
        self._wrist = world.wrist_mocap(self.model)
        self._body_pos = self.batch.expand("body_pos")
        self._readings = self.batch.bind("sensordata")
        self._high = np.array(hand.control_high())

    def feel(self, objects: np.ndarray, angles: np.ndarray) -> np.ndarray:
        """Readings of one grasp each.

        Args:
            objects: cube centres, (N, n, 3) metres.
            angles: pitch and yaw of the wrist, (N, 2) radians.

        Returns:
            (N, 132) float64, in the order of :func:`gmn.mese.hand.channels`, SI units.
        """
        lanes = self.batch.nsim
        chunks = range(0, len(objects), lanes)
        return np.concatenate([self._feel(objects[i : i + lanes], angles[i : i + lanes]) for i in chunks])

    def _feel(self, objects: np.ndarray, angles: np.ndarray) -> np.ndarray:
        ids = np.arange(len(objects))
        self.batch.reset(ids, stage=mujoco.mjtStage.mjSTAGE_NONE)
        self._body_pos[: len(ids), self._cubes] = objects
        wrist, frame = pose.wrist_pose(angles)[:, :3], pose.wrist_frame(angles)
        for i in ids:
            quat = np.empty(4)
            mujoco.mju_mat2Quat(quat, frame[i].ravel())
            self.batch.mocap_quat[i, self._wrist] = quat
        self.batch.mocap_pos[: len(ids), self._wrist] = wrist
        control = self.batch.bind("ctrl")
        for k in range(1, CONTROL_STEPS + 1):
            control[: len(ids)] = self._high * (1 - 0.96**k)
            self.batch.step(ids, nstep=SUBSTEPS)
        return self._readings[: len(ids)].copy()
