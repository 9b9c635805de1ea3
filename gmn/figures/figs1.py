"""Fig. S1: query-sense pairs of a real scene."""

import numpy as np

from gmn.figures.results import Results
from gmn.figures.style import PAGE, bare, caption, plt, save
from gmn.mese.hand import channels
from gmn.mese.pose import camera_frame, wrist_frame

SHOWN = 5
KINDS = {
    "jointpos": "joints\n(rad)",
    "actuatorfrc": "servos\n(N m)",
    "accelerometer": "accel.\n(m/s$^2$)",
    "touch": "touch\n(N)",
}


def draw(results: Results, folder) -> None:
    scenes = results.test_scenes
    scene = {name: scenes.read(name, [0])[0] for name in ("image", "camera", "hand", "haptics")}
    figure = plt.figure(figsize=(PAGE, 3.3))
    grid = figure.add_gridspec(2, SHOWN + 2)
    _map(figure.add_subplot(grid[:, :2], projection="3d"), scene)
    for k in range(SHOWN):
        look = figure.add_subplot(grid[0, 2 + k])
        look.imshow(scene["image"][k])
        bare(look)
        look.set_title(f"$x_{k + 1}$ at $v_{k + 1}$: {_angles(scene['camera'][k])}", fontsize=5.5)
        feel = figure.add_subplot(grid[1, 2 + k])
        _readings(feel, scene["haptics"][k], labelled=k == 0)
        feel.set_title(f"$x_{k + 1}$ at $v_{k + 1}$: {_angles(scene['hand'][k])}", fontsize=5.5)
    figure.suptitle("Query-sense pairs: where from (left), what is seen (above), what is felt (below)", fontsize=8)
    caption(
        figure, f"Scene 0 of the test set, {SHOWN} of its {len(scene['image'])} views and grasps; pitch, yaw in degrees"
    )
    save(figure, folder, "figs1")


def _angles(pose: np.ndarray) -> str:
    pitch, yaw = np.rad2deg(pose[3:])
    return f"({(pitch + 180) % 360 - 180:.0f}, {yaw:.0f})"


def _map(axes, scene: dict) -> None:
    cameras, wrists = scene["camera"][:SHOWN], scene["hand"][:SHOWN]
    wrists_out = wrists[:, :3] * 4  # drawn four times as far out, to be seen beside the cameras
    axes.scatter(0, 0, 0, marker="s", s=40, color="0.2")
    axes.quiver(*cameras[:, :3].T, *camera_frame(cameras[:, 3:])[2].T, length=0.35, color="C0", lw=0.8)
    axes.quiver(*wrists_out.T, *-wrist_frame(wrists[:, 3:])[..., 1].T, length=0.35, color="C1", lw=0.8)
    for k in range(SHOWN):
        axes.text(*cameras[k, :3], f"$v_{k + 1}$", color="C0", fontsize=6)
        axes.text(*wrists_out[k], f"$v_{k + 1}$", color="C1", fontsize=6)
    axes.set_title("cameras (blue, at 1 m)\nwrists (orange, distance x 4)", fontsize=6.5)
    axes.set(xlim=(-1, 1), ylim=(-1, 1), zlim=(-1, 1), xticks=[-1, 1], yticks=[-1, 1], zticks=[-1, 1])
    axes.tick_params(labelsize=5, pad=-3)
    for axis, letter in ((axes.xaxis, "x (m)"), (axes.yaxis, "y (m)"), (axes.zaxis, "z (m)")):
        axis.set_label_text(letter, fontsize=6)
        axis.labelpad = -10


def _readings(axes, reading: np.ndarray, labelled: bool) -> None:
    """Bars of each kind of reading, top to bottom, scaled to the largest of its kind."""
    kinds = [c.kind for c in channels()]
    for row, kind in enumerate(KINDS):
        values = reading[[k == kind for k in kinds]]
        peak = np.abs(values).max()
        axes.bar(np.linspace(0, 1, len(values)), 0.3 * values / max(1e-9, peak), 0.6 / len(values), -row, color="0.3")
        axes.text(1.04, -row + 0.34, f"max {peak:.3g}", fontsize=4.5, ha="right", color="C0")
    axes.set(ylim=(-len(KINDS) + 0.5, 0.6), xticks=[])
    axes.set_yticks(-np.arange(len(KINDS)), list(KINDS.values()) if labelled else [""] * len(KINDS), fontsize=5)
    axes.grid(False)
