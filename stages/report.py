"""The page that shows it all."""

from gmn.params import Settings
from gmn.paths import PARAMS, Paths


def run() -> None:
    """Put figures, tables and numbers on one page, index.html."""
    import json

    import pandas as pd

    from gmn.files import write_atomically
    from gmn.report import page

    settings = Settings.load(PARAMS)
    paths = Paths(settings)
    read = [json.loads(path.read_text()) for path in (paths.metrics, paths.claims, paths.album)]
    minutes = {}
    if paths.times.exists():
        times = pd.read_csv(paths.times, index_col="stage")["seconds"] / 60
        minutes = times.groupby(_group, sort=False).sum().to_dict()
    text = page(settings, paths.figures, *read, minutes)
    write_atomically(paths.page, text)


def _group(stage: str) -> str:
    """What is timed together: a stage with all its matrix, an evaluation of all networks."""
    name, _, item = stage.partition("@")
    return item.split("-")[0] if name == "evaluate" else name
