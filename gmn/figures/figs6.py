"""Fig. S6: samples from pictures only, touch only, and both."""

from gmn.evaluation.generation import CONTEXTS
from gmn.evaluation.protocol import counts
from gmn.evaluation.results import Results
from gmn.figures.strips import draw_strips
from gmn.figures.style import Figure, Sheet

SCENE = 2


def draw(results: Results, sheet: Sheet) -> Figure:
    rows = {
        "{} pictures\n{} grasps".format(*counts(contexts)): f"imagined-{name}"
        for name, contexts in CONTEXTS.items()
        if name in ("image", "haptics", "both")
    }
    return draw_strips(results, sheet, "Imagined from sight, from touch, from both", rows, SCENE)
