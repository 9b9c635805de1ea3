"""The page that shows it all."""

from gmn.params import Settings
from gmn.paths import PARAMS, Paths


def run() -> None:
    """Put figures, tables and numbers on one page, index.html."""
    from gmn.files import read_json, read_sealed, read_table, write_atomically
    from gmn.report import page

    settings = Settings.load(PARAMS)
    paths = Paths(settings)
    again = "make it again with `dvc repro`"
    metrics = read_json(
        paths.metrics, again, ("model", "seeds", "iterations", "loss", "explained", "nats_per_dimension", "accuracy")
    )
    claims, album = (read_sealed(path, again) for path in (paths.claims, paths.album))
    minutes = {}
    if paths.times.exists():
        times = read_table(paths.times, f"delete it, or {again}", ("stage", "cpu_seconds")).set_index("stage")
        minutes = (times["cpu_seconds"] / 60).groupby(group_of, sort=False).sum().to_dict()
    text = page(settings, {"page": paths.figures, "phone": paths.phone}, metrics, claims, album, minutes)
    write_atomically(paths.page, text)


def group_of(stage: str) -> str:
    """What is timed together: a stage with all its matrix, an evaluation of all networks."""
    name, _, item = stage.partition("@")
    return item.split("-")[0] if name == "evaluate" else name
