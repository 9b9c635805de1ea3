"""How fast scenes are made: CPU time of grasps and pictures apart, and memory."""

import resource
import sys
import time
from dataclasses import dataclass

from gmn.mese import camera
from gmn.mese.grasp import CONTROL_STEPS, SUBSTEPS
from gmn.mese.scene import Scene
from gmn.mese.settings import SceneSettings
from gmn.mese.simulate import grasp


@dataclass(frozen=True)
class Speed:
    """CPU seconds of one process, and its peak memory.

    Attributes:
        scenes: scenes made.
        attempts: grasps tried for them.
        pictures: pictures taken.
        grasping, seeing: CPU seconds.
        peak_mib: peak resident memory after each quarter, MiB.
    """

    scenes: int
    attempts: int
    pictures: int
    grasping: float
    seeing: float
    peak_mib: list[float]

    def lines(self) -> list[str]:
        """What a person wants to know."""
        steps = self.attempts * CONTROL_STEPS * SUBSTEPS
        return [
            f"{self.scenes / (self.grasping + self.seeing):.2f} scenes/CPU-s",
            f"grasps: {1e3 * self.grasping / self.scenes:.0f} ms a scene, {self.attempts / self.scenes:.1f} tried, "
            f"{1e3 * self.grasping / self.attempts:.2f} ms each, {1e6 * self.grasping / steps:.1f} us a step",
            f"pictures: {1e3 * self.seeing / self.scenes:.0f} ms a scene, "
            f"{1e3 * self.seeing / self.pictures:.2f} ms each",
            f"peak memory after each quarter: {', '.join(f'{m:.0f}' for m in self.peak_mib)} MiB",
        ]


def measure(settings: SceneSettings, scenes: int, tick) -> Speed:
    """Make ``scenes`` scenes (a multiple of 4) as a shard a quarter, and throw them away."""
    attempts, peaks = 0, []
    grasping = seeing = 0.0
    for quarter in range(4):
        start = time.process_time()
        made = [Scene(settings, quarter * scenes // 4 + k) for k in range(scenes // 4)]
        grasp(made)
        grasped = time.process_time()
        for scene in made:
            scene.arrays(camera.look(scene.object, scene.camera_angles))
        grasping, seeing = grasping + grasped - start, seeing + time.process_time() - grasped
        attempts += sum(scene.attempts for scene in made)
        peaks.append(_peak_mib())
        tick(len(made))
    return Speed(scenes, attempts, scenes * settings.views, grasping, seeing, peaks)


def _peak_mib() -> float:
    """Peak resident memory of this process."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10  # bytes there, KiB elsewhere
