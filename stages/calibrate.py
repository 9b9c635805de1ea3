"""How far the predicted spread can be trusted."""

from gmn.params import Settings
from stages.options import Model, Seed
from stages.paths import PARAMS


def run(model: Model, seed: Seed = 0) -> None:
    """Measure how often the truth lies inside predicted intervals."""
    from gmn.evaluation.calibration import calibration
    from stages.measure import measure

    settings = Settings.load(PARAMS)
    measure("calibration", calibration, settings, settings.now.calibrate, "test", model, seed)
