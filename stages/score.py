"""Headline numbers of one network."""

from gmn.params import Settings
from gmn.paths import PARAMS, Paths


def run() -> None:
    """Write the headline numbers of `model` to metrics.json, and a line of them to headline.json."""
    from gmn.evaluation.headline import few, headline
    from gmn.evaluation.results import Results
    from gmn.files import write_json

    settings = Settings.load(PARAMS)
    paths = Paths(settings)
    numbers = headline(Results(settings, paths), settings.model)
    write_json(paths.metrics, numbers)
    write_json(paths.headline, few(numbers, settings.run))
