"""The whole pipeline."""

from typing import Annotated

import typer

from gmn.params import Settings
from gmn.paths import PARAMS
from stages.cores import available


def run(
    processes: Annotated[
        int, typer.Option(min=0, help="Cores that stages use together; 0: `workers` of params.yaml, there 0 is all.")
    ] = 0,
) -> None:
    """Run what changed, as `dvc repro` does, several stages at once; outs are the same bytes."""
    from stages.driver import repro

    settings = Settings.load(PARAMS)
    repro(settings, processes or settings.workers or available())
