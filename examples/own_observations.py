"""Infer a scene from your own pictures and touches, kept as plain files.

    python examples/own_observations.py                      # both of these, in a temporary folder, in ten seconds
    python examples/own_observations.py record my-object     # make such a folder: your object, your viewpoints
    python examples/own_observations.py imagine my-object    # read it, write my-object/imagined.png

A folder holds `looks.csv` and `touches.csv`. Each row is one observation: a file and the pose it was taken from, pitch
and yaw in degrees. Frames, field of view and the dark background are MESE's (docs/mese.md): photographs tell networks
nothing. Pictures are PNG of any square size; readings are a line of 132 numbers in SI units, in the order of
gmn/mese/tables/channels.csv. Put in other files, leave one table empty, and run `imagine` again.
"""

import csv
import tempfile
from pathlib import Path
from typing import Annotated

import mujoco
import numpy as np
import torch
import typer
from PIL import Image, UnidentifiedImageError

from gmn.errors import UserError, exit_with_message
from gmn.explore.scene import imagine as imagined
from gmn.explore.scene import orbit
from gmn.figures.imagined import draw
from gmn.figures.style import save_picture
from gmn.files import read_table
from gmn.mese import camera, pose, third_person, world
from gmn.mese.channels import channels
from gmn.mese.grasp import Grasper, accepted
from gmn.mese.object import Object
from gmn.trained import TrainedGMN

torch.set_num_threads(1)  # networks this small gain little from more, and other work keeps its cores
app = typer.Typer(help=__doc__, add_completion=False)
Folder = Annotated[Path, typer.Argument(help="Of the observations.")]

LOOKS = [(-20, 0), (-20, 120), (30, 240)]  # pitch, yaw
TOUCHES = [(-40, 30), (0, 90), (20, 200), (-10, 310), (45, 150), (60, 0)]


@app.callback(invoke_without_command=True)
def both(context: typer.Context) -> None:
    """Without a command: record and imagine in a temporary folder."""
    if context.invoked_subcommand is None:
        folder = Path(tempfile.mkdtemp(prefix="own-observations-"))
        record(folder)
        imagine(folder)


@app.command()
def record(folder: Folder) -> None:
    """Look at and touch an object of your own: a red and blue L of five cubes."""
    walk = np.array([(0, 0, 0), (1, 0, 0), (2, 0, 0), (2, 1, 0), (2, 1, 1)])
    colours = np.array([(0.9, 0.1, 0.1)] * 3 + [(0.1, 0.2, 0.9)] * 2)
    obj = Object(walk, colours)
    folder.mkdir(parents=True, exist_ok=True)
    looks = np.deg2rad(LOOKS)
    for k, picture in enumerate(camera.look(obj, looks)):
        Image.fromarray(picture).save(folder / f"look-{k}.png")
    write_table(folder / "looks.csv", [(f"look-{k}.png", *angles) for k, angles in enumerate(LOOKS)])

    readings = Grasper(len(walk)).feel([obj] * len(TOUCHES), np.deg2rad(TOUCHES))
    kept = np.flatnonzero(accepted(readings))
    for k in kept:
        np.savetxt(folder / f"touch-{k}.txt", readings[k][None], fmt="%.6g")
    write_table(folder / "touches.csv", [(f"touch-{k}.txt", *TOUCHES[k]) for k in kept])
    left_out = len(TOUCHES) - len(kept)  # for readings off the scale
    print(f"{folder}: {len(looks)} looks, {len(kept)} touches, {left_out} left out")


@app.command()
def imagine(
    folder: Folder,
    weights: Annotated[str, typer.Option(help="Name or file.")] = "laptop/m2/apoe",
    samples: Annotated[int, typer.Option(min=1)] = 4,
) -> None:
    """Imagine the object from all around."""
    model = TrainedGMN.from_pretrained(weights)
    size = model.config.image_size
    contexts, given = {}, {}
    files, angles = read_observations(folder / "looks.csv")
    looks = len(files)
    if files:
        pictures = [read_picture(file, size) for file in files]
        contexts["vision"] = np.stack(pictures).transpose(0, 3, 1, 2), pose.query(pose.camera_pose(angles))
        given = {file.stem: picture for file, picture in zip(files, pictures, strict=True)}
    files, angles = read_observations(folder / "touches.csv")
    if files:
        readings = np.stack([read_readings(file) for file in files])
        contexts["haptics"] = readings, pose.query(pose.wrist_pose(angles))
        given |= {file.stem: hand(*touch) for file, *touch in zip(files, angles, readings, strict=True)}

    belief = model.infer(contexts, refine=10)  # ten steps of gradient ascent for this object
    rows = imagined(belief, orbit(8), samples, model.drawn * size)
    title = f"Imagined from {looks} looks and {len(files)} touches"
    picture = draw(given, {str(weights): rows}, None, title, f"{weights}, refined in 10 steps, viewpoints all around")
    save_picture(picture, folder / "imagined.png")
    print(folder / "imagined.png")


def hand(angles: np.ndarray, readings: np.ndarray) -> np.ndarray:
    """The hand as readings have it, for people, (120, 120, 3) uint8: around nothing, since nobody knows the object."""
    model, data = third_person.posed(Object(np.zeros((1, 3), int), np.ones((1, 3))), angles, readings)
    model.body_pos[world.cube_bodies(model)] = [0, 0, 9]  # out of sight
    mujoco.mj_kinematics(model, data)
    return camera.render(model, data, third_person.view(angles, 120))


def write_table(path: Path, rows: list[tuple]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("file", "pitch", "yaw"), *rows])


def read_observations(path: Path) -> tuple[list[Path], np.ndarray]:
    """Files, and pitch and yaw (N, 2) in radians."""
    table = read_table(path, "make it as `record` does", ("file", "pitch", "yaw"), empty=True)
    degrees = table[["pitch", "yaw"]].to_numpy(float)
    if (beyond := np.abs(degrees[:, 0]) > 90).any():
        raise UserError(f"{path}: pitch {degrees[beyond, 0][0]:g}; use -90 to 90 degrees")
    return [path.parent / str(name) for name in table["file"]], np.deg2rad(degrees)


def read_picture(path: Path, size: int) -> np.ndarray:
    """A picture of any size as (size, size, 3) uint8."""
    try:
        picture = Image.open(path).convert("RGB")
    except UnidentifiedImageError:
        raise UserError(f"{path}: not a picture; use PNG") from None
    if picture.width != picture.height:
        raise UserError(f"{path}: {picture.width} x {picture.height} pixels; make it square, around the camera's axis")
    return np.array(picture.resize((size, size), Image.Resampling.BOX))


def read_readings(path: Path) -> np.ndarray:
    """A line of 132 numbers."""
    count = len(channels())
    try:
        readings = np.loadtxt(path, ndmin=1, encoding="utf-8-sig")
    except ValueError as error:
        raise UserError(f"{path}: not a line of numbers: {error}") from None
    if readings.shape != (count,):
        raise UserError(f"{path}: {readings.size} numbers; a line of {count} is wanted")
    return readings


if __name__ == "__main__":
    with exit_with_message():
        app()
