"""Draw one scene."""

from pathlib import Path

from gmn.commands import SCENES
from gmn.commands.options import PictureFile, Scene
from gmn.mese.settings import SceneSettings


def run(out: PictureFile, scene: Scene = 0) -> None:
    """Draw a scene: what is seen, the hand at several grasps, what its sensors feel."""
    draw_scene(SCENES, scene, out)


def draw_scene(settings: SceneSettings, scene: int, out: Path) -> None:
    """Write a picture of scene number ``scene`` of the set that ``settings`` describe to the file ``out``."""
    from gmn.figures.scene import draw
    from gmn.figures.style import save_picture
    from gmn.mese.simulate import simulate

    made = simulate(settings, range(scene, scene + 1))
    arrays = {name: array[0] for name, array in made.items()}
    save_picture(draw(arrays, f"Scene {scene} of the set {settings.name}"), out)
    print(out)
