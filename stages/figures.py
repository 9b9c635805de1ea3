"""All figures and tables."""

import shutil

from gmn.params import Settings
from gmn.paths import PARAMS, Paths


def run() -> None:
    """Draw every figure and table of the paper."""
    from gmn.evaluation.results import Results
    from gmn.figures.all import draw_all

    settings = Settings.load(PARAMS)
    paths = Paths(settings)
    shutil.rmtree(paths.figures, ignore_errors=True)
    paths.figures.mkdir(parents=True)
    draw_all(Results(settings, paths), paths.figures)
