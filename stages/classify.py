"""Fig. 4."""

from gmn.params import Settings
from gmn.progress import Progress
from stages.options import Model, Seed
from stages.paths import PARAMS, Paths, parent


def run(model: Model, seed: Seed = 0) -> None:
    """Tell ten scenes of unseen objects apart (Fig. 4)."""
    from gmn.data.shards import write_json
    from gmn.evaluation.classification import classify
    from stages.device import pick_device
    from stages.load import load_model

    settings = Settings.load(PARAMS)
    chosen = settings.now.classify
    network, readers = load_model(settings, model, "m2", seed, "test4", "test6")
    with Progress(f"classify {model}", chosen.batches, "batches") as progress:
        values = classify(
            network, readers, chosen.batches, chosen.samples, settings.seed, pick_device(), progress.advance
        )
    write_json(parent(Paths(settings).measured("classification", model, seed=seed)), values)
