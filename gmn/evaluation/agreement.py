"""Do shapes agree across samples of z, and colours where they were seen (Fig. 1 in numbers)?

Pictures are imagined at a scene's cameras but the first, whose picture may be the context. A silhouette is where
a picture is brighter than the black room; chroma is a colour less its grey, (R, G, B) minus their mean.
"""

import numpy as np
import torch

from gmn.data.reader import SceneReader
from gmn.evaluation.protocol import first_views, rounded
from gmn.evaluation.trial import Trial
from gmn.mese.parts import cubes_in_view
from gmn.models.gmn import GMN, TargetViews
from gmn.models.noise import Noise

SETS = ("test",)
CONTEXTS = {"nothing": (0, 0), "sight": (1, 0), "touch": (0, 15), "both": (1, 15)}  # images, touches; both: Fig. 1
BRIGHT = 0.15  # of full white, in the brightest channel; the darkest lit face has about 0.2
SHOWN = 0.005  # of the context picture's pixels: a cube with fewer is not shown
BATCH = 10


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
        each relative to the squared true chroma.
    """
    result = {name: {} for name in CONTEXTS}
    for batch in trial.batches(BATCH):
        truth = batch.read.senses[0][:, 1:].numpy()
        parts = [seen_and_hidden(trial.reader, index, truth.shape[-1]) for index in batch.indices]
        for name, counts in CONTEXTS.items():
            asked = first_views(batch.read, *counts).to(trial.device)
            pictures = imagine(trial.model, asked, batch.noise(), trial.samples)
            for k, (own, part) in enumerate(zip(truth, parts, strict=True)):
                for measure, value in compare(pictures[:, k], own, part).items():
                    result[name].setdefault(measure, []).append(value)
    measured = {n: {m: _or_none(values) for m, values in c.items()} for n, c in result.items()}
    return {"scenes": trial.scenes, "samples": trial.samples} | measured


def imagine(model: GMN, asked, noise: Noise, samples: int) -> np.ndarray:
    """Pictures at every camera but the first, (S, B, V - 1, 3, H, W) in 0..1."""
    z = model.prior(asked, noise, samples).z
    target = torch.zeros_like(asked.target[:, :, 0])
    target[..., 1:] = True
    _, means = model.means(0, asked, z, TargetViews.of(target))
    return means.clamp(0, 1).unflatten(0, (samples, target.shape[1], -1)).cpu().numpy()


def seen_and_hidden(reader: SceneReader, index: int, size: int) -> dict[str, np.ndarray]:
    """Pixels of the cameras but the first that show cubes which the first shows, and which it does not."""
    angles = reader.scenes.read("camera", [index])[0][:, 3:].astype(float)
    cubes = cubes_in_view(reader.scenes.object(index), angles, size)
    shown = np.array([k for k in range(cubes.max() + 1) if (cubes[0] == k).mean() >= SHOWN])
    seen = np.isin(cubes[1:], shown)
    return {"seen": seen, "hidden": (cubes[1:] >= 0) & ~seen}


def compare(pictures: np.ndarray, truth: np.ndarray, parts: dict[str, np.ndarray]) -> dict[str, float]:
    """What :func:`agreement` lists, of one scene.

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
    chroma, true_chroma = pictures - pictures.mean(2, keepdims=True), truth - truth.mean(1, keepdims=True)
    size = (true_chroma**2).sum(1)
    variance = chroma.var(0, ddof=1).sum(1)
    error = ((chroma.mean(0) - true_chroma) ** 2).sum(1)
    for name, pixels in parts.items():
        total = size[pixels].sum()
        found[f"variance_{name}"] = variance[pixels].sum() / total if total else np.nan
        found[f"error_{name}"] = error[pixels].sum() / total if total else np.nan
    return found


def _iou(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union, the mean over views (V, H, W); 1 where both are empty."""
    both, either = (a & b).sum((1, 2)), (a | b).sum((1, 2))
    return np.mean(np.where(either, both / np.maximum(either, 1), 1.0))


def _or_none(values: list) -> list:
    return [None if np.isnan(v) else r for v, r in zip(values, rounded(values), strict=True)]
