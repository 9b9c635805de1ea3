"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from gmn.errors import UserError
from gmn.params import Sets

NAMES = ", ".join(Sets.model_fields)


def _known(name: str) -> str:
    if name not in Sets.model_fields:
        raise UserError(f"--set: got {name!r}; use one of {NAMES}")
    return name


Model = Annotated[str, typer.Option(help="baseline, poe or apoe.")]
Seed = Annotated[int, typer.Option(help="Of the training run.")]


def _drawable(path: Path) -> Path:
    if path.suffix not in (".png", ".svg", ".pdf"):
        raise UserError(f"{path}: no picture; use a name that ends in .png, .svg or .pdf")
    return path


PictureFile = Annotated[Path, typer.Argument(callback=_drawable, help="Picture to write: .png, .svg or .pdf.")]
ObjectSetName = Annotated[str, typer.Option("--set", callback=_known, help=f"One of {NAMES}.")]
