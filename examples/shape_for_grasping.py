"""A shape for a grasp planner: touch, take the likely shape as a mesh, see how sure it is, choose where to grip.

Run it whole (some ten seconds); files go to a temporary folder, whose name is printed. Everything is in metres in the
world's frame: z is up, the object stands around the origin, and poses are those of gmn/mese/pose.py.
"""

import tempfile
from pathlib import Path

import numpy as np
import torch

from gmn.explore.scene import SensedScene
from gmn.mese.parts import filled, outside
from gmn.mese.settings import SceneSettings
from gmn.trained import TrainedGMN
from gmn.trained.mesh import distances, write_mesh
from gmn.trained.occupancy import best_level, overlap

OPENING = 0.05  # m, of a parallel gripper
torch.set_num_threads(1)  # networks this small gain little from more, and other work keeps its cores

# An object that no network has seen, touched ten times in the dark
model = TrainedGMN.from_pretrained("laptop/m2/apoe")
scene = SensedScene.make(SceneSettings(name="grasping", image_size=model.config.image_size, crop_size=32), 0)
belief = model.infer(scene.contexts({"haptics": range(10)}))

# The likely shape, and how far samples of its surface differ: less than they err
mesh = belief.mesh(samples=16)
out = Path(tempfile.mkdtemp(prefix="shape-")) / "shape.ply"
write_mesh(mesh, out)
off = mesh.vertex_attributes["spread"]
size = " x ".join(f"{100 * edge:.1f}" for edge in mesh.extents)
print(f"{out}: {len(mesh.faces)} faces, {size} cm, {1e6 * mesh.volume:.0f} cm3")
median, most = 1000 * np.median(off), 1000 * off.max()
print(f"surfaces of samples differ by {median:.1f} mm (median), up to {most:.1f} mm; errors are larger")

# What keeps clear of an arm: all that may be there, not only what is likely
print(f"outer hull, for avoiding collisions: {1e6 * belief.mesh(samples=16, level=0.2).volume:.0f} cm3")

# Any point in space can be asked, with the disagreement of the samples
points = np.array([[0, 0, 0], [0, 0, 0.1]])
occupancy = belief.occupancy(points, samples=16)  # (16, 2)
for point, mean, std in zip(points, occupancy.mean(0), occupancy.std(0), strict=True):
    print(f"at {point} m: filled with probability {mean:.2f}, samples differ by {std:.2f}")

# Two places that face each other, no further apart than the gripper opens, where the surface is surest
some = np.random.default_rng(0).choice(len(mesh.vertices), min(800, len(mesh.vertices)), replace=False)
places, normals = mesh.vertices[some], mesh.vertex_normals[some]
apart = places[None] - places[:, None]  # from row to column
width = np.linalg.norm(apart, axis=2)
along = apart / np.maximum(width, 1e-9)[..., None]
squeezed = -np.einsum("ijk,ik->ij", along, normals), np.einsum("ijk,jk->ij", along, normals)
grips = (width > 0.01) & (width < OPENING) & (np.minimum(*squeezed) > 0.95)
doubt = np.where(grips, off[some][:, None] + off[some][None], np.inf)
if grips.any():
    left, right = np.unravel_index(doubt.argmin(), doubt.shape)
    print(f"grip at {places[left].round(3)} and {places[right].round(3)} m, {100 * width[left, right]:.2f} cm apart")
    missed = distances(places[[left, right]], outside(scene.object))
    print(f"the true surface is {1000 * missed[0]:.1f} and {1000 * missed[1]:.1f} mm away")

# How right the whole is: intersection over union with the true cubes
grid = np.stack(np.meshgrid(*3 * [np.arange(-0.1, 0.1, 0.008)]), -1).reshape(-1, 3)
each = belief.occupancy(grid).numpy()
iou = overlap(each.mean(0) > best_level(each), filled(scene.object, grid))
print(f"intersection over union with the true shape: {iou:.2f}")
