"""Draw one scene."""

from pathlib import Path
from typing import Annotated

import typer

from gmn.errors import UserError
from gmn.params import Settings
from stages.options import ObjectSetName
from stages.paths import PARAMS, parent


def run(
    out: Annotated[Path, typer.Argument(help="Picture to write: .png, .svg or .pdf.")],
    object_set: ObjectSetName = "test",
    scene: Annotated[int, typer.Option(min=0, help="Number of the scene; it is made anew.")] = 0,
) -> None:
    """Draw a scene: what is seen, the hand at several grasps, what its sensors feel."""
    settings = Settings.load(PARAMS)
    if out.suffix not in (".png", ".svg", ".pdf"):
        raise UserError(f"{out}: no picture; use a name that ends in .png, .svg or .pdf")
    from gmn.figures.scene import draw
    from gmn.mese.simulate import simulate

    made = simulate(settings.scene_settings(object_set), range(scene, scene + 1))
    arrays = {name: array[0] for name, array in made.items()}
    draw(arrays, f"Scene {scene} of the set {object_set}").savefig(parent(out))
