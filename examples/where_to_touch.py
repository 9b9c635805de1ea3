"""Where to touch next: where the network would learn most of the shape, the farthest place, or in random order.

Fifteen grasps of an object are there to choose from. It prints CSV: overlap of the imagined shape with the true one
after so many touches, and how much more than in random order. The interval of three objects means little. Numbers
and figure of docs/results.md (a quarter of an hour):

    python examples/where_to_touch.py 200 --figure reports/trials/next-touch.svg > reports/trials/next-touch.csv
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer

from gmn.commands.options import drawable
from gmn.errors import exit_with_message
from gmn.evaluation.intervals import Interval, bootstrap
from gmn.evaluation.shape import STEP
from gmn.explore.scene import SensedScene
from gmn.figures.style import FOR_PAGE, caption, save_picture, style
from gmn.mese.parts import filled
from gmn.mese.settings import SceneSettings
from gmn.trained import TrainedGMN
from gmn.trained.mesh import lattice
from gmn.trained.occupancy import best_level, overlap

TOUCHES = 5
torch.set_num_threads(1)  # networks this small gain little from more, and other work keeps its cores
model = TrainedGMN.from_pretrained("laptop/m2/apoe")
settings = SceneSettings(name="touched", image_size=model.config.image_size, crop_size=32)
points, fewer = (lattice(model.config.extent, step)[0] for step in (STEP, 2 * STEP))


def in_order(scene: SensedScene, touched: list[int], left: list[int]) -> int:
    """The next as they were made: from a random side each."""
    return left[0]


def farthest(scene: SensedScene, touched: list[int], left: list[int]) -> int:
    """The one whose wrist is farthest from all those before."""
    places = scene.contexts({"haptics": [*touched, *left]})["haptics"][1][:, :3]
    apart = np.linalg.norm(places[len(touched) :, None] - places[: len(touched)], axis=2)
    return left[int(apart.min(1).argmax())] if touched else left[0]


def telling(scene: SensedScene, touched: list[int], left: list[int]) -> int:
    """The one that would tell most of the shape."""
    _, queries = scene.contexts({"haptics": left})["haptics"]
    belief = model.infer(scene.contexts({"haptics": touched}))
    return left[int(belief.gain({"haptics": queries}, fewer)["haptics"].argmax())]


ORDERS = {"in random order": in_order, "the farthest": farthest, "the most telling": telling}


def overlaps(scene: SensedScene, choose) -> list[float]:
    """Intersection over union with the true shape, after each of :data:`TOUCHES` touches."""
    truth, touched, found = filled(scene.object, points), [], []
    for _ in range(TOUCHES):
        touched.append(choose(scene, touched, [k for k in range(settings.views) if k not in touched]))
        each = model.infer(scene.contexts({"haptics": touched})).occupancy(points, samples=8).numpy()
        found.append(overlap(each.mean(0) > best_level(each), truth))
    return found


def draw(shapes: dict[str, list[Interval]], more: dict[str, list[Interval]], scenes: int, path: Path) -> None:
    """Curves of each order, and how much more than in random order."""
    with style():
        figure, (left, right) = FOR_PAGE.panels(1, 2, 2.4)
        for panel, curves in ((left, shapes), (right, more)):
            for k, (name, found) in enumerate(curves.items(), len(ORDERS) - len(curves)):
                mean, low, high = np.array(found).T
                x = np.arange(1, TOUCHES + 1) + 0.06 * (k - 1)
                panel.errorbar(x, mean, [mean - low, high - mean], label=name, marker="os^"[k], color=f"C{k + 4}")
            panel.set(xlabel="touches", xticks=range(1, TOUCHES + 1))
        right.axhline(0, color="0.4", lw=0.7)
        left.set(title="(a) overlap with the true shape", ylabel="intersection over union")
        right.set(title="(b) more than in random order", ylabel="difference")
        left.legend()
        caption(figure, f"APoE, {scenes} new objects, touched and not seen; bars: 95 % bootstrap over objects")
        save_picture(figure, path)


def main(
    scenes: Annotated[int, typer.Argument(min=1, help="Objects to touch.")] = 3,
    figure: Annotated[Path | None, typer.Option(callback=drawable, help="Draw it, too: .png, .svg or .pdf.")] = None,
) -> None:
    """Choose touches of objects in three orders, and compare the shapes imagined."""
    sensed = [SensedScene.make(settings, index) for index in range(scenes)]
    found = {name: np.array([overlaps(scene, choose) for scene in sensed]).T for name, choose in ORDERS.items()}
    shapes = {name: [bootstrap(values) for values in of] for name, of in found.items()}
    blind, *others = found
    more = {name: [bootstrap(a - b) for a, b in zip(found[name], found[blind], strict=True)] for name in others}
    print(",".join(["touches", blind, *(cell for name in others for cell in (name, "more"))]))
    for k in range(TOUCHES):
        cells = [str(k + 1), f"{shapes[blind][k].mean:.3f}"]
        for name in others:
            mean, low, high = more[name][k]
            cells += [f"{shapes[name][k].mean:.3f}", f"{mean:.3f} ({low:.3f} to {high:.3f})"]
        print(",".join(cells))
    if figure:
        draw(shapes, more, scenes, figure)


if __name__ == "__main__":
    with exit_with_message():
        typer.run(main)
