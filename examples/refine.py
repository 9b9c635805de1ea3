"""What a few steps of gradient ascent for each scene make of what the networks imagine.

It prints CSV: of new objects, for each network and context, after so many steps, the overlap of the imagined shape with
the true one, the share of the variance of unseen pictures that is explained, and the CPU time that the samples of one
object took. Numbers and figure of docs/results.md (half an hour):

    python examples/refine.py 60 --figure reports/trials/refined.svg > reports/trials/refined.csv
"""

import time
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import torch
import typer

from gmn.commands.options import drawable
from gmn.errors import exit_with_message
from gmn.evaluation.explained import parts
from gmn.evaluation.intervals import Interval, bootstrap, share_explained
from gmn.evaluation.shape import STEP
from gmn.explore.scene import SensedScene, orbit
from gmn.figures.style import PAGE, bare, caption, close, panels, save_picture, style
from gmn.mese.parts import filled
from gmn.mese.pose import camera_pose, query
from gmn.mese.settings import SceneSettings
from gmn.models.networks import NETWORKS
from gmn.trained import TrainedGMN
from gmn.trained.mesh import lattice
from gmn.trained.occupancy import best_level, overlap

SAMPLES, ASKED = 8, range(10, 15)  # of z; pictures that are never given
CONTEXTS = {
    "one picture": {"vision": range(1)},
    "ten touches": {"haptics": range(10)},
    "one picture and 15 touches": {"vision": range(1), "haptics": range(15)},
    "ten pictures": {"vision": range(10)},
    "ten of both": {"vision": range(10), "haptics": range(10)},
}
STEPS = {"apoe": (0, 3, 10, 30), "baseline": (0, 10), "poe": (0, 10)}
DRAWN = {"ten touches": (0, 10), "one picture and 15 touches": (0, 10), "ten pictures": (0, 30)}  # steps, a row each
OBJECTS, LARGER = 6, 4
torch.set_num_threads(1)  # networks this small gain little from more, and other work keeps its cores
models = {name: TrainedGMN.from_pretrained(f"laptop/m2/{name}") for name in STEPS}
config = models["apoe"].config
settings = SceneSettings(name="refined", image_size=config.image_size, crop_size=config.image_size)
points = lattice(config.extent, STEP)[0]


class Found(NamedTuple):
    """Of one object: overlap of shapes; mean squares of pictures' errors, grey and chroma; CPU seconds."""

    overlap: float
    grey: float
    chroma: float
    seconds: float


def measured(model: TrainedGMN, scene: SensedScene, given: dict, steps: int) -> Found:
    """What one network imagines of one object."""
    pictures, queries = scene.contexts({"vision": ASKED})["vision"]
    began = time.process_time()
    belief = model.infer(scene.contexts(given), refine=steps)
    imagined = belief.imagine({"vision": queries}, SAMPLES)["vision"].mean(0)
    seconds = time.process_time() - began
    each = belief.occupancy(points, SAMPLES).numpy()
    shape = overlap(each.mean(0) > best_level(each), filled(scene.object, points))
    errors = parts((imagined - as_fractions(pictures))[None])
    return Found(float(shape), *(float(error[0]) for error in errors), seconds)


def as_fractions(pictures: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pictures).float() / 255


def varying(scenes: list[SensedScene]) -> tuple[np.ndarray, np.ndarray]:
    """Mean squares of grey and chroma of each object's unseen pictures around the mean of all."""
    shown = torch.stack([as_fractions(scene.contexts({"vision": ASKED})["vision"][0]) for scene in scenes])
    return parts(shown - shown.mean((0, 1)))


def told(interval: Interval, digits: int = 2) -> str:
    mean, low, high = interval
    return f"{mean:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def draw(scenes: list[SensedScene], path: Path) -> None:
    """One sample of APoE's of some objects, before and after, and the truth."""
    model, angles = models["apoe"], orbit(8)[1:2]
    rows, asked = {}, {"vision": query(camera_pose(angles))}
    for name, each in DRAWN.items():
        for steps in each:
            beliefs = [model.infer(scene.contexts(CONTEXTS[name]), refine=steps) for scene in scenes]
            imagined = [belief.imagine(asked, size=LARGER * config.image_size)["vision"][0, 0] for belief in beliefs]
            label = "\n".join([name.replace(" and ", ",\n"), f"{steps} steps" if steps else "as inferred"])
            rows[label] = [picture.clamp(0, 1).movedim(0, 2).numpy() for picture in imagined]
    rows["truth"] = [scene.truth(angles, LARGER * config.image_size)[0] for scene in scenes]
    with style():
        figure, axes = panels(len(rows), len(scenes), figsize=(PAGE, PAGE / len(scenes) * len(rows) * 0.92))
        for line, (label, pictures) in zip(axes, rows.items(), strict=True):
            line[0].set_ylabel(label, rotation=0, ha="right", va="center", fontsize=6.5)
            for panel, picture in zip(line, pictures, strict=True):
                edge = len(picture) // 5  # dark all around
                panel.imshow(picture[edge:-edge, edge:-edge], interpolation="none")  # a browser enlarges it
                bare(panel)
        close(figure)
        caption(figure, "APoE, laptop; new objects, one sample of z each, from a viewpoint that was not given")
        save_picture(figure, path)


def main(
    scenes: Annotated[int, typer.Argument(min=2, help="Objects to imagine.")] = 3,
    figure: Annotated[Path | None, typer.Option(callback=drawable, help="Draw some, too: .png, .svg or .pdf.")] = None,
) -> None:
    """Measure what networks imagine as inferred, and refined."""
    sensed = [SensedScene.make(settings, index) for index in range(scenes)]
    variances = varying(sensed)
    print("network,given,steps,overlap,grey,chroma,CPU s")
    for network, counts in STEPS.items():
        for name, given in CONTEXTS.items():
            for steps in counts:
                found = [measured(models[network], scene, given, steps) for scene in sensed]
                shapes, *errors, seconds = np.array(found).T
                shares = [share_explained(error, variance) for error, variance in zip(errors, variances, strict=True)]
                cells = [NETWORKS[network].label, name, steps, told(bootstrap(shapes)), *map(told, shares)]
                print(*cells, f"{seconds.mean():.2f}", sep=",", flush=True)
    if figure:
        draw(sensed[:OBJECTS], figure)


if __name__ == "__main__":
    with exit_with_message():
        typer.run(main)
