"""How much of the shape a representation holds."""

from gmn.params import Settings
from gmn.progress import Progress
from stages.options import Model, Seed
from stages.paths import PARAMS, Paths, parent


def run(model: Model, seed: Seed = 0) -> None:
    """Read the cubes' occupancy from representations by a linear probe."""
    from gmn.data.shards import write_json
    from gmn.evaluation.occupancy import COUNTS, SENSES, probe
    from stages.device import pick_device
    from stages.load import load_model

    settings = Settings.load(PARAMS)
    chosen = settings.now.probe
    network, readers = load_model(settings, model, "m2", seed, "train", "test")
    sizes = [min(wanted, len(r)) for wanted, r in zip((chosen.fitted, chosen.tested), readers, strict=True)]
    with Progress(f"probe {model}", len(SENSES) * len(COUNTS) * sum(sizes), "scenes") as progress:
        values = probe(network, *readers, *sizes, chosen.samples, settings.seed, pick_device(), progress.advance)
    write_json(parent(Paths(settings).measured("probe", model, seed=seed)), values)
