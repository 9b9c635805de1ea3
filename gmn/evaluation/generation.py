"""Cross-modal generation (Fig. 1, S5, S6): pictures, shapes and touches imagined from z, given any context."""

import numpy as np
import torch

from gmn.data.modalities import HAPTICS, VISION
from gmn.data.reader import SceneReader
from gmn.errors import UserError
from gmn.evaluation.protocol import Contexts
from gmn.evaluation.shape import STEP
from gmn.evaluation.trial import Trial
from gmn.mese import camera, pose, shape
from gmn.mese.parts import filled
from gmn.models.noise import Noise
from gmn.trained.mesh import lattice
from gmn.trained.occupancy import best_level, occupancy
from gmn.trained.refine import refined

SCENES = 4
ACCUMULATED = (0, 1, 2, 3, 4, 5, 10, 15)  # contexts of both senses in Fig. S5
CONTEXTS: dict[str, Contexts] = {
    "fig1": {VISION: 1, HAPTICS: 15}, "image": {VISION: 5}, "haptics": {HAPTICS: 15}, "both": {VISION: 5, HAPTICS: 15},
} | {f"n{n}": {VISION: n, HAPTICS: n} for n in ACCUMULATED}  # fmt: skip
SHAPES = ("haptics", "image", "both")  # whose shape is kept, too
FELT = ("n0", "image")  # from which the last touch is imagined
REFINED = ("haptics", "fig1", "image")  # which are also refined


def viewpoints() -> np.ndarray:
    """The 4 x 4 grid of pitch -45..45 and yaw 36..324 degrees, (16, 2) radians."""
    pitch, yaw = np.meshgrid(np.linspace(-45, 45, 4), np.linspace(36, 324, 4), indexing="ij")
    return np.deg2rad(np.stack([pitch.ravel(), yaw.ravel()], 1))


@torch.no_grad()
def generation(trial: Trial) -> dict[str, np.ndarray]:
    """Imagined and true pictures of the set's first scenes of different shapes.

    Args:
        trial: whose choice says how many steps samples are refined by, too.

    Returns:
        uint8 arrays, scenes first: ``truth`` (N, 16, D, D, 3), ``context`` (N, V, S, S, 3), ``touches``
        (N, V, 132) float32, and per name in :data:`CONTEXTS` ``imagined-<name>`` (N, samples, 16, D, D, 3), in
        :data:`REFINED` ``refined-<name>`` alike, after gradient ascent (:mod:`gmn.trained.refine`). Pictures of
        a field are drawn larger (D) than they are seen (S). Likewise ``filled-truth`` and per name in :data:`SHAPES`
        ``filled-<name>`` (N, P): how likely points of :func:`gmn.trained.mesh.lattice` are filled, 255 being certain;
        ``level-<name>`` (N,): where that is cut.
        ``scene`` (N,) are their numbers; of each scene's last touch ``wrist`` (N, 2) is pitch and yaw, radians, and
        ``felt-truth`` and per name in :data:`FELT` ``felt-<name>`` (N, 132) are mean readings in SI units.

    Raises:
        UserError: the set has too few shapes.
    """
    model, reader, device = trial.model, trial.reader, trial.device
    vision, haptics = trial.place(VISION), trial.place(HAPTICS)
    chosen = _different_shapes(reader)
    episodes = reader.read(chosen)
    size = model.drawn * model.modalities[vision].shape[-1]
    points, _ = lattice(model.config.extent, STEP)
    out = {
        "truth": np.stack([_truth(reader, i, size) for i in chosen]),
        "context": _pictures(episodes.senses[vision]),
        "touches": episodes.senses[haptics].numpy(),
        "scene": chosen,
        "wrist": reader.scenes.read("hand", chosen)[:, -1, 3:],
        "felt-truth": reader.scenes.read("haptics", chosen)[:, -1],
        "filled-truth": 255 * np.stack([filled(reader.scenes.object(i), points) for i in chosen]).astype(np.uint8),
    }
    queries = torch.from_numpy(pose.query(pose.camera_pose(viewpoints()))).to(device)
    for name, contexts in CONTEXTS.items():
        asked, noise = trial.given(episodes, contexts), Noise(trial.seed, device=device)
        latents = model.prior(asked, noise, trial.samples)
        z, rows = latents.z, torch.arange(len(latents.z), device=device).repeat_interleave(len(queries))
        kinds = {"imagined": z}
        if name in REFINED:
            steps = trial.chosen.refine  # pyrefly: ignore[missing-attribute]
            kinds["refined"] = refined(model, asked, latents, steps, noise)
        for kind, each in kinds.items():
            means = model.render(vision, each, rows, queries.repeat(len(z), 1), model.drawn)
            out[f"{kind}-{name}"] = _pictures(means.unflatten(0, (trial.samples, len(chosen), -1)).transpose(0, 1))
        if name in SHAPES:
            each = occupancy(model, z, torch.from_numpy(points)).unflatten(0, (trial.samples, -1))
            out[f"filled-{name}"] = (255 * each.mean(0)).round().byte().cpu().numpy()
            out[f"level-{name}"] = np.array([best_level(one) for one in each.cpu().numpy().swapaxes(0, 1)])
        if name in FELT:
            last = episodes.queries[haptics][:, -1].to(device).repeat(trial.samples, 1)
            felt = model.render(haptics, z, torch.arange(len(z), device=device), last)
            mean = felt.unflatten(0, (trial.samples, -1)).mean(0).cpu().numpy()
            out[f"felt-{name}"] = reader.scales[HAPTICS].readings(mean).astype(np.float32)
        trial.progress.advance(1)
    return out


def _different_shapes(reader: SceneReader) -> np.ndarray:
    """The first scenes whose objects differ even after rotation."""
    seen, chosen = set(), []
    for index, walk in enumerate(reader.scenes.read_all("walk")):
        kind = shape.rotation_class(walk)
        if kind not in seen and len(chosen) < SCENES:
            seen.add(kind)
            chosen.append(index)
    if len(chosen) < SCENES:
        raise UserError(
            f"generation: the test set has objects of {len(chosen)} different shapes, Fig. 1, S5 and S6 show {SCENES}; "
            "give simulate.sets.test more scenes or more cubes"
        )
    return np.array(chosen)


def _truth(reader: SceneReader, index: int, size: int) -> np.ndarray:
    return camera.resize(camera.look(reader.scenes.object(index), viewpoints()), size)


def _pictures(tensor: torch.Tensor) -> np.ndarray:
    """(..., C, H, W) in 0..1 to (..., H, W, C) uint8."""
    return (tensor.clamp(0, 1) * 255).round().byte().movedim(-3, -1).cpu().numpy()
