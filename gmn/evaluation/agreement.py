"""Do shapes agree across samples of z, and colours where they were seen (Fig. 1 in numbers)?

Pictures are imagined at a scene's cameras but the first, whose picture may be the context. A silhouette is where
a picture is brighter than the black room; chroma is a colour less its grey, (R, G, B) minus their mean, and hue the
direction of chroma.
"""

from dataclasses import dataclass

import numpy as np
import torch

from gmn.data.episodes import Episodes
from gmn.data.modalities import HAPTICS, VISION
from gmn.evaluation.protocol import Contexts, rounded
from gmn.evaluation.scores import BRIGHT
from gmn.evaluation.trial import Trial
from gmn.mese.camera import View
from gmn.mese.object import Object
from gmn.mese.parts import cubes_in_view
from gmn.models.gmn import GMN, TargetViews
from gmn.models.noise import Noise

SETS = ("test",)
CONTEXTS: dict[str, Contexts] = {  # both: Fig. 1
    "nothing": {}, "sight": {VISION: 1}, "touch": {HAPTICS: 15}, "both": {VISION: 1, HAPTICS: 15},
}  # fmt: skip
SHOWN = 0.005  # of the context picture's pixels: a cube with fewer is not shown
BATCH = 10


@dataclass(frozen=True)
class Cubes:
    """Visibility of a scene's cubes in its first picture.

    Attributes:
        pixels: the cube at each pixel of each camera, (V, H, W) int, -1 where none.
        hider: of each cube that the first picture does not show, the shown cube that is where its centre would be.
        shown: the cubes that the first picture shows.
    """

    pixels: np.ndarray
    hider: dict[int, int]
    shown: list[int]

    @classmethod
    def of(cls, obj: Object, angles: np.ndarray, size: int) -> "Cubes":
        """Visibility given an object, cameras (V, 2) radians, and pictures of ``size`` pixels."""
        pixels = cubes_in_view(obj, angles, size)
        every = range(len(obj.walk))
        shown = [cube for cube in every if (pixels[0] == cube).mean() >= SHOWN]
        columns, rows = View.at(angles[0], size=size).project(obj.cubes).astype(int).clip(0, size - 1).T
        before = pixels[0, rows, columns]
        return cls(pixels, {cube: before[cube] for cube in every if cube not in shown and before[cube] in shown}, shown)

    def parts(self) -> dict[str, np.ndarray]:
        """Pixels of the cameras but the first that show cubes which the first shows, and which it does not."""
        seen = np.isin(self.pixels[1:], self.shown)
        return {"seen": seen, "hidden": (self.pixels[1:] >= 0) & ~seen}


@torch.no_grad()
def agreement(trial: Trial) -> dict:
    """Agreement across samples.

    Args:
        trial: of a network of M = 2, with two samples at least.

    Returns:
        Per context, lists over scenes, each a mean over 14 views: ``iou`` of the silhouettes of two samples;
        ``truth_iou`` of a sample's and the true silhouette; and of the pixels of cubes that the first picture
        shows (``seen``) or does not (``hidden``; None for a scene without), ``variance_<part>`` of the chroma
        across samples and ``error_<part>``, the squared difference of the samples' mean chroma from the truth,
        each relative to the squared true chroma; and what :func:`hues` finds.
    """
    result = {name: {} for name in CONTEXTS}
    vision = trial.place(VISION)
    for batch in trial.batches(BATCH):
        truth = batch.read.senses[vision].numpy()
        angles = trial.reader.scenes.read("camera", batch.indices)[..., 3:].astype(float)
        objects = (trial.reader.scenes.object(index) for index in batch.indices)
        cubes = [Cubes.of(*scene, truth.shape[-1]) for scene in zip(objects, angles, strict=True)]
        for name, contexts in CONTEXTS.items():
            pictures = imagine(trial.model, vision, batch.given(contexts), batch.noise(), trial.samples)
            for k, (own, scene) in enumerate(zip(truth, cubes, strict=True)):
                found = compare(pictures[:, k], own[1:], scene.parts()) | hues(pictures[:, k].mean(0), own, scene)
                for measure, value in found.items():
                    result[name].setdefault(measure, []).append(value)
    measured = {n: {m: _or_none(values) for m, values in c.items()} for n, c in result.items()}
    return {"scenes": trial.scenes, "samples": trial.samples} | measured


def imagine(model: GMN, vision: int, known: Episodes, noise: Noise, samples: int) -> np.ndarray:
    """Pictures at every camera but the first, (S, B, V - 1, 3, H, W) in 0..1, from P(z | C).

    Args:
        model: the network.
        vision: place of the modality of whole pictures.
        known: B scenes with their contexts.
        noise: of z.
        samples: S.
    """
    z = model.prior(known, noise, samples).z
    target = torch.zeros_like(known.target[:, :, vision])
    target[..., 1:] = True
    _, means = model.means(vision, known, z, TargetViews.of(target))
    return means.clamp(0, 1).unflatten(0, (samples, target.shape[1], -1)).cpu().numpy()


def compare(pictures: np.ndarray, truth: np.ndarray, parts: dict[str, np.ndarray]) -> dict[str, float]:
    """Agreement in one scene: the entries of :func:`agreement`.

    Args:
        pictures: imagined, (S, V, 3, H, W).
        truth: (V, 3, H, W).
        parts: pixels of each part, (V, H, W) bool.
    """
    outlines, real = pictures.max(2) > BRIGHT, truth.max(1) > BRIGHT
    pairs = [(a, b) for a in range(len(pictures)) for b in range(a)]
    found = {
        "iou": float(np.mean([_iou(outlines[a], outlines[b]) for a, b in pairs])),
        "truth_iou": float(np.mean([_iou(outline, real) for outline in outlines])),
    }
    chroma, true_chroma = _chroma(pictures), _chroma(truth)
    size = (true_chroma**2).sum(1)
    variance = chroma.var(0, ddof=1).sum(1)
    error = ((chroma.mean(0) - true_chroma) ** 2).sum(1)
    for name, pixels in parts.items():
        total = size[pixels].sum()
        found[f"variance_{name}"] = variance[pixels].sum() / total if total else np.nan
        found[f"error_{name}"] = error[pixels].sum() / total if total else np.nan
    return found


def hues(imagined: np.ndarray, truth: np.ndarray, cubes: Cubes) -> dict[str, float]:
    """Hues imagined on hidden cubes, compared with the true ones and with those of visible cubes.

    Args:
        imagined: the mean of the samples' pictures at every camera but the first, (V - 1, 3, H, W).
        truth: the pictures at all cameras, (V, 3, H, W).
        cubes: of the scene.

    Returns:
        The cosine of the mean chroma imagined on a hidden cube with that cube's own (``hue_own``), with that of the
        cube which hides it in the first picture (``hue_hider``), and with those of the other cubes shown there
        (``hue_others``), means over hidden cubes; NaN where there is none.
    """
    chroma, first, later = _chroma(imagined), _chroma(truth[:1]), _chroma(truth[1:])
    shown = {cube: _mean(first, cubes.pixels[:1] == cube) for cube in cubes.shown}
    found = {"hue_own": [], "hue_hider": [], "hue_others": []}
    for cube, hider in cubes.hider.items():
        pixels = cubes.pixels[1:] == cube
        if pixels.sum() < SHOWN * pixels[0].size:  # hardly in the other pictures
            continue
        hue = _mean(chroma, pixels)
        found["hue_own"].append(_cosine(hue, _mean(later, pixels)))
        found["hue_hider"].append(_cosine(hue, shown[hider]))
        found["hue_others"] += [_cosine(hue, other) for k, other in shown.items() if k != hider]
    return {name: float(np.mean(values)) if values else np.nan for name, values in found.items()}


def _chroma(pictures: np.ndarray) -> np.ndarray:
    """Colour less its grey, (..., 3, H, W)."""
    return pictures - pictures.mean(-3, keepdims=True)


def _mean(pictures: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """Mean colour (3,) of pictures (V, 3, H, W) over pixels (V, H, W)."""
    return np.moveaxis(pictures, 1, -1)[pixels].mean(0)


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / max(np.linalg.norm(a) * np.linalg.norm(b), 1e-9))


def _iou(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union, the mean over views (V, H, W); 1 where both are empty."""
    both, either = (a & b).sum((1, 2)), (a | b).sum((1, 2))
    return np.mean(np.where(either, both / np.maximum(either, 1), 1.0))  # pyrefly: ignore[bad-return]


def _or_none(values: list) -> list:
    return [None if np.isnan(v) else r for v, r in zip(values, rounded(values), strict=True)]
