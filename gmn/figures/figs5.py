"""Fig. S5: samples as contexts of both senses accumulate."""

from gmn.evaluation.generation import ACCUMULATED
from gmn.evaluation.results import Results
from gmn.figures.strips import draw_strips

SCENE = 1


def draw(results: Results, folder) -> None:
    rows = {f"{n} + {n}": f"imagined-n{n}" for n in ACCUMULATED}
    draw_strips(results, folder, "figs5", "Imagined from n pictures and n grasps", rows, SCENE)
