"""The hand of MESE and where its sensors sit, from the palm's side and from the back."""

import copy

import mujoco
import numpy as np
from matplotlib import colormaps
from matplotlib.patches import Patch, Polygon
from matplotlib.patheffects import withStroke

from gmn.evaluation.results import Results
from gmn.figures.dark import ON_PICTURE
from gmn.figures.style import Figure, Sheet, bare, caption, heading
from gmn.mese import camera, world
from gmn.mese.channels import FINGERS, table
from gmn.mese.object import UPRIGHT

OPEN = 0.35  # rad of flexion drawn, so that fingers do not hide one another
SIDES = {"palm side": -1, "back": 1}  # from below or above the palm
CENTRE = np.array([0.01, -0.135, 0.0])  # of the picture, in the wrist's frame, m
SIZE, HALF_FIELD = 700, 0.14
BACKGROUND = 70  # grey: the hand's light and dark parts both stand out
BAR = 0.05  # m
EDGE = [withStroke(linewidth=2, foreground="k")]
LABEL = {"boxstyle": "round,pad=0.15", "facecolor": "white", "linewidth": 0, "alpha": 0.75}
RAISED = {"pinky": 9}  # pt; names of the palm's sites stand side by side
COLOURS = dict(zip((*FINGERS, "palm"), colormaps["tab10"].colors, strict=False))  # pyrefly: ignore[missing-attribute]


def draw(results: Results, sheet: Sheet) -> Figure:
    model, data = _open_hand()
    figure, axes = sheet.panels(1, 2, 3.9)
    for panel, (title, side) in zip(axes, SIDES.items(), strict=True):
        view = _view(side)
        panel.imshow(
            np.where((picture := camera.render(model, data, view)).any(-1, keepdims=True), picture, BACKGROUND)
        )
        _sites(panel, model, data, view, side)
        _scale_bar(panel)
        bare(panel)
        panel.set_title(title)
    patches = [Patch(color=colour, alpha=0.55, label=part) for part, colour in COLOURS.items()]
    axes[1].legend(handles=patches, loc="lower left", title="touch sensors", title_fontsize=6.5)
    heading(figure, "The hand: 19 touch sensors (coloured) and 5 inertial units (x)")
    caption(
        figure,
        "p, m, d: proximal, medial, distal. Capsules, boxes and a cylinder for the original's 24 convex meshes; "
        "joints of fingers bent by 0.35 rad",
    )
    return figure


def _open_hand() -> tuple[mujoco.MjModel, mujoco.MjData]:
    model = copy.copy(world.grasping_model(1))
    model.body_pos[world.cube_bodies(model)] = [0, 0, 9]  # out of sight
    data = mujoco.MjData(model)
    for row in table("joints"):
        if row["joint"].endswith(("MCP", "PIP", "DIP")):
            data.joint(row["joint"]).qpos = OPEN
    data.mocap_pos[world.wrist_mocap(model)] = -CENTRE
    data.mocap_quat[world.wrist_mocap(model)] = UPRIGHT
    mujoco.mj_kinematics(model, data)
    return model, data


def _view(side: int) -> camera.View:
    """From 1 m above or below the hand, its fingers up."""
    up = np.array([0.0, -1.0, 0.0])
    forward = np.array([0.0, 0.0, -float(side)])
    return camera.View(-forward, np.cross(forward, up), up, forward, HALF_FIELD, SIZE)


def _sites(axes, model, data, view, side: int) -> None:
    """Outlines of the touch sites and marks of the inertial units on the side that is seen."""
    for row in table("touch_sites"):
        part, place = row["site"].split("_")
        if (place == "back") != (side > 0):
            continue
        outline = view.project(_outline(data.site(row["site"]), model.site(row["site"]).size, view))
        axes.add_patch(Polygon(outline, color=COLOURS[part], alpha=0.55, lw=0.5))
        axes.annotate(
            place[0] if part in FINGERS else place,
            outline.mean(0),
            xytext=(0, RAISED.get(place, 0)),
            textcoords="offset points",
            fontsize=6,
            ha="center",
            va="center",
            color="k",
            bbox=LABEL,
        )
    for finger in FINGERS if side > 0 else ():
        mark = {"ms": 4, "mew": 0.9, "path_effects": EDGE, "gid": f"{ON_PICTURE}-{finger}"}
        axes.plot(*view.project(data.site(f"{finger}_IMU").xpos), "x", color="w", **mark)


def _scale_bar(axes) -> None:
    """5 cm at the distance of the palm, in the lower right corner."""
    length = BAR / (2 * HALF_FIELD) * SIZE
    right, low = 0.95 * SIZE, 0.96 * SIZE
    axes.plot([right - length, right], [low, low], color="w", lw=1.5, gid=f"{ON_PICTURE}-bar")
    label = axes.annotate("5 cm", (right - length / 2, low - 8), color="w", fontsize=6, ha="center", va="bottom")
    label.set_gid(f"{ON_PICTURE}-label")


def _outline(site, half: np.ndarray, view: camera.View) -> np.ndarray:
    """Points (n, 3) around an ellipsoid as it is seen: the singular values of its flattened axes are its radii."""
    plane = np.stack([view.right, view.up])
    turn, radii, _ = np.linalg.svd(plane @ (site.xmat.reshape(3, 3) * half))
    around = np.linspace(0, 2 * np.pi, 40)
    flat = (turn * radii) @ np.stack([np.cos(around), np.sin(around)])
    return site.xpos + flat.T @ plane
