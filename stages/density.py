"""Fig. 3."""

from gmn.params import Settings
from gmn.progress import Progress
from stages.options import Model, Seed
from stages.paths import PARAMS, Paths, parent


def run(model: Model, seed: Seed = 0) -> None:
    """Estimate cross-modal densities: pictures from touch, touch from pictures (Fig. 3)."""
    from gmn.data.shards import write_json
    from gmn.evaluation.density import EFFECT_SCENES, density, effect_of_samples
    from stages.device import pick_device
    from stages.load import load_model

    settings = Settings.load(PARAMS)
    chosen = settings.now.density
    network, (reader,) = load_model(settings, model, "m2", seed, "test")
    scenes = min(chosen.scenes, len(reader.scenes))
    with Progress(f"density {model}", scenes + min(EFFECT_SCENES, len(reader)), "scenes") as progress:
        common = settings.seed, pick_device(), progress.advance
        values = density(network, reader, scenes, chosen.samples, *common)
        values["effect_of_samples"] = effect_of_samples(network, reader, chosen.most_samples, *common)
    write_json(parent(Paths(settings).measured("density", model, seed=seed)), values)
