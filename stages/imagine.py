"""What a trained network imagines, as a picture."""

from typing import Annotated

import typer

from gmn.commands.options import Look, MeshFile, PictureFile, Refine, Samples, Scene, Touch, Views
from gmn.errors import UserError
from gmn.params import Settings
from gmn.paths import PARAMS
from stages.options import ObjectSetName


def run(
    out: PictureFile,
    object_set: ObjectSetName = "test",
    scene: Scene = 0,
    look: Look = 1,
    touch: Touch = 3,
    views: Views = 8,
    samples: Samples = 4,
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="One of networks, or weights of the package such as laptop/m2/poe; may be repeated. "
            "As in params.yaml if not said."
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Of the training run; the first of `seeds` if not said.")
    ] = None,
    refine: Refine = 0,
    mesh: MeshFile = None,
) -> None:
    """Imagine a scene from some looks and touches: samples of each network, their spread, the truth."""
    settings = Settings.load(PARAMS)
    sizes = getattr(settings.now.simulate.sets, object_set)
    if scene >= sizes.scenes:
        raise UserError(f"--scene: got {scene}; the set {object_set} has {sizes.scenes - 1} at most")

    from gmn.commands.imagine import draw_imagined, labelled
    from stages.trained import load_trained

    found = {name: load_trained(settings, which, seed) for name, which in labelled(model or [settings.model]).items()}
    networks = {name: network for name, (network, _) in found.items()}
    about = f"scale {settings.scale}; {', '.join(whose for _, whose in found.values())}"
    scenes = settings.scene_settings(object_set)
    draw_imagined(networks, scenes, scene, look, touch, views, samples, about, out, refine, mesh)
