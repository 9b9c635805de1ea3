"""Headline numbers of one network."""

import json

from gmn.params import Settings
from stages.paths import PARAMS, Paths, parent


def run() -> None:
    """Write the headline numbers of `model` to metrics.json."""
    import pandas as pd

    from gmn.data.shards import write_json
    from gmn.evaluation.headline import headline

    settings = Settings.load(PARAMS)
    paths = Paths(settings)
    density = json.loads(paths.density(settings.model).read_text())
    classification = json.loads(paths.classification(settings.model).read_text())
    curves = pd.read_csv(paths.curves(settings.model, "m2"))
    write_json(parent(paths.metrics), headline(settings.model, density, classification, curves))
