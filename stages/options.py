"""Options that several commands share."""

from typing import Annotated

import typer

from gmn.data.settings import Sets
from gmn.errors import UserError
from gmn.roster import NAMES as NETWORKS

NAMES = ", ".join(Sets.model_fields)


def _known(name: str) -> str:
    if name not in Sets.model_fields:
        raise UserError(f"--set: got {name!r}; use one of {NAMES}")
    return name


Model = Annotated[str, typer.Option(help=f"One of {', '.join(NETWORKS)}.")]
Seed = Annotated[int, typer.Option(help="Of the training run.")]
ObjectSetName = Annotated[str, typer.Option("--set", callback=_known, help=f"One of {NAMES}.")]
