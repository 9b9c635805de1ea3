"""What trained networks imagine of one scene, as a picture."""

from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gmn.arguments import checked, listed
from gmn.commands import SCENES
from gmn.commands.options import Look, MeshFile, PictureFile, Refine, Samples, Scene, Touch, Views
from gmn.errors import UserError
from gmn.mese.settings import SceneSettings

if TYPE_CHECKING:
    from gmn.models.gmn import GMN


def run(
    out: PictureFile,
    scene: Scene = 0,
    look: Look = 1,
    touch: Touch = 3,
    views: Views = 8,
    samples: Samples = 4,
    model: Annotated[
        list[str], typer.Option(help="A network of the package such as poe, or a file of weights; may be repeated.")
    ] = ("laptop/m2/apoe",),  # pyrefly: ignore[bad-function-definition]
    refine: Refine = 0,
    mesh: MeshFile = None,
) -> None:
    """Imagine a scene from some looks and touches: samples of each network, their spread, the truth."""
    from gmn.trained import TrainedGMN

    networks = {name: TrainedGMN.from_pretrained(weights) for name, weights in labelled(model).items()}
    draw_imagined(networks, SCENES, scene, look, touch, views, samples, ", ".join(model), out, refine, mesh)


def draw_imagined(
    networks: Mapping[str, "GMN"],
    settings: SceneSettings,
    scene: int,
    look: int,
    touch: int,
    views: int,
    samples: int,
    about: str,
    out: Path,
    refine: int = 0,
    mesh: Path | None = None,
) -> None:
    """Write a picture of what networks imagine of one scene, and the shape that a single one takes it to have.

    Args:
        networks: of M = 2, by what the picture calls them.
        settings: of the set of scenes.
        scene: its number in the set.
        look, touch: how many pictures and grasps are given, the scene's first ones.
        views: viewpoints all around.
        samples: of z.
        about: the networks, for the line below the picture.
        out: the file.
        refine: steps, as of :class:`gmn.trained.belief.Belief`.
        mesh: the file of the shape, if one is wanted.

    Raises:
        UserError: the scene has fewer views than are given; a mesh of several networks, or of nothing.
    """
    for option, value in (("look", look), ("touch", touch)):
        if value > settings.views:
            raise UserError(f"--{option}: got {value}; a scene of the set {settings.name} has {settings.views} at most")
    if mesh and len(networks) > 1:
        raise UserError(f"--mesh: got {len(networks)} networks; a file holds the shape of one: give one --model")
    from gmn.explore import scene as explored
    from gmn.figures.imagined import draw
    from gmn.figures.style import save_picture
    from gmn.trained.belief import Belief
    from gmn.trained.mesh import write_mesh

    angles = explored.orbit(views)
    sizes = {name: network.config.image_size for name, network in networks.items()}  # each sees pictures of its own
    seen = {
        size: explored.SensedScene.make(settings.changed(image_size=size), scene)
        for size in {settings.image_size, *sizes.values()}
    }
    given = {"vision": range(look), "haptics": range(touch)}
    beliefs = {name: Belief(net, seen[sizes[name]].contexts(given), refine) for name, net in networks.items()}
    imagined = {
        name: explored.imagine(belief, angles, samples, networks[name].drawn * sizes[name])
        for name, belief in beliefs.items()
    }
    if mesh:
        for belief in beliefs.values():
            write_mesh(belief.mesh(), mesh)
        print(mesh)
    sensed = seen[settings.image_size]
    title = f"Imagined by {', '.join(networks)}; looks: {look}, touches: {touch}; scene {scene} of {settings.name}"
    about += f"; refined in {refine} steps" if refine else ""
    about = f"{about}; viewpoints all around, a little from above"
    truth = sensed.truth(angles, max(network.drawn * sizes[name] for name, network in networks.items()))
    save_picture(draw(sensed.pictures(given), imagined, truth, title, about), out)
    print(out)


@checked
def labelled(models: listed(str)) -> dict[str, str]:
    """What a picture calls networks that are asked for by name or file: by their files' names, or as much of the paths
    as tells them apart.

    Raises:
        UserError: one is asked for twice.
    """
    from gmn.models.networks import NETWORKS
    from gmn.models.weights import SUFFIX

    files = {name: Path(name.removesuffix(SUFFIX)).parts for name in models if name.endswith(SUFFIX)}
    if len({files.get(name, name) for name in models}) < len(models):
        raise UserError(f"--model: got {', '.join(models)}; name each network once")
    depth = next(d for d in count(1) if len({parts[-d:] for parts in files.values()}) == len(files))
    labels = {name: NETWORKS[name].label if name in NETWORKS else name for name in models}
    labels |= {name: str(Path(*parts[-depth:])) for name, parts in files.items()}
    return {label: name for name, label in labels.items()}
