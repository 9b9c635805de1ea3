"""The page that shows it all."""

from gmn.params import Settings
from stages.paths import PARAMS, Paths, parent


def run() -> None:
    """Put figures, tables and numbers on one page, index.html."""
    import json

    import pandas as pd

    from gmn.data.shards import write_atomically
    from gmn.report import page

    settings = Settings.load(PARAMS)
    paths = Paths(settings)
    read = [json.loads(path.read_text()) for path in (paths.metrics, paths.claims, paths.album)]
    minutes = {}
    if paths.times.exists():
        times = pd.read_csv(paths.times, index_col="stage")["seconds"] / 60
        minutes = times.groupby(lambda stage: stage.split("@")[0], sort=False).sum().to_dict()
    text = page(settings, paths.figures, *read, minutes)
    write_atomically(parent(paths.page), text)
