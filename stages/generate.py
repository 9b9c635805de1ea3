"""Fig. 1, S5 and S6."""

from gmn.params import Settings
from gmn.progress import Progress
from stages.options import Model
from stages.paths import PARAMS, Paths, parent


def run(model: Model) -> None:
    """Imagine pictures from looks and touches (Fig. 1, S5, S6)."""
    from gmn.data.shards import write_shard
    from gmn.evaluation.generation import CONTEXTS, generate
    from stages.device import pick_device
    from stages.load import load_model

    settings = Settings.load(PARAMS)
    network, (reader,) = load_model(settings, model, "m2", settings.seeds[0], "test")
    with Progress(f"generate {model}", len(CONTEXTS), "contexts") as progress:
        arrays = generate(
            network, reader, settings.now.generate.samples, settings.seed, pick_device(), progress.advance
        )
    write_shard(parent(Paths(settings).generated(model)), arrays)
