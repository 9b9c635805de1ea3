"""Train one network in one regime."""

import hashlib
import json
from typing import Annotated

import typer

from gmn.params import Settings, Train
from gmn.paths import PARAMS, SCRATCH, Paths
from gmn.progress import Progress
from stages.cores import cores
from stages.options import Model, Seed


def run(
    model: Model,
    regime: Annotated[str, typer.Option(help="m2, m8-1-2, m8-7-8, m14-1-4, m14-11-14, ...")],
    seed: Seed = 0,
) -> None:
    """Train a network; a killed run goes on from its last checkpoint."""
    import pandas as pd
    import torch

    from gmn.data.combinations import load
    from gmn.data.reader import SceneReader
    from gmn.data.regime import Regime
    from gmn.data.scaling import HapticScale
    from gmn.data.shards import SceneSet
    from gmn.files import write_table
    from gmn.models.weights import save_weights
    from gmn.training.checkpoint import Checkpoints
    from gmn.training.distributed import world
    from gmn.training.loop import Run, train
    from stages.device import pick_device

    settings = Settings.load(PARAMS)
    paths = Paths(settings)
    chosen = Regime.parse(regime)
    config = settings.model_config_for(model, chosen.modalities, chosen.reading)
    optimisation = settings.now.train_missing if chosen.missing else settings.now.train
    sets = {name: SceneSet(paths.scenes(name)) for name in ("train", "val")}
    scale = HapticScale.make(optimisation.haptic_scale, sets["train"].manifest["haptics"])
    readers = {name: SceneReader(scenes, config.modality_list, scale) for name, scenes in sets.items()}
    torch.set_num_threads(cores(settings.threads))
    device = pick_device()
    with world(device) as processes:
        plan = Run(
            config=config,
            settings=optimisation,
            regime=chosen,
            seed=seed,
            train=readers["train"],
            val=readers["val"],
            shown=load(paths.split(regime)),
            device=device,
            world=processes,
        )
        name = f"{regime}-{model}-{seed}"
        checkpoints = Checkpoints(SCRATCH / "train" / f"{name}-{_key(settings, config, optimisation, sets, name)}")
        with Progress(f"train {name}", optimisation.iterations, "it", silent=not processes.leads) as progress:
            trained, rows = train(plan, checkpoints, progress)
        if processes.leads:
            save_weights(paths.weights(model, regime, seed), trained)
            write_table(paths.curves(model, regime, seed), pd.DataFrame(rows), float_format="%.6g")
            checkpoints.clear()


def _key(settings: Settings, config, optimisation: Train, sets: dict, name: str) -> str:
    """What a checkpoint must agree on to be gone on from: settings, data and the code that trains."""
    from gmn.source import source_digest

    about = [
        settings.now.model.model_dump(),
        optimisation.model_dump(),
        [config.reading, settings.seed, name],
        [s.manifest for s in sets.values()],
        source_digest(),
    ]
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:16]
