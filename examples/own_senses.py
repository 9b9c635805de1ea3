"""Train on two senses of your own: a robot in a room with a pillar and a source of sound.

The example first writes a small data set to a folder, as recordings lie on a disk: one .npz per scene with what was
sensed (ranges of a laser scanner, a spectrum of sound) and from where. The rest of it knows those files only, so it is
the part to copy. Then it trains the three networks and shows how much one sense tells of the other.

    python examples/own_senses.py                                          # small, in a temporary folder, half a minute
    python examples/own_senses.py rooms --iterations 600 --scenes 1000     # some minutes, kept in rooms/
"""

import tempfile
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer

from gmn.data.arrays import ArrayReader
from gmn.data.modalities import Modality
from gmn.data.regime import Regime
from gmn.data.settings import Contexts
from gmn.errors import exit_with_message
from gmn.models.config import ModelConfig
from gmn.models.gmn import GMN
from gmn.trained.belief import Belief
from gmn.training.checkpoint import Checkpoints
from gmn.training.loop import Run, train
from gmn.training.settings import Train

torch.set_num_threads(1)  # networks this small gain little from more, and other work keeps its cores

# Both are vectors, so encoder and renderer of vectors will do; docs/extending.md writes one from scratch.
SCANNER = Modality("scanner", sense="range", shape=(32,), query=4)  # distances all around, 0..1
EARS = Modality("ears", sense="sound", shape=(16,), query=4)  # loudness by band
SENSES = (SCANNER, EARS)
CONFIG = dict(
    modalities=SENSES, representation=32, state=16, stride=8, latent=4, steps=3, first_prior="context",
    decoder=8, kernel=3, image_size=16, std={"range": 0.1, "sound": 0.1},
)  # fmt: skip
VIEWS = 12
PARTS = {"train": "train", "val_missing": "val", "val_full": "val"}  # training's names of scenes -> ours


def read(files: list[Path]) -> ArrayReader:
    """Scenes of recordings, one .npz each: `scanner` (V, 32), `ears` (V, 16), and `pose` (V, 3): x, y, heading."""
    scenes = [dict(np.load(file)) for file in files]
    whole = {name: np.stack([scene[name] for scene in scenes]) for name in scenes[0]}
    x, y, heading = np.moveaxis(whole["pose"], -1, 0)
    query = np.stack([x, y, np.cos(heading), np.sin(heading)], -1)  # an angle as numbers without a jump
    return ArrayReader(SENSES, {sense.name: (whole[sense.name], query) for sense in SENSES})


def record(folder: Path, scenes: int, seed: int) -> list[Path]:
    """Write scenes: a pillar of radius 0.3 and pitch of its own, which hums, in a room of 2 x 2."""
    folder.mkdir(parents=True, exist_ok=True)
    beams = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    files = []
    for k in range(scenes):
        rng = np.random.default_rng([seed, k])
        pillar, pitch = rng.uniform(-0.6, 0.6, 2), rng.uniform(2, 13)
        pose = np.column_stack([rng.uniform(-1, 1, (VIEWS, 2)), rng.uniform(0, 2 * np.pi, VIEWS)])
        angle = pose[:, 2:] + beams
        way = np.stack([np.cos(angle), np.sin(angle)], -1)  # (V, 32, 2)
        with np.errstate(divide="ignore"):
            wall = np.min((np.sign(way) - pose[:, None, :2]) / way, axis=-1)
        to = pillar - pose[:, :2]
        along = (way * to[:, None]).sum(-1)
        gap = 0.09 - (to**2).sum(-1)[:, None] + along**2
        hit = along - np.sqrt(np.maximum(gap, 0))
        ranges = np.where((gap > 0) & (hit > 0), hit, wall) / 3
        loud = np.exp(-np.linalg.norm(to, axis=1))[:, None]
        spectrum = loud * np.exp(-((np.arange(16) - pitch) ** 2) / 4)
        files.append(folder / f"{k:04d}.npz")
        arrays = {"scanner": ranges, "ears": spectrum, "pose": pose}
        np.savez(files[-1], **{name: array.astype(np.float32) for name, array in arrays.items()})
    return files


def fit(network: str, rooms: dict[str, ArrayReader], iterations: int, scratch: Path) -> GMN:
    """Train one network."""
    shown = {name: np.ones((len(rooms[part]), len(SENSES)), bool) for name, part in PARTS.items()}
    run = Run(
        config=ModelConfig(network=network, **CONFIG),
        settings=Train(
            iterations=iterations, batch_size=16, learning_rate=0.002, initialisation="scaled", warmup=20,
            schedule="cosine", clip=1e5, contexts=Contexts(alone=0.2), evaluate_every=iterations,
            validation_scenes=len(rooms["val"]),
        ),
        regime=Regime("rooms", modalities=len(SENSES), low=len(SENSES), high=len(SENSES)),
        seed=0, train=rooms["train"], val=rooms["val"], shown=shown, device=torch.device("cpu"),
    )  # fmt: skip
    model, _ = train(run, Checkpoints(scratch / network))
    return model.eval()


def error(model: GMN, rooms: ArrayReader, heard: int) -> float:
    """Root mean square error of ranges imagined at the last two views from the sound of the first ``heard``."""
    scenes = rooms.read(np.arange(len(rooms)))
    squares = []
    for scan, sound, query in zip(scenes.senses[0], scenes.senses[1], scenes.queries[0], strict=True):
        belief = Belief(model, {"ears": (sound[:heard], query[:heard])} if heard else {})
        guess = belief.imagine({"scanner": query[-2:]}, samples=8)["scanner"].mean(0)
        squares.append(((guess - scan[-2:]) ** 2).mean())
    return float(torch.stack(squares).mean().sqrt())


def main(
    folder: Annotated[Path | None, typer.Argument(help="Where recordings and checkpoints go; a temporary one.")] = None,
    iterations: Annotated[int, typer.Option(min=40, help="Of training, for each network.")] = 150,
    scenes: Annotated[int, typer.Option(min=40, help="To train on.")] = 100,
) -> None:
    """Record rooms, train on them, and imagine ranges from sound."""
    folder = folder or Path(tempfile.mkdtemp(prefix="own-senses-"))
    sizes = {"train": scenes, "val": 40}
    rooms = {name: read(record(folder / name, size, seed)) for seed, (name, size) in enumerate(sizes.items())}
    spread = rooms["val"].read(np.arange(sizes["val"])).senses[0][:, -2:].std()
    print(f"ranges vary by {spread:.3f}; error of those imagined, in rooms never trained on:")
    for network in ("baseline", "poe", "apoe"):
        model = fit(network, rooms, iterations, folder / "scratch")
        errors = ", ".join(f"{error(model, rooms['val'], heard):.3f} from {heard} sounds" for heard in (0, 1, 5, 10))
        print(f"{network}: {errors}")


if __name__ == "__main__":
    with exit_with_message():
        typer.run(main)
