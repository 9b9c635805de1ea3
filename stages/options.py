"""Options that several commands share."""

from typing import Annotated

import typer

from gmn.errors import UserError
from gmn.params import Sets

NAMES = ", ".join(Sets.model_fields)


def _known(name: str) -> str:
    if name not in Sets.model_fields:
        raise UserError(f"--set: got {name!r}; use one of {NAMES}")
    return name


ObjectSetName = Annotated[str, typer.Option("--set", callback=_known, help=f"One of {NAMES}.")]
