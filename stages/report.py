"""The page that shows it all."""

from gmn.params import Settings
from stages.paths import PARAMS, Paths, parent


def run() -> None:
    """Put figures, tables and numbers on one page, index.html."""
    import json

    from gmn.data.shards import write_atomically
    from gmn.report import page

    settings = Settings.load(PARAMS)
    paths = Paths(settings)
    text = page(settings, paths.figures, *(json.loads(path.read_text()) for path in (paths.metrics, paths.claims)))
    write_atomically(parent(paths.page), lambda temporary: temporary.write_text(text))
