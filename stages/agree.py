"""Fig. 1 in numbers."""

from gmn.params import Settings
from gmn.progress import Progress
from stages.options import Model, Seed
from stages.paths import PARAMS, Paths, parent


def run(model: Model, seed: Seed = 0) -> None:
    """Measure how shapes and colours agree across samples (Fig. 1)."""
    from gmn.data.shards import write_json
    from gmn.evaluation.agreement import agreement
    from stages.device import pick_device
    from stages.load import load_model

    settings = Settings.load(PARAMS)
    chosen = settings.now.agree
    network, (reader,) = load_model(settings, model, "m2", seed, "test")
    scenes = min(chosen.scenes, len(reader))
    with Progress(f"agree {model}", scenes, "scenes") as progress:
        values = agreement(network, reader, scenes, chosen.samples, settings.seed, pick_device(), progress.advance)
    write_json(parent(Paths(settings).agreement(model, seed)), values)
