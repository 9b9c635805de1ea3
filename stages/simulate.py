"""Make one object set."""

from typing import Annotated

import typer

from gmn.errors import UserError
from gmn.params import SETS, Settings
from gmn.progress import Progress
from stages.paths import PARAMS, SCRATCH, Paths, cores


def run(
    object_set: Annotated[str, typer.Option("--set", help="train, val, test (5 cubes), test4 or test6.")],
    check: Annotated[bool, typer.Option("--check", help="Verify a finished set instead of making it.")] = False,
) -> None:
    """Simulate scenes: an object, 15 views of it and 15 grasps."""
    settings = Settings.load(PARAMS)
    if object_set not in SETS:
        raise UserError(f"--set: got {object_set!r}; use one of {', '.join(SETS)}")
    folder = Paths(settings).scenes(object_set)
    if check:
        from gmn.data.shards import SceneSet

        SceneSet(folder).check()
        print(f"{folder}: whole")
        return
    from gmn.data.produce import produce
    from gmn.mese.simulate import SceneSettings

    chosen = settings.now.simulate
    scenes = getattr(chosen.scenes, object_set)
    about = SceneSettings(
        object_set, SETS[object_set], chosen.views, chosen.image_size, chosen.crop_size, settings.seed
    )
    with Progress(f"simulate {object_set}", scenes, "scenes") as progress:
        produce(about, scenes, chosen.shard_scenes, folder, SCRATCH / "simulate", cores(settings.workers), progress)
