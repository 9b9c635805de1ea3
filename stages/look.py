"""Draw one scene."""

from typing import Annotated

import typer

from gmn.params import Settings
from gmn.paths import PARAMS
from stages.options import ObjectSetName, PictureFile


def run(
    out: PictureFile,
    object_set: ObjectSetName = "test",
    scene: Annotated[int, typer.Option(min=0, help="Number of the scene; it is made anew.")] = 0,
) -> None:
    """Draw a scene: what is seen, the hand at several grasps, what its sensors feel."""
    settings = Settings.load(PARAMS)
    from gmn.figures.scene import draw
    from gmn.figures.style import save_picture
    from gmn.mese.simulate import simulate

    made = simulate(settings.scene_settings(object_set), range(scene, scene + 1))
    arrays = {name: array[0] for name, array in made.items()}
    save_picture(draw(arrays, f"Scene {scene} of the set {object_set}"), out)
