"""What is simulated, and which contexts training scenes are shown with."""

from typing import Annotated

from pydantic import Field, model_validator

from gmn.arguments import Count
from gmn.mese.settings import SceneSettings, enough_shapes
from gmn.section import Section, Share, part_of

World = part_of(SceneSettings, "World", without=("name", "seed", "cubes", "shapes", "views"))


class ObjectSet(part_of(SceneSettings, "Objects", only=("cubes", "shapes"))):
    """One set of scenes: how many, of what objects."""

    scenes: Count

    @model_validator(mode="after")
    def _enough_shapes(self) -> "ObjectSet":
        enough_shapes(self.shapes, self.cubes)
        return self


class PicturedSet(ObjectSet):
    """One whose first four objects of different shapes Fig. 1, S5 and S6 show; three cubes make two shapes only."""

    scenes: Annotated[int, Field(ge=4)]
    cubes: Annotated[int, Field(ge=4, le=6)] = 5


class Sets(Section):
    """The object sets."""

    train: ObjectSet
    val: ObjectSet
    test: PicturedSet
    test4: ObjectSet
    test6: ObjectSet
    heldout: ObjectSet

    @model_validator(mode="after")
    def _as_they_are_called(self) -> "Sets":
        for key, wanted, why in (
            ("test4.cubes", 4, "its name says so"),
            ("test6.cubes", 6, "its name says so"),
            ("heldout.shapes", "held-out", "its scenes are those that m2-heldout never trains on"),
            ("heldout.cubes", self.train.cubes, "as those of train, whose shapes it holds out"),
        ):
            name, field = key.split(".")
            if (value := getattr(getattr(self, name), field)) != wanted:
                raise ValueError(f"{key}: got {value!r}; use {wanted!r}: {why}")
        if self.train.shapes == "held-out":
            raise ValueError("train.shapes: got 'held-out'; use all or kept: m2-heldout would have no scenes")
        return self


class Simulate(Section):
    """How scenes are made: what all have in common, the sets, and scenes per file."""

    world: World = World()
    sets: Sets
    shard_scenes: Count


class Contexts(Section):
    """Shares of training scenes with contexts that are otherwise rare; all zero in the paper.

    Attributes:
        alone: show one modality alone, see :func:`gmn.data.views.shown_in_training`.
        few: have a context of no or one view of each modality in the first copy.
        crossed: are asked for some modalities given the others, as the release asks half of its scenes.
        short: have 1 to 4 views of each modality in all, context and targets together.
    """

    alone: Share = 0.0
    few: Share = 0.0
    crossed: Share = 0.0
    short: Share = 0.0

    @model_validator(mode="after")
    def _shares(self) -> "Contexts":
        if (total := self.alone + self.few + self.crossed) > 1 + 1e-9:
            raise ValueError(f"shares add up to {total:g}; 1 is all scenes")
        return self
