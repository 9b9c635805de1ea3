"""Train one network in one regime."""

from contextlib import nullcontext
from typing import Annotated

import typer

from gmn.lock import only_one
from gmn.params import Settings
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

    from gmn.files import digest_of, write_sealed_table
    from gmn.models.weights import save_weights
    from gmn.training.checkpoint import Checkpoints
    from gmn.training.distributed import process_group
    from gmn.training.loop import train
    from stages.device import pick_device
    from stages.plan import plan

    settings = Settings.load(PARAMS)
    paths = Paths(settings)
    torch.set_num_threads(cores(settings.threads))
    device = pick_device()
    with process_group(device) as processes:
        planned = plan(settings, model, regime, seed, device, processes)
        name = f"{regime}-{model}-{seed}"
        folder = SCRATCH / "train" / f"{name}-{digest_of({}, planned.described)[:16]}"
        with only_one(folder.with_suffix(".lock"), f"train {name}") if processes.leads else nullcontext():
            processes.meet()  # the first has the lock
            checkpoints = Checkpoints(folder)
            iterations = planned.settings.iterations
            with Progress(f"train {name}", iterations, "it", silent=not processes.leads) as progress:
                trained, rows = train(planned, checkpoints, progress)
            if not processes.leads:
                return
            save_weights(paths.weights(model, regime, seed), trained)
            write_sealed_table(paths.curves(model, regime, seed), pd.DataFrame(rows), float_format="%.6g")
            checkpoints.clear()
