"""Measure how fast scenes are made."""

from typing import Annotated

import typer

from gmn.mese.settings import SceneSettings
from gmn.progress import Progress


def run(
    scenes: Annotated[int, typer.Option(min=4, help="Scenes to make and throw away.")] = 40,
    size: Annotated[int, typer.Option(min=1, max=150, help="Pixels of the picture.")] = 64,
) -> None:
    """Print scenes per CPU second, the time of each sense, and peak memory; one process."""
    from gmn.mese.speed import measure

    count = scenes - scenes % 4
    with Progress("speed", count, "scenes") as progress:
        speed = measure(SceneSettings(image_size=size), count, progress.advance)
    print("\n".join(speed.lines()))
