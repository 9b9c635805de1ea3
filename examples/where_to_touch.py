"""Where to touch next: each time where the network would learn most of the shape, beside touches in random order.

Fifteen grasps of an object are there to choose from. Run it whole (some seconds a scene); its table in docs/results.md
is of `python examples/where_to_touch.py 200`, the interval of three scenes means little. It prints CSV: overlap of the
imagined shape with the true one after so many touches.
"""

from typing import Annotated

import numpy as np
import torch
import typer

from gmn.errors import exit_with_message
from gmn.evaluation.intervals import bootstrap
from gmn.evaluation.shape import STEP
from gmn.explore.scene import SensedScene
from gmn.mese.parts import filled
from gmn.mese.settings import SceneSettings
from gmn.trained import TrainedGMN
from gmn.trained.belief import Belief
from gmn.trained.mesh import lattice
from gmn.trained.occupancy import best_level, overlap

TOUCHES = 5
torch.set_num_threads(1)  # networks this small gain little from more, and other work keeps its cores
model = TrainedGMN.from_pretrained("laptop/m2/apoe")
settings = SceneSettings(name="touched", image_size=model.config.image_size, crop_size=32)
points, fewer = (lattice(model.config.extent, step)[0] for step in (STEP, 2 * STEP))


def telling(scene: SensedScene, belief: Belief, left: list[int]) -> int:
    """The touch that would tell most of the shape."""
    _, queries = scene.contexts({"haptics": left})["haptics"]
    return left[int(belief.gain({"haptics": queries}, fewer)["haptics"].argmax())]


def in_order(scene: SensedScene, belief: Belief, left: list[int]) -> int:
    """The next as they were made: from a random side each."""
    return left[0]


def overlaps(scene: SensedScene, choose) -> list[float]:
    """Intersection over union with the true shape, after 0 touches and each one more."""
    truth, touched, found = filled(scene.object, points), [], []
    for count in range(TOUCHES + 1):
        belief = model.infer(scene.contexts({"haptics": touched}))
        each = belief.occupancy(points, samples=8).numpy()
        found.append(overlap(each.mean(0) > best_level(each), truth))
        if count < TOUCHES:
            touched.append(choose(scene, belief, [k for k in range(settings.views) if k not in touched]))
    return found


def main(scenes: Annotated[int, typer.Argument(min=1, help="Objects to touch.")] = 3) -> None:
    """Touch objects in random order and in the most telling one, and compare the shapes imagined."""
    sensed = [SensedScene.make(settings, index) for index in range(scenes)]
    blind, chosen = (np.array([overlaps(scene, choose) for scene in sensed]).T for choose in (in_order, telling))
    print("touches,in random order,most telling,difference (95 % interval)")
    for count in range(1, TOUCHES + 1):
        more = bootstrap(chosen[count] - blind[count])
        means = f"{blind[count].mean():.3f},{chosen[count].mean():.3f}"
        print(f"{count},{means},{more.mean:.3f} ({more.low:.3f} to {more.high:.3f})")


if __name__ == "__main__":
    with exit_with_message():
        typer.run(main)
