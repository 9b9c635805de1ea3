"""An object that no network was trained on, turning: what each network imagines of it, as an animated picture."""

import base64
import io

import numpy as np
from PIL import Image

from gmn.evaluation.results import Results
from gmn.figures.series import training
from gmn.figures.style import bare, caption, plt
from gmn.roster import LABELS

SCENE, SAMPLE = 0, 0
GIVEN = {  # what a row is imagined from, as the album names it
    "one picture": "0",
    "15 touches": "2,3,4",
    "one picture,\n15 touches": "0,2,3,4",
    "two pictures,\n15 touches": "0,1,2,3,4",
}
PAUSE = 200  # ms a viewpoint


def draw(results: Results) -> bytes:
    """A GIF: a row per context, a column per network, the truth at the right, a frame per viewpoint."""
    album = results.album
    views, samples = album["about"]["views"], album["about"]["shown"]
    truth = _rows(album["scenes"][SCENE]["truth"], 1, views)[0]
    networks = album["about"]["networks"]
    figure, axes = plt.subplots(len(GIVEN), len(networks) + 1, figsize=(4.4, 4.3), dpi=120)
    shown = []
    for line, (label, given) in zip(axes, GIVEN.items(), strict=True):
        answers = album["imagined"][SCENE][given]
        turning = [_rows(answers[network]["sheet"], samples + 1, views)[SAMPLE] for network in networks] + [truth]
        shown += [(panel.imshow(pictures[0]), pictures) for panel, pictures in zip(line, turning, strict=True)]
        for panel in line:
            bare(panel)
        line[0].set_ylabel(label)
    for panel, name in zip(axes[0], [LABELS[network] for network in networks] + ["truth"], strict=True):
        panel.set_title(name)
    caption(
        figure,
        f"One sample of z a panel, test scene {SCENE}, seen from all around; scale {results.settings.scale}, "
        f"{training(results)}",
    )
    frames = []
    for view in range(views):
        for picture, pictures in shown:
            picture.set_data(pictures[view])
        content = io.BytesIO()
        figure.savefig(content, format="png", dpi=120)
        frames.append(Image.open(content).convert("RGB"))
    plt.close(figure)
    moving = io.BytesIO()
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:], duration=PAUSE, loop=0)
    return moving.getvalue()


def _rows(sheet: str, rows: int, views: int) -> np.ndarray:
    """A sheet of :mod:`gmn.explore.explorer` as pictures, (rows, views, S, S, 3)."""
    flat = np.asarray(Image.open(io.BytesIO(base64.b64decode(sheet.partition(",")[2]))).convert("RGB"))
    size = flat.shape[0] // rows
    return flat.reshape(rows, size, views, size, 3).swapaxes(1, 2)
