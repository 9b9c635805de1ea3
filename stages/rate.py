"""How quickly this machine trains, and that it computes what a CPU does."""

from typing import Annotated

import typer

from gmn.errors import UserError
from gmn.params import Settings
from gmn.paths import PARAMS, Paths
from gmn.progress import Progress
from stages.options import Model

WARMING, TIMED = 20, 40  # iterations
COMPARED = 5  # iterations before the loss is compared with a CPU's
TOLERANCE = 0.05  # of the loss: a GPU draws other random numbers from the same seed, 1 % at 12 scenes


def run(
    model: Model = "apoe",
    regime: Annotated[str, typer.Option(help="m2, m8-1-2, ...: whose networks.")] = "m2",
    batch: Annotated[list[int] | None, typer.Option(min=1, help="Scenes of a batch; may be repeated.")] = None,
) -> None:
    """Time training iterations, ragged and of fixed shapes, and compare losses with the CPU's; see reports."""
    import pandas as pd
    import torch

    from gmn.data.regime import Regime
    from gmn.files import write_table
    from stages.device import pick_device

    settings, device = Settings.load(PARAMS), pick_device()
    own = settings.now.of(model)
    chosen = own.train_missing if Regime.parse(regime).missing else own.train
    sizes = batch or [chosen.batch_size]
    rows, name = [], torch.cuda.get_device_name() if device.type == "cuda" else "cpu"
    for padded in (False, True):
        ours, theirs = (
            _train(settings, model, regime, place, COMPARED, padded=padded).losses[-1]
            for place in (device, torch.device("cpu"))
        )
        apart = abs(ours - theirs) / abs(theirs)
        print(f"{name}: after {COMPARED} iterations the loss is within {apart:.2g} of the CPU's", flush=True)
        if not apart < TOLERANCE:
            raise UserError(f"{name}: after {COMPARED} iterations the loss is {ours:.6g}, on the CPU {theirs:.6g}")
    for size in sizes:
        for padded in (False, True):
            changes = {"batch_size": size, "padded": padded, "precision": chosen.precision}
            watch = _train(settings, model, regime, device, WARMING + TIMED, **changes)
            rate = TIMED / (watch.times[-1] - watch.times[WARMING - 1])
            way = ("replayed" if device.type == "cuda" else "padded") if padded else "ragged"
            row = {"device": name, "network": model, "regime": regime, "way": way, "batch": size}
            rows.append(row | {"iterations_per_s": rate, "scenes_per_s": rate * size})
            print(f"{way}, {size} scenes: {rate:.3g} iterations/s", flush=True)
    write_table(Paths(settings).reports / "rate.csv", pd.DataFrame(rows), float_format="%.4g")


class _Watch(Progress):
    """Notes when each iteration ended, and its loss."""

    def __init__(self):
        super().__init__("", 0, "", silent=True)
        self.times: list[float] = []
        self.losses: list[float] = []

    def advance(self, count: int, **values: float) -> None:
        import time

        self.times.append(time.perf_counter())
        self.losses += values.values()


def _train(settings: Settings, model: str, regime: str, device, iterations: int, **changes) -> _Watch:
    """The first iterations of a run, which leave nothing behind; an evaluation at the end waits for the GPU."""
    import tempfile
    from pathlib import Path

    from gmn.training.checkpoint import Checkpoints
    from gmn.training.loop import train
    from stages.plan import plan

    short = {"iterations": iterations, "evaluate_every": iterations, "validation_scenes": 1, "precision": "float32"}
    short |= {"warmup": 0, "curriculum": None}  # longer than these iterations
    watch = _Watch()
    with tempfile.TemporaryDirectory() as folder:
        # pyrefly: ignore[bad-argument-type]
        train(plan(settings, model, regime, 0, device, **short | changes), Checkpoints(Path(folder)), watch)
    return watch
