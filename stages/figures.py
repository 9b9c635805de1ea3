"""All figures and tables."""

import shutil

from gmn.params import Settings
from gmn.paths import PARAMS, Paths


def run() -> None:
    """Draw every figure and table of the paper."""
    from gmn.evaluation.results import Results
    from gmn.figures.all import draw_all
    from gmn.files import replace_folder

    settings = Settings.load(PARAMS)
    paths = Paths(settings)
    new = paths.figures.with_name("figures.new")  # beside the old ones, which stay until all are drawn
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        draw_all(Results(settings, paths), new)
        replace_folder(new, paths.figures)
    finally:
        shutil.rmtree(new, ignore_errors=True)
