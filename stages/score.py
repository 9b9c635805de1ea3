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
    write_json(parent(paths.metrics), headline(Results(settings, paths), settings.model))
