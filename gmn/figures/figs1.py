"""Fig. S1: query-sense pairs of a real scene."""

from gmn.evaluation.results import Results
from gmn.figures import scene
from gmn.figures.style import Figure, Sheet
from gmn.mese.object import Object

ARRAYS = ("image", "camera", "hand", "haptics", *Object.ARRAYS)


def draw(results: Results, sheet: Sheet) -> Figure:
    first = {name: results.test_scenes.read(name, [0])[0] for name in ARRAYS}
    return scene.draw(first, "Scene 0 of the test set: looked at (above), grasped (middle), felt (below)", sheet)
