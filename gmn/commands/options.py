"""Options of several commands."""

from pathlib import Path
from typing import Annotated

import typer

from gmn.errors import UserError


def drawable(path: Path | None) -> Path | None:
    """The path of a picture, if it can be written as its suffix says."""
    if path is not None and path.suffix not in (".png", ".svg", ".pdf"):
        raise UserError(f"{path}: no picture; use a name that ends in .png, .svg or .pdf")
    return path


def _meshable(path: Path | None) -> Path | None:
    if path is not None and path.suffix not in (".ply", ".obj", ".stl"):
        raise UserError(f"--mesh: got {path}; use a name that ends in .ply, .obj or .stl")
    return path


PictureFile = Annotated[Path, typer.Argument(callback=drawable, help="Picture to write: .png, .svg or .pdf.")]
Scene = Annotated[int, typer.Option(min=0, help="Number of the scene; it is made anew.")]
Look = Annotated[int, typer.Option(min=0, help="How many pictures are given, the scene's first ones.")]
Touch = Annotated[int, typer.Option(min=0, help="How many grasps are given, the scene's first ones.")]
Views = Annotated[int, typer.Option(min=1, max=24, help="How many viewpoints around the object are imagined.")]
Samples = Annotated[int, typer.Option(min=1, max=12, help="How many samples of z are drawn, a row each.")]
Refine = Annotated[
    int, typer.Option(min=0, max=1000, help="Steps by which each sample fits what is given better, such as 10.")
]
MeshFile = Annotated[
    Path | None,
    typer.Option("--mesh", callback=_meshable, help="The likely shape, too, as a mesh in metres: .ply, .obj or .stl."),
]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Of this machine, 127.0.0.1.")]
