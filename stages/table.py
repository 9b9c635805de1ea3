"""Every measured number as one table."""

from gmn.params import Settings
from gmn.paths import PARAMS, Paths


def run() -> None:
    """Write every measured number, with its interval, to one tidy CSV file."""
    from gmn.evaluation.results import Results
    from gmn.evaluation.tidy import to_frame
    from gmn.files import write_table

    settings = Settings.load(PARAMS)
    paths = Paths(settings)
    write_table(paths.table, to_frame(Results(settings, paths)))
