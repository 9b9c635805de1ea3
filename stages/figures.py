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
    kept = (paths.figures, paths.phone)
    new = [folder.with_name(f"{folder.name}.new") for folder in kept]  # the old ones stay until all are drawn
    try:
        for folder in new:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        draw_all(Results(settings, paths), *new)
        for folder, old in zip(new, kept, strict=True):
            replace_folder(folder, old)
    finally:
        for folder in new:
            shutil.rmtree(folder, ignore_errors=True)
