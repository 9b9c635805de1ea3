"""Headline numbers of one network."""

from gmn.params import Settings
from gmn.paths import PARAMS, Paths


def run() -> None:
    """Write the headline numbers of `model` to metrics.json."""
    from gmn.evaluation.headline import headline
    from gmn.evaluation.results import Results
    from gmn.files import write_json

    settings = Settings.load(PARAMS)
    paths = Paths(settings)
    write_json(paths.metrics, headline(Results(settings, paths), settings.model))
