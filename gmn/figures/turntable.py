"""An object that no network was trained on, turning: what each network imagines of it, as an animated picture."""

import base64
import io

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from gmn.evaluation.results import Results
from gmn.figures.series import training
from gmn.figures.style import bare, caption, panels
from gmn.models.networks import NETWORKS

SCENE, SAMPLE = 0, 0
GIVEN = {  # what a row is imagined from, as the album names it
    "one picture": "0",
    "15 touches": "2,3,4",
    "one picture,\n15 touches": "0,2,3,4",
    "two pictures,\n15 touches": "0,1,2,3,4",
}
PAUSE = 200  # ms a viewpoint


def draw(results: Results) -> bytes:
    """A GIF: a row per context, what is given at the left, a column per network, the truth, a frame per viewpoint."""
    album = results.album
    views, samples = album["about"]["views"], album["about"]["shown"]
    scene, networks = album["scenes"][SCENE], album["about"]["networks"]
    truth = _rows(scene["truth"], 1, views)[0]
    columns = ["given", *(NETWORKS[network].label for network in networks), "truth"]
    figure, axes = panels(len(GIVEN), len(columns), figsize=(5.4, 4.3))
    shown = []
    for line, (label, given) in zip(axes, GIVEN.items(), strict=True):
        answers = album["imagined"][SCENE][given]
        turning = [_rows(answers[network]["sheet"], samples + 1, views)[SAMPLE] for network in networks] + [truth]
        pictures = [_picture(scene["observations"][int(number)]["picture"]) for number in given.split(",")]
        turning.insert(0, [pictures[view * len(pictures) // views] for view in range(views)])  # one after the other
        shown += [
            (panel.imshow(pictures[0], extent=(0, 1, 0, 1), animated=True), pictures)
            for panel, pictures in zip(line, turning, strict=True)
        ]
        for panel in line:
            bare(panel)
        line[0].set_ylabel(label)
    for panel, name in zip(axes[0], columns, strict=True):
        panel.set_title(name)
    caption(
        figure,
        f"One sample of z a panel, test scene {SCENE}, seen from all around. Of a touch the networks get the hand's "
        f"readings, not its picture. Scale {results.settings.scale}, {training(results)}",
    )
    figure.set_dpi(120)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # all but the pictures, once
    around, frames = canvas.copy_from_bbox(figure.bbox), []
    for view in range(views):
        canvas.restore_region(around)
        for picture, pictures in shown:
            picture.set_data(pictures[view])
            picture.axes.draw_artist(picture)
        frames.append(Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB"))
    moving = io.BytesIO()
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:], duration=PAUSE, loop=0)
    return moving.getvalue()


def _rows(sheet: str, rows: int, views: int) -> np.ndarray:
    """A sheet of :mod:`gmn.explore.explorer` as pictures, (rows, views, S, S, 3)."""
    flat = _picture(sheet)
    size = flat.shape[0] // rows
    return flat.reshape(rows, size, views, size, 3).swapaxes(1, 2)


def _picture(link: str) -> np.ndarray:
    """A picture inside the album, (H, W, 3)."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(link.partition(",")[2]))).convert("RGB"))
