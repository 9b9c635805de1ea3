"""How far the predicted spread can be trusted."""

from gmn.params import Settings
from gmn.progress import Progress
from stages.options import Model, Seed
from stages.paths import PARAMS, Paths, parent


def run(model: Model, seed: Seed = 0) -> None:
    """Measure how often the truth lies inside predicted intervals."""
    from gmn.data.shards import write_json
    from gmn.evaluation.calibration import calibration
    from stages.device import pick_device
    from stages.load import load_model

    settings = Settings.load(PARAMS)
    chosen = settings.now.calibrate
    network, (reader,) = load_model(settings, model, "m2", seed, "test")
    scenes = min(chosen.scenes, len(reader))
    with Progress(f"calibrate {model}", scenes, "scenes") as progress:
        values = calibration(network, reader, scenes, chosen.samples, settings.seed, pick_device(), progress.advance)
    write_json(parent(Paths(settings).calibration(model, seed)), values)
