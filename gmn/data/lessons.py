"""What a training batch shows, step by step: of how many scenes, how many views, drawn from how many scenes.

Few scenes first: over all scenes a picture depends on the camera's height but not on its yaw; a network that sees
thousands of them learns to ignore where around the object it looks before it knows any object, and hardly comes back.
Of a handful of scenes it must know object and viewpoint both. Short scenes first: a scene of which one view is shown is
cheap and easy, its code is that of one picture. See docs/learning.md.
"""

from collections.abc import Sequence
from typing import NamedTuple


class Lesson(NamedTuple):
    """Batches that are alike.

    Attributes:
        until: the iteration that is no longer part of it; None for the last lesson.
        views: shown of each sense, V at most.
        scenes: B.
        first: scenes to draw from when it begins; their number grows geometrically to all when it ends. None: all.
    """

    until: int | None
    views: int
    scenes: int
    first: int | None = None


class Lessons:
    """Lessons in their order.

    Args:
        early: those before the last, in the order of ``until``.
        views, scenes: of the last.
    """

    def __init__(self, early: Sequence[Lesson], views: int, scenes: int):
        self.all = [lesson._replace(views=min(lesson.views, views)) for lesson in early]
        self.all.append(Lesson(None, views, scenes))

    def number_at(self, step: int) -> int:
        """Which lesson, from 0, iteration ``step`` belongs to."""
        return next(k for k, lesson in enumerate(self.all) if lesson.until is None or step < lesson.until)

    def at(self, step: int) -> Lesson:
        """The lesson that iteration ``step`` belongs to."""
        return self.all[self.number_at(step)]

    def scenes_before(self, step: int) -> int:
        """Scenes read before iteration ``step``."""
        total = begin = 0
        for lesson in self.all:
            end = step if lesson.until is None else min(step, lesson.until)
            total += max(0, end - begin) * lesson.scenes
            begin = max(begin, end)
        return total

    def drawn_from(self, step: int, every: int) -> int:
        """Scenes that iteration ``step`` draws from, of ``every``."""
        number = self.number_at(step)
        lesson, begin = self.all[number], self.all[number - 1].until if number else 0
        if lesson.first is None or lesson.first >= every:
            return every
        return round(lesson.first * (every / lesson.first) ** ((step - begin) / (lesson.until - begin)))
