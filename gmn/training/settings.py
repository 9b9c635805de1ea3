"""Settings of training; docs/pipeline.md has the unit of each. The defaults are the paper's."""

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from gmn.arguments import Count, Positive
from gmn.data.settings import Contexts
from gmn.section import Section, Share


class Lesson(Section):
    """A share of all iterations, and what is easier in it."""

    share: Annotated[float, Field(gt=0, lt=1)]
    views: Count | None = None
    scenes: Count | None = None
    first: Count | None = None

    @model_validator(mode="after")
    def _easier(self) -> "Lesson":
        if self.views is self.scenes is self.first is None:
            raise ValueError("a lesson is easier in something: give views, scenes or first, or leave it out")
        return self


class Curriculum(Section):
    """Curriculum: easier batches first, and an annealed KL weight; see docs/learning.md."""

    lessons: list[Lesson]
    kl_start: Share
    kl_rise: Annotated[list[Share], Field(min_length=2, max_length=2)]

    @field_validator("lessons")
    @classmethod
    def _leave_room(cls, lessons: list[Lesson]) -> list[Lesson]:
        total = sum(lesson.share for lesson in lessons)
        if total >= 1:
            raise ValueError(f"shares add up to {total:g}; leave a part of 1 for batches of batch_size whole scenes")
        return lessons

    @field_validator("kl_rise")
    @classmethod
    def _from_to(cls, rise: list[float]) -> list[float]:
        if rise[1] - rise[0] < 1e-3:
            raise ValueError("the weight rises from a share to a larger one: write the smaller one first, 0.001 apart")
        return rise


class Imagined(Section):
    """Scenes whose z is drawn from P instead of Q, late in training."""

    share: Annotated[float, Field(gt=0, le=0.5)]
    start: Annotated[float, Field(ge=0, lt=1)]


class Train(Section):
    """Optimisation."""

    iterations: Count
    batch_size: Count
    curriculum: Curriculum | None = None
    optimizer: Literal["adam", "muon"] = "adam"
    learning_rate: Annotated[float, Field(ge=1e-9, le=1)]
    initialisation: Literal["default", "scaled"] = "default"
    warmup: Annotated[int, Field(ge=0)] = 0
    schedule: Literal["constant", "cosine"] = "constant"
    clip: Positive = 0.25
    contexts: Contexts = Contexts()
    rendered: Count | None = None
    rays: Count | None = None
    prior_weight: Annotated[float, Field(ge=1, le=10)] = 1.0
    imagined: Imagined | None = None
    padded: bool = False
    symmetries: bool = False
    haptic_scale: Literal["minmax", "robust"] = "minmax"
    precision: Literal["float32", "bfloat16"] = "float32"
    evaluate_every: Count
    validation_scenes: Count

    @model_validator(mode="after")
    def _within_the_iterations(self) -> "Train":
        if self.warmup > self.iterations:
            raise ValueError(f"warmup: got {self.warmup}, more than the {self.iterations} iterations; lower it")
        for k, lesson in enumerate(self.lessons):
            if lesson.share * self.iterations < 1:
                raise ValueError(
                    f"curriculum.lessons.{k}.share: got {lesson.share:g}, less than one of {self.iterations} iterations"
                )
        return self

    @model_validator(mode="after")
    def _same_shapes(self) -> "Train":
        if self.padded and any(lesson.views or lesson.scenes for lesson in self.lessons):
            raise ValueError("padded batches have one shape: leave views and scenes out of curriculum.lessons")
        if self.padded and self.optimizer != "adam":
            raise ValueError("padded: is replayed with optimizer adam only; use that, or padded: false")
        return self

    @property
    def lessons(self) -> list[Lesson]:
        """The curriculum's lessons; none without a curriculum."""
        return self.curriculum.lessons if self.curriculum else []

    @property
    def length(self) -> str:
        """Length in words."""
        easier = ", easier batches first" if self.lessons else ""
        return f"{self.iterations:,} iterations, each of a batch of {self.batch_size} scenes{easier}"

    @property
    def steps(self) -> str:
        """What makes steps, and how large, in words."""
        kind = {"adam": "Adam", "muon": "Muon (Adam for all but layers' weights)"}[self.optimizer]
        return f"{kind} at {self.learning_rate}"
