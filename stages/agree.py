"""Fig. 1 in numbers."""

from gmn.params import Settings
from stages.options import Model, Seed
from stages.paths import PARAMS


def run(model: Model, seed: Seed = 0) -> None:
    """Measure how shapes and colours agree across samples (Fig. 1)."""
    from gmn.evaluation.agreement import agreement
    from stages.measure import measure

    settings = Settings.load(PARAMS)
    measure("agreement", agreement, settings, settings.now.agree, "test", model, seed)
