"""Fig. 5, beyond the curves."""

from typing import Annotated

import typer

from gmn.params import Settings
from gmn.progress import Progress
from stages.options import Model, Seed
from stages.paths import PARAMS, Paths, parent


def run(
    model: Model,
    regime: Annotated[str, typer.Option(help="m8-1-2, m8-7-8, m14-1-4, m14-11-14, ...")],
    seed: Seed = 0,
) -> None:
    """Measure the loss by the number of modalities given (Fig. 5)."""
    from gmn.data.regime import Regime
    from gmn.data.shards import write_json
    from gmn.evaluation.missing import loss_by_size
    from stages.device import pick_device
    from stages.load import load_model

    settings = Settings.load(PARAMS)
    sizes = Regime.parse(regime).modalities
    network, (reader,) = load_model(settings, model, regime, seed, "val")
    scenes = min(settings.now.missing.scenes, len(reader.scenes))
    with Progress(f"missing {model} {regime}", sizes * scenes, "scenes") as progress:
        values = loss_by_size(network, reader, scenes, settings.seed, pick_device(), progress.advance)
    write_json(parent(Paths(settings).measured("missing", regime, model, seed=seed)), values)
