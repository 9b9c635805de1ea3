"""What a few steps of gradient ascent for each scene make of what the networks imagine.

It prints CSV: of new objects, for each network and context, after so many steps, the overlap of the imagined shape with
the true one, the share of the variance of unseen pictures that is explained, each with its paired gain over no steps;
the variance of pictures over samples as a share of their squared error (1: samples differ as much as they err); the CPU
time that the samples of one object took. Numbers and figure of docs/results.md (half an hour):

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
from gmn.evaluation.intervals import Interval, bootstrap, interval_of, share_explained
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
DRAWN = {"ten touches": (0, 10), "one picture and 15 touches": (0, 10), "ten pictures": (0, 10)}  # steps, a row each
OBJECTS, LARGER = 6, 4
torch.set_num_threads(1)  # networks this small gain little from more, and other work keeps its cores
models = {name: TrainedGMN.from_pretrained(f"laptop/m2/{name}") for name in STEPS}
config = models["apoe"].config
settings = SceneSettings(name="refined", image_size=config.image_size, crop_size=config.image_size)
points = lattice(config.extent, STEP)[0]


class Found(NamedTuple):
    """Of one object: overlap of shapes; mean squares of pictures' errors, grey and chroma, and what samples expect of
    their sum; CPU seconds."""

    overlap: float
    grey: float
    chroma: float
    expected: float
    seconds: float


def measured(model: TrainedGMN, scene: SensedScene, given: dict, steps: int) -> Found:
    """What one network imagines of one object."""
    pictures, queries = scene.contexts({"vision": ASKED})["vision"]
    began = time.process_time()
    belief = model.infer(scene.contexts(given), refine=steps)
    imagined = belief.imagine({"vision": queries}, SAMPLES)["vision"]
    seconds = time.process_time() - began
    each = belief.occupancy(points, SAMPLES).numpy()
    shape = overlap(each.mean(0) > best_level(each), filled(scene.object, points))
    errors = parts((imagined.mean(0) - as_fractions(pictures))[None])
    expected = (1 + 1 / SAMPLES) * imagined.var(0).mean()
    return Found(float(shape), *(float(error[0]) for error in errors), float(expected), seconds)


def as_fractions(pictures: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pictures).float() / 255


def varying(scenes: list[SensedScene]) -> tuple[np.ndarray, np.ndarray]:
    """Mean squares of grey and chroma of each object's unseen pictures around the mean of all."""
    shown = torch.stack([as_fractions(scene.contexts({"vision": ASKED})["vision"][0]) for scene in scenes])
    return parts(shown - shown.mean((0, 1)))


def told(interval: Interval) -> str:
    mean, low, high = interval
    return f"{mean:.2f} ({low:.2f} to {high:.2f})"


def row(found: np.ndarray, before: np.ndarray, variances: tuple[np.ndarray, np.ndarray]) -> list[str]:
    """Cells of :class:`Found` of all objects, (fields, objects), and of the same with no steps."""
    cells = [told(bootstrap(found[0])), told(bootstrap(found[0] - before[0]))]
    for error, first, variance in zip(found[1:3], before[1:3], variances, strict=True):
        more = interval_of(lambda e, f, v: (f.mean(-1) - e.mean(-1)) / v.mean(-1), error, first, variance)
        cells += [told(share_explained(error, variance)), told(more)]
    spread = interval_of(lambda e, s: s.mean(-1) / e.mean(-1), found[1] + found[2], found[3])
    return [*cells, told(spread), f"{found[4].mean():.2f}"]


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
    print("network,given,steps,overlap,more overlap,grey,more grey,chroma,more chroma,spread,CPU s")
    for network, counts in STEPS.items():
        for name, given in CONTEXTS.items():
            found = {s: np.array([measured(models[network], scene, given, s) for scene in sensed]).T for s in counts}
            for steps, values in found.items():
                cells = row(values, found[0], variances)
                print(NETWORKS[network].label, name, steps, *cells, sep=",", flush=True)
    if figure:
        draw(sensed[:OBJECTS], figure)


if __name__ == "__main__":
    with exit_with_message():
        typer.run(main)
