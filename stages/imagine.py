"""What a trained network imagines, as a picture."""

from typing import Annotated

import typer

from gmn.errors import UserError
from gmn.params import Settings
from stages.options import ObjectSetName, PictureFile, Seed
from stages.paths import PARAMS, Paths, parent

PITCH = -0.35  # rad: the camera looks down a little


def run(
    out: PictureFile,
    object_set: ObjectSetName = "test",
    scene: Annotated[int, typer.Option(min=0, help="Number of the scene in its set.")] = 0,
    look: Annotated[int, typer.Option(min=0, help="Pictures given.")] = 1,
    touch: Annotated[int, typer.Option(min=0, help="Grasps given.")] = 3,
    views: Annotated[int, typer.Option(min=1, max=24, help="Viewpoints around the object.")] = 8,
    samples: Annotated[int, typer.Option(min=1, max=12, help="Samples of the representation.")] = 4,
    model: Annotated[str | None, typer.Option(help="baseline, poe or apoe; as in params.yaml if not said.")] = None,
    seed: Seed = 0,
) -> None:
    """Imagine a scene from some looks and touches: samples, their spread, the truth."""

    from gmn.data.shards import SceneSet
    from gmn.figures.imagined import draw
    from gmn.figures.style import NAMES
    from gmn.models.gmn import GMN

    settings = Settings.load(PARAMS)
    paths, network = Paths(settings), model or settings.model
    scenes = SceneSet(paths.scenes(object_set))
    available = int(scenes.settings["views"])
    limits = {"scene": (scene, len(scenes) - 1), "look": (look, available), "touch": (touch, available)}
    for option, (value, most) in limits.items():
        if value > most:
            raise UserError(f"--{option}: got {value}; the set {object_set} has {most} at most")
    gmn = GMN.from_pretrained(paths.weights(network, "m2", seed))
    title = f"{NAMES[network]}, scene {scene} of the set {object_set}; looks: {look}, touches: {touch}"
    about = f"scale {settings.scale}, training seed {seed}; viewpoints all around, a little from above"
    pictures = _imagine(gmn, scenes, scene, look, touch, views, samples)
    draw(*pictures, title, about).savefig(parent(out))


def _imagine(gmn, scenes, scene: int, look: int, touch: int, views: int, samples: int):
    """Pictures given by label, imagined (S, V, H, W, 3) and true (V, H, W, 3)."""
    import numpy as np

    from gmn.mese import aside, camera, pose

    read = {name: scenes.read(name, [scene])[0] for name in ("image", "camera", "haptics", "hand")}
    looks, readings, hands = read["image"][:look], read["haptics"][:touch], read["hand"][:touch]
    contexts = {
        "vision": (np.moveaxis(looks, -1, 1), pose.query(read["camera"][:look])),
        "haptics": (readings, pose.query(hands)),
    }
    belief = gmn.infer({name: views for name, views in contexts.items() if len(views[0])})
    around = np.stack([np.full(views, PITCH), np.linspace(0, 2 * np.pi, views, endpoint=False)], 1)
    imagined = belief.imagine({"vision": pose.query(pose.camera_pose(around))}, samples)["vision"]

    thing = scenes.object(scene)
    truth = camera.resize(camera.look(thing, around), looks.shape[1]) / 255
    given = {f"look {k + 1}": picture for k, picture in enumerate(looks)}
    for k, (hand, reading) in enumerate(zip(hands, readings, strict=True)):
        given[f"touch {k + 1}"] = aside.picture(thing, hand[3:].astype(float), reading, size=120)
    return given, imagined.clamp(0, 1).movedim(2, -1).cpu().numpy(), truth
