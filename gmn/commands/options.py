"""Options of several commands."""

from pathlib import Path
from typing import Annotated

import typer

from gmn.errors import UserError


def _drawable(path: Path) -> Path:
    if path.suffix not in (".png", ".svg", ".pdf"):
        raise UserError(f"{path}: no picture; use a name that ends in .png, .svg or .pdf")
    return path


PictureFile = Annotated[Path, typer.Argument(callback=_drawable, help="Picture to write: .png, .svg or .pdf.")]
Scene = Annotated[int, typer.Option(min=0, help="Number of the scene; it is made anew.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Of this machine, 127.0.0.1.")]
