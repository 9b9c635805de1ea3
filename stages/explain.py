"""How much of unseen pictures is imagined."""

from gmn.params import Settings
from stages.options import Model, Seed
from stages.paths import PARAMS


def run(model: Model, seed: Seed = 0) -> None:
    """Measure how much of unseen pictures the imagined ones explain, and whether they turn with the camera."""
    from gmn.evaluation.explained import explained
    from stages.measure import measure

    settings = Settings.load(PARAMS)
    measure("explained", explained, settings, settings.now.explain, "test", model, seed)
