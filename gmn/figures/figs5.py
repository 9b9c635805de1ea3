"""Fig. S5: samples as contexts of both senses accumulate."""

from gmn.evaluation.generation import ACCUMULATED
from gmn.evaluation.results import Results
from gmn.figures.strips import draw_strips
from gmn.figures.style import Figure, Sheet

SCENE = 1


def draw(results: Results, sheet: Sheet) -> Figure:
    rows = {f"{n} + {n}": f"imagined-n{n}" for n in ACCUMULATED}
    return draw_strips(results, sheet, "Imagined from n pictures and n grasps", rows, SCENE)
