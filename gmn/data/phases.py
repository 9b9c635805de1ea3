"""Phases of a training curriculum: scenes a batch, views a scene, and scenes to draw from, step by step.

Few scenes first: over all scenes a picture depends on the camera's height but not on its yaw; a network that sees
thousands of them learns to ignore where around the object it looks before it knows any object, and hardly comes back.
Of a handful of scenes it must know object and viewpoint both. Short scenes first: a scene of which one view is shown is
cheap and easy, its code is that of one picture. See docs/learning.md.
"""

from collections.abc import Sequence
from typing import NamedTuple


class Phase(NamedTuple):
    """Batches that are alike.

    Attributes:
        until: the iteration that is no longer part of it; None for the last phase.
        views: shown of each sense, V at most.
        scenes: B.
        first: scenes to draw from when it begins; their number grows geometrically to all when it ends. None: all.
    """

    until: int | None
    views: int
    scenes: int
    first: int | None = None


class Phases:
    """Phases in their order.

    Args:
        early: those before the last, in the order of ``until``.
        views, scenes: of the last.
    """

    def __init__(self, early: Sequence[Phase], views: int, scenes: int):
        self.all = [phase._replace(views=min(phase.views, views)) for phase in early]
        self.all.append(Phase(None, views, scenes))

    def number_at(self, step: int) -> int:
        """Number of the phase of iteration ``step``, from 0."""
        return next(k for k, phase in enumerate(self.all) if phase.until is None or step < phase.until)

    def at(self, step: int) -> Phase:
        """The phase that iteration ``step`` belongs to."""
        return self.all[self.number_at(step)]

    def scenes_before(self, step: int) -> int:
        """Scenes read before iteration ``step``."""
        total = begin = 0
        for phase in self.all:
            end = step if phase.until is None else min(step, phase.until)
            total += max(0, end - begin) * phase.scenes
            begin = max(begin, end)
        return total

    def drawn_from(self, step: int, every: int) -> int:
        """Scenes that iteration ``step`` draws from, of ``every``."""
        number = self.number_at(step)
        phase, begin = self.all[number], self.all[number - 1].until if number else 0
        if phase.first is None or phase.first >= every:
            return every
        # pyrefly: ignore[unsupported-operation]
        return round(phase.first * (every / phase.first) ** ((step - begin) / (phase.until - begin)))
