"""Where matter is in an imagined scene.

Where all pictures show a field, its density says so: matter ends where it is about half as dense as inside, however
sure the network is. Elsewhere pictures show more of a shape than any density of the
network, so it is carved from silhouettes (space carving, the visual hull): a point is filled if the scene, seen from
all around, shows something where the point lies in every picture. A hollow that no silhouette shows counts as filled,
and the background must be dark.

Shape letters: E rows of z, P points, W viewpoints.
"""

import numpy as np
import torch
from torch import Tensor

from gmn.data.modalities import VISION
from gmn.errors import UserError
from gmn.mese import pose
from gmn.mese.shape import EDGE
from gmn.models.frames import Window, camera_frame, look_up
from gmn.models.gmn import GMN
from gmn.trained.mesh import lattice

SURFACE = 0.55  # share of the density inside that matter has where it ends
SHARP = 8  # a point of one sample is filled or not, but for a thin layer
LEAST = np.log(2) / EDGE  # 1/m: thinner than what stops half of the light within a cube is no matter
INSIDE = EDGE / 4  # m, between the points that the density inside is measured at
HALF = 0.5  # a point of one sample is filled, or not
LEVELS = np.linspace(0.2, 0.6, 9)
VIEWPOINTS = 24  # 48 change the overlap with the truth by less than 0.005
ASTRAY = 1  # of them may be wrong: one picture less than perfect would carve away what all others show
DARK, LIT = 0.1, 0.2  # the brightest colour of a pixel of the background, and of one that shows something


@torch.no_grad()
def occupancy(model: GMN, z: Tensor, points: Tensor) -> Tensor:
    """How far points are filled, 0..1, in the scene that each row of z is.

    Args:
        model: the network.
        z: (E, T * Z, *grid).
        points: (P, 3) metres, the world's frame.

    Returns:
        (E, P)

    Raises:
        UserError: the network has no density and renders no pictures of MESE's camera.
    """
    points = points.to(z)
    everywhere = torch.from_numpy(lattice(model.config.extent, INSIDE)[0]).to(z)
    density = model.density(z, torch.cat([points, everywhere]))
    if density is None:
        return carved(model, z, points)
    asked, known = density.split([len(points), len(everywhere)], 1)
    inside = known.square().sum(1, keepdim=True) / known.sum(1, keepdim=True).clamp(min=LEAST)  # of matter, its mean
    return torch.sigmoid(SHARP * torch.log(asked / (SURFACE * inside).clamp(min=LEAST)))


def best_level(each: np.ndarray) -> float:
    """Where to cut the mean of samples' occupancy, so that the shape overlaps most with those of the samples.

    If the samples are right, no other of :data:`LEVELS` has a larger expected intersection over union with the truth.

    Args:
        each: occupancy of each sample, (S, P).
    """
    mean, filled = each.mean(0), each > HALF
    overlaps = [overlap(mean > level, filled).mean() for level in LEVELS]
    return float(LEVELS[np.argmax(overlaps)]) if max(overlaps) else HALF


def overlap(guess: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Intersection over union of points, bool (..., P), (...); 0 where neither has any."""
    return (guess & truth).sum(-1) / np.maximum(1, (guess | truth).sum(-1))


def carved(model: GMN, z: Tensor, points: Tensor) -> Tensor:
    """:func:`occupancy` from silhouettes."""
    sights = {k: m for k, m in enumerate(model.modalities) if m.is_picture and m.sense == VISION}
    if not sights:
        names = ", ".join(m.name for m in model.modalities)
        raise UserError(f"shape: a network of {names} renders no pictures of the sense {VISION}, from which it is read")
    query = torch.from_numpy(pose.query(pose.camera_pose(viewpoints()))).to(z)
    of_cameras = camera_frame(query).of_world(points)  # (W, P, 3)
    places = {k: Window.of(m).places(of_cameras) for k, m in sights.items()}
    filled = []
    for row in z[:, None]:
        shown = [_silhouettes(model, k, row, query, places[k]) for k in sights]
        # Parts of a picture, or its colours, show a point together.
        filled.append(torch.stack(shown).amax(0).kthvalue(1 + ASTRAY, 0).values)
    return torch.stack(filled)


def _silhouettes(model: GMN, k: int, z: Tensor, query: Tensor, places: Tensor) -> Tensor:
    """Whether modality ``k`` shows something where the points lie in its pictures, (W, P) in 0..1."""
    pictures = model.render(k, z, query.new_zeros(len(query), dtype=torch.long), query)
    silhouettes = ((pictures.amax(1, keepdim=True) - DARK) / (LIT - DARK)).clamp(0, 1)
    return look_up(silhouettes, places)[:, 0]


def viewpoints() -> np.ndarray:
    """Pitch and yaw of cameras all around, evenly over the sphere along a spiral, (W, 2) radians."""
    turns = np.arange(VIEWPOINTS) + 0.5
    golden = np.pi * (1 + np.sqrt(5))
    return np.stack([np.arcsin(1 - 2 * turns / VIEWPOINTS), golden * turns % (2 * np.pi)], 1)
