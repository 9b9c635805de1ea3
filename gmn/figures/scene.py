"""One scene as a person can see it: object, hand at several grasps, what the camera sees, what sensors feel."""

import matplotlib.figure
import numpy as np

from gmn.figures.style import PAGE, bare, caption, plt, style
from gmn.mese import aside
from gmn.mese.channels import channels
from gmn.mese.pose import camera_frame, wrist_frame
from gmn.mese.thing import Object

SHOWN = 5
KINDS = {
    "jointpos": "joints\n(rad)",
    "actuatorfrc": "servos\n(N m)",
    "accelerometer": "accel.\n(m/s$^2$)",
    "touch": "touch\n(N)",
}


@style()
def draw(scene: dict[str, np.ndarray], title: str) -> matplotlib.figure.Figure:
    """The first views and grasps of a scene, given its arrays as :func:`gmn.mese.simulate.simulate` names them."""
    thing = Object.of(scene)
    figure = plt.figure(figsize=(PAGE, 4.2))
    grid = figure.add_gridspec(3, SHOWN + 2)
    _map(figure.add_subplot(grid[:, :2], projection="3d"), scene)
    readings, peaks = scene["haptics"][:SHOWN], _peaks(scene["haptics"][:SHOWN])
    for k in range(SHOWN):
        look = figure.add_subplot(grid[0, 2 + k])
        look.imshow(scene["image"][k])
        bare(look)
        look.set_ylabel("seen" if k == 0 else "", fontsize=5.5)
        look.set_title(f"{k + 1}: from {_angles(scene['camera'][k])}", fontsize=5.5)
        hand = figure.add_subplot(grid[1, 2 + k])
        hand.imshow(aside.picture(thing, scene["hand"][k, 3:].astype(float), readings[k], size=240))
        bare(hand)
        hand.set_ylabel("grasped" if k == 0 else "", fontsize=5.5)
        hand.set_title(f"{k + 1}: from {_angles(scene['hand'][k])}", fontsize=5.5)
        _readings(figure.add_subplot(grid[2, 2 + k]), readings[k], peaks, k)
    figure.suptitle(title, fontsize=8)
    count = len(scene["image"])
    caption(
        figure,
        f"{SHOWN} of {count} views and {count} grasps, numbered as on the left; pitch, yaw in degrees. "
        "The hand is seen from its thumb's side; "
        "bars: readings after one second, highest bar as printed at the right",
    )
    return figure


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
        axes.text(*cameras[k, :3], f"{k + 1}", color="C0", fontsize=6)
        axes.text(*wrists_out[k], f"{k + 1}", color="C1", fontsize=6)
    axes.set_title("cameras (blue, at 1 m)\nwrists (orange, distance x 4)", fontsize=6.5)
    axes.set(xlim=(-1, 1), ylim=(-1, 1), zlim=(-1, 1), xticks=[-1, 1], yticks=[-1, 1], zticks=[-1, 1])
    axes.tick_params(labelsize=5, pad=-3)
    for axis, letter in ((axes.xaxis, "x (m)"), (axes.yaxis, "y (m)"), (axes.zaxis, "z (m)")):
        axis.set_label_text(letter, fontsize=6)
        axis.labelpad = -10


def _of(kind: str) -> np.ndarray:
    return np.array([channel.kind == kind for channel in channels()])


def _peaks(readings: np.ndarray) -> dict[str, float]:
    """The largest reading of each kind."""
    return {kind: float(np.abs(readings[:, _of(kind)]).max()) or 1.0 for kind in KINDS}


def _readings(axes, reading: np.ndarray, peaks: dict[str, float], place: int) -> None:
    """Bars of each kind of reading, top to bottom."""
    for row, kind in enumerate(KINDS):
        values = reading[_of(kind)]
        axes.axhline(-row, color="0.8", lw=0.4)
        axes.bar(np.linspace(0, 1, len(values)), 0.36 * values / peaks[kind], 0.6 / len(values), -row, color="0.3")
        if place == SHOWN - 1:
            axes.text(1.12, -row + 0.3, f"{peaks[kind]:.3g}", fontsize=5, color="C0")
    axes.set(ylim=(-len(KINDS) + 0.5, 0.6), xticks=[])
    axes.set_yticks(-np.arange(len(KINDS)), list(KINDS.values()) if place == 0 else [""] * len(KINDS), fontsize=5)
    axes.grid(False)
