"""An object that no network was trained on, turning: what each network imagines of it, as an animated picture."""

import base64
import io

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from gmn.evaluation.results import Results
from gmn.figures.series import training
from gmn.figures.strips import cut, edge_of
from gmn.figures.style import PHONE, Sheet, bare, caption, close, panels
from gmn.models.networks import NETWORKS

SCENE, SAMPLE = 0, 0
GIVEN = {  # what a row is imagined from, as the album names it
    "one picture": "0",
    "15 touches": "2,3,4",
    "one picture, 15 touches": "0,2,3,4",
    "two pictures, 15 touches": "0,1,2,3,4",
}
PAUSE = 200  # ms a viewpoint
BACKGROUND, INK = "black", "0.85"  # as pictures have it, on light pages and dark ones


def draw(results: Results, sheet: Sheet) -> bytes:
    """A GIF: a row per context, what is given at the left, a column per network, the truth, a frame per viewpoint."""
    album = results.album
    views, samples = album["about"]["views"], album["about"]["shown"]
    scene, networks = album["scenes"][SCENE], album["about"]["networks"]
    imagined = [
        [_rows(album["imagined"][SCENE][key][network]["sheet"], samples + 1, views)[SAMPLE] for network in networks]
        for key in GIVEN.values()
    ]
    truth = _rows(scene["truth"], 1, views)[0]
    edge = min(map(edge_of, [truth, *sum(imagined, [])]))
    looks = [cut(_picture(seen["picture"]), edge if seen["sense"] == "look" else 0.0) for seen in scene["observations"]]
    columns = ["given", *(NETWORKS[network].label for network in networks), "truth"]
    figure, axes = panels(len(GIVEN), len(columns), figsize=(5.4, 4.0) if sheet.across else (PHONE, 3.2))
    steps = album["about"]["refine"]
    refined = f" Samples are refined by {steps} steps of gradient ascent." if steps else ""
    figure.set_facecolor(BACKGROUND)
    close(figure, h_pad=0.04)
    shown = []
    for line, (label, key), row in zip(axes, GIVEN.items(), imagined, strict=True):
        given = [looks[int(number)] for number in key.split(",")]
        turning = [[given[view * len(given) // views] for view in range(views)]]  # one after the other
        turning += [[cut(picture, edge) for picture in pictures] for pictures in (*row, truth)]
        for panel, pictures in zip(line, turning, strict=True):
            bare(panel)
            panel.set_facecolor(BACKGROUND)
            shown.append((panel.imshow(pictures[0], extent=(0, 1, 0, 1), animated=True), pictures))
        if sheet.across:
            line[0].set_ylabel(label.replace(", ", ",\n"), color=INK)
        else:
            line[0].set_title(" ")  # room for a text that is wider
            line[0].text(0, 1.02, f"from {label}", color=INK, fontsize=6.5).set_in_layout(False)
    for panel, name in zip(axes[0], columns, strict=True):
        panel.set_title(name if sheet.across else f"{name.replace(', ', chr(10))}\n", color=INK, fontsize=7)
    caption(
        figure,
        f"One sample of z a panel, test scene {SCENE}, seen from all around; what is given is shown in turn. Of a "
        f"touch the networks get the hand's readings, not its picture.{refined} Scale {results.settings.scale}, "
        f"{training(results)}",
        color="0.65",
    )
    figure.set_dpi(120 if sheet.across else 200)
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
