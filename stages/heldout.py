"""Shapes that training never saw."""

from typing import Annotated

import typer

from gmn.params import Settings
from gmn.progress import Progress
from stages.options import Model, Seed
from stages.paths import PARAMS, Paths, parent


def run(
    model: Model,
    regime: Annotated[str, typer.Option(help="m2 or m2-heldout: trained with them or without.")],
    seed: Seed = 0,
) -> None:
    """Estimate the densities of Fig. 3 on the held-out shapes."""
    from gmn.data.shards import write_json
    from gmn.evaluation.density import density
    from stages.device import pick_device
    from stages.load import load_model

    settings = Settings.load(PARAMS)
    chosen = settings.now.heldout
    network, (reader,) = load_model(settings, model, regime, seed, "heldout")
    scenes = min(chosen.scenes, len(reader))
    with Progress(f"heldout {model} {regime}", scenes, "scenes") as progress:
        values = density(network, reader, scenes, chosen.samples, settings.seed, pick_device(), progress.advance)
    write_json(parent(Paths(settings).heldout(model, regime, seed)), values)
