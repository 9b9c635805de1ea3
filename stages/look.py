"""Draw one scene."""

from gmn.commands.look import draw_scene
from gmn.commands.options import PictureFile, Scene
from gmn.params import Settings
from gmn.paths import PARAMS
from stages.options import ObjectSetName


def run(out: PictureFile, object_set: ObjectSetName = "test", scene: Scene = 0) -> None:
    """Draw a scene: what is seen, the hand at several grasps, what its sensors feel."""
    draw_scene(Settings.load(PARAMS).scene_settings(object_set), scene, out)
