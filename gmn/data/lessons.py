"""How many views of how many scenes a training batch shows, step by step.

Short scenes first: a scene of which one view is shown is cheap and easy, its code is that of one picture. What
encoders and renderers learn there helps with scenes of 15 views, see docs/learning.md.
"""

from collections.abc import Sequence
from typing import NamedTuple


class Lesson(NamedTuple):
    """Batches that are alike.

    Attributes:
        until: the iteration that is no longer part of it; None for the last lesson.
        views: shown of each sense, V at most.
        scenes: B.
    """

    until: int | None
    views: int
    scenes: int


class Lessons:
    """Lessons in their order.

    Args:
        short: those before the last, in the order of ``until``.
        views, scenes: of the last.
    """

    def __init__(self, short: Sequence[Lesson], views: int, scenes: int):
        self.all = [lesson._replace(views=min(lesson.views, views)) for lesson in short]
        self.all.append(Lesson(None, views, scenes))

    def at(self, step: int) -> Lesson:
        """The lesson that iteration ``step`` belongs to."""
        return next(lesson for lesson in self.all if lesson.until is None or step < lesson.until)

    def scenes_before(self, step: int) -> int:
        """Scenes read before iteration ``step``."""
        total = begin = 0
        for lesson in self.all:
            end = step if lesson.until is None else min(step, lesson.until)
            total += max(0, end - begin) * lesson.scenes
            begin = max(begin, end)
        return total
