"""Fig. 3."""

from typing import Annotated

import typer

from gmn.params import Settings
from gmn.progress import Progress
from stages.paths import PARAMS, Paths, parent


def run(model: Annotated[str, typer.Option(help="baseline, poe or apoe.")]) -> None:
    """Estimate cross-modal densities: pictures from touch, touch from pictures (Fig. 3)."""
    from gmn.data.shards import write_json
    from gmn.evaluation.density import density
    from stages.device import pick_device
    from stages.load import load_model

    settings = Settings.load(PARAMS)
    chosen = settings.now.density
    network, (reader,) = load_model(settings, model, "m2", "test")
    scenes = min(chosen.scenes, len(reader.scenes))
    with Progress(f"density {model}", scenes, "scenes") as progress:
        values = density(network, reader, scenes, chosen.samples, settings.seed, pick_device(), progress.advance)
    write_json(parent(Paths(settings).density(model)), values)
