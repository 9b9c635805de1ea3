"""What is simulated, and which contexts training scenes are shown with."""

from typing import Annotated

from pydantic import Field

from gmn.arguments import Count
from gmn.mese.settings import SceneSettings
from gmn.section import Section, Share, part_of

World = part_of(SceneSettings, "World", without=("name", "seed", "cubes", "shapes", "views"))


class ObjectSet(part_of(SceneSettings, "Objects", only=("cubes", "shapes"))):
    """One set of scenes: how many, of what objects."""

    scenes: Count


class PicturedSet(ObjectSet):
    """One whose first four objects of different shapes Fig. 1, S5 and S6 show; three cubes make two shapes only."""

    scenes: Annotated[int, Field(ge=4)]
    cubes: Annotated[int, Field(ge=4, le=6)]


class Sets(Section):
    """The object sets."""

    train: ObjectSet
    val: ObjectSet
    test: PicturedSet
    test4: ObjectSet
    test6: ObjectSet
    heldout: ObjectSet


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
    """

    alone: Share = 0.0
    few: Share = 0.0
    crossed: Share = 0.0
