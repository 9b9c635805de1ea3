"""Speed of simulation: CPU time of each sense, and memory."""

import resource
import sys
import time
from dataclasses import dataclass

from gmn.mese.grasp import CONTROL_STEPS, SUBSTEPS
from gmn.mese.scene import Scene
from gmn.mese.senses import SENSES
from gmn.mese.settings import SceneSettings


@dataclass(frozen=True)
class Speed:
    """CPU seconds of one process, and its peak memory.

    Attributes:
        scenes: scenes made.
        views: of each scene by each sense.
        attempts: grasps tried for the accepted ones.
        seconds: by sense, CPU seconds.
        peak_mib: peak resident memory after each quarter, MiB.
    """

    scenes: int
    views: int
    attempts: int
    seconds: dict[str, float]
    peak_mib: list[float]

    def lines(self) -> list[str]:
        """Lines for a terminal."""
        of_senses = [
            f"{SENSES[sense].views}: {1e3 * seconds / self.scenes:.0f} ms a scene, "
            f"{1e3 * seconds / self.scenes / self.views:.2f} ms each"
            for sense, seconds in self.seconds.items()
        ]
        step = self.seconds["haptics"] / (self.attempts * CONTROL_STEPS * SUBSTEPS)
        return [
            f"{self.scenes / sum(self.seconds.values()):.2f} scenes/CPU-s",
            *of_senses,
            f"grasps: {self.attempts / self.scenes:.1f} tried a scene, {1e6 * step:.1f} us a step",
            f"peak memory after each quarter: {', '.join(f'{m:.0f}' for m in self.peak_mib)} MiB",
        ]


def measure(settings: SceneSettings, scenes: int, tick) -> Speed:
    """Make ``scenes`` scenes (a multiple of 4) as a shard a quarter, and throw them away."""
    attempts, peaks = 0, []
    seconds = dict.fromkeys(SENSES, 0.0)
    for quarter in range(4):
        made = [Scene(settings, quarter * scenes // 4 + k) for k in range(scenes // 4)]
        for name, sense in SENSES.items():
            start = time.process_time()
            sense.observe(made)
            seconds[name] += time.process_time() - start
        attempts += sum(scene.attempts for scene in made)
        peaks.append(_peak_mib())
        tick(len(made))
    return Speed(scenes, settings.views, attempts, seconds, peaks)


def _peak_mib() -> float:
    """Peak resident memory of this process."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10  # bytes there, KiB elsewhere
