"""One scene as a person can see it: object, hand at several grasps, what the camera sees, what sensors feel."""

import numpy as np

from gmn.figures.style import FOR_PAGE, PAGE, PHONE, Figure, Sheet, bare, caption, heading, style
from gmn.mese import third_person
from gmn.mese.channels import channels
from gmn.mese.object import Object
from gmn.mese.pose import camera_axes, wrist_axes

KINDS = {
    "jointpos": "joints, rad",
    "actuatorfrc": "servos, N m",
    "accelerometer": "acc., m/s$^2$",
    "touch": "touch, N",
}


@style()
def draw(scene: dict[str, np.ndarray], title: str, sheet: Sheet = FOR_PAGE) -> Figure:
    """The first views and grasps of a scene, given its arrays as :func:`gmn.mese.simulate.simulate` names them."""
    obj = Object.of(scene)
    if sheet.across:
        shown, figure = 5, Figure(figsize=(PAGE, 4.2))
        grid = figure.add_gridspec(3, shown + 2)
        above, rows = grid[:, :2], grid[:, 2:].subgridspec(3, shown)
    else:
        shown, figure = 3, Figure(figsize=(PHONE, 6))
        above, below = figure.add_gridspec(2, 1, height_ratios=[2, 3.4])
        rows = below.subgridspec(3, shown)
    _map(figure.add_subplot(above, projection="3d"), scene, shown)
    readings, peaks = scene["haptics"][:shown], _peaks(scene["haptics"][:shown])
    for k in range(shown):
        look = figure.add_subplot(rows[0, k])
        look.imshow(scene["image"][k])
        bare(look)
        look.set_ylabel("seen" if k == 0 else "", fontsize=6)
        look.set_title(f"{k + 1}: {_angles(scene['camera'][k])}", fontsize=6)
        hand = figure.add_subplot(rows[1, k])
        hand.imshow(third_person.picture(obj, scene["hand"][k, 3:].astype(float), readings[k], size=240))
        bare(hand)
        hand.set_ylabel("grasped" if k == 0 else "", fontsize=6)
        hand.set_title(f"{k + 1}: {_angles(scene['hand'][k])}", fontsize=6)
        _readings(figure.add_subplot(rows[2, k]), readings[k], peaks, k, shown - 1)
    heading(figure, title)
    count = len(scene["image"])
    caption(
        figure,
        f"{shown} of {count} views and {count} grasps, numbered as in the map, with pitch and yaw in degrees. "
        "The hand is seen from its thumb's side; "
        "bars: readings after one second, highest bar as printed at the right",
    )
    return figure


def _angles(pose: np.ndarray) -> str:
    pitch, yaw = np.rad2deg(pose[3:])
    return f"({(pitch + 180) % 360 - 180:.0f}, {yaw:.0f})"


def _map(axes, scene: dict, shown: int) -> None:
    cameras, wrists = scene["camera"][:shown], scene["hand"][:shown]
    wrists_out = wrists[:, :3] * 4  # drawn four times as far out, to be seen beside the cameras
    axes.scatter(0, 0, 0, marker="s", s=40, color="0.2")
    axes.quiver(*cameras[:, :3].T, *camera_axes(cameras[:, 3:])[2].T, length=0.35, color="C0", lw=0.8)
    axes.quiver(*wrists_out.T, *-wrist_axes(wrists[:, 3:])[..., 1].T, length=0.35, color="C1", lw=0.8)
    for k in range(shown):
        axes.text(*cameras[k, :3], f"{k + 1}", color="C0", fontsize=6)
        axes.text(*wrists_out[k], f"{k + 1}", color="C1", fontsize=6)
    axes.set_title("cameras (blue, at 1 m)\nwrists (orange, distance x 4)", fontsize=6.5)
    axes.set(xlim=(-1, 1), ylim=(-1, 1), zlim=(-1, 1), xticks=[-1, 1], yticks=[-1, 1], zticks=[-1, 1])
    axes.tick_params(labelsize=6, pad=-3)
    for axis, letter in ((axes.xaxis, "x (m)"), (axes.yaxis, "y (m)"), (axes.zaxis, "z (m)")):
        axis.set_label_text(letter, fontsize=6)
        axis.labelpad = -10


def _of(kind: str) -> np.ndarray:
    return np.array([channel.kind == kind for channel in channels()])


def _peaks(readings: np.ndarray) -> dict[str, float]:
    """The largest reading of each kind."""
    return {kind: float(np.abs(readings[:, _of(kind)]).max()) or 1.0 for kind in KINDS}


def _readings(axes, reading: np.ndarray, peaks: dict[str, float], place: int, last: int) -> None:
    """Bars of each kind of reading, top to bottom."""
    for row, kind in enumerate(KINDS):
        values = reading[_of(kind)]
        axes.axhline(-row, color="0.8", lw=0.4)
        axes.bar(np.linspace(0, 1, len(values)), 0.36 * values / peaks[kind], 0.6 / len(values), -row, color="0.3")
        if place == last:
            axes.text(1.12, -row + 0.3, f"{peaks[kind]:.3g}", fontsize=6, color="C0")
    axes.set(ylim=(-len(KINDS) + 0.5, 0.6), xticks=[])
    axes.set_yticks(-np.arange(len(KINDS)), list(KINDS.values()) if place == 0 else [""] * len(KINDS), fontsize=6)
    axes.grid(False)
