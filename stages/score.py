"""Headline numbers of one network."""

from gmn.params import Settings
from stages.paths import PARAMS, Paths, parent


def run() -> None:
    """Write the headline numbers of `model` to metrics.json."""
    from gmn.data.shards import write_json
    from gmn.evaluation.headline import headline
    from gmn.evaluation.results import Results

    settings = Settings.load(PARAMS)
    paths = Paths(settings)
    results = Results(settings, paths)
    measured = [reader(settings.model) for reader in (results.density, results.classification)]
    write_json(parent(paths.metrics), headline(settings.model, *measured, results.curves(settings.model, "m2")))
