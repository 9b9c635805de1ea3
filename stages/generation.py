"""Fig. 1, S5 and S6; touch imagined."""

from gmn.params import Settings
from gmn.paths import PARAMS, Paths
from gmn.progress import Progress
from stages.options import Model


def run(model: Model) -> None:
    """Imagine pictures and touches from looks and touches (Fig. 1, S5, S6)."""
    from gmn.evaluation.generation import CONTEXTS, generation
    from gmn.evaluation.trial import Trial
    from gmn.files import write_arrays
    from stages.load import load_model

    settings = Settings.load(PARAMS)
    network, (reader,) = load_model(settings, model, "m2", settings.seeds[0], "test")
    with Progress(f"generation {model}", len(CONTEXTS), "contexts") as progress:
        # pyrefly: ignore[bad-argument-type]
        arrays = generation(Trial(network, reader, settings.now.generation, settings.seed, progress))
    write_arrays(Paths(settings).generated(model), arrays, {"network": model})
