"""Make one object set, some of its shards, or check a finished one."""

from contextlib import nullcontext
from typing import Annotated

import typer

from gmn.errors import UserError
from gmn.lock import only_one
from gmn.params import Settings
from gmn.paths import PARAMS, SCRATCH, Paths
from gmn.progress import Progress
from stages.cores import cores
from stages.options import ObjectSetName


def run(
    object_set: ObjectSetName,
    shards: Annotated[str, typer.Option(help="Make shards A:B only, as one job of many that share .scratch.")] = "",
    check: Annotated[bool, typer.Option("--check", help="Verify a finished set instead of making it.")] = False,
) -> None:
    """Simulate scenes: an object, 15 views of it and 15 grasps."""
    settings = Settings.load(PARAMS)
    from gmn.data.produce import Production
    from gmn.data.shards import SceneSet

    chosen = settings.now.simulate
    folder = Paths(settings).scenes(object_set)
    scenes = getattr(chosen.sets, object_set).scenes
    about = settings.scene_settings(object_set)
    production = Production(about, scenes, chosen.shard_scenes, folder, SCRATCH / "simulate")
    if check:
        SceneSet(folder).check(production.described)
        print(f"{folder}: whole: {len(production.shards)} shards, {scenes} scenes")
        return
    todo = _parse(shards, production.shards)
    count = sum(len(production.indices(k)) for k in todo)
    with only_one(production.folder.with_suffix(".lock"), f"simulate {object_set}") if not shards else nullcontext():
        with Progress(f"simulate {object_set}", count, "scenes") as progress:
            production.make(todo, cores(settings.workers), progress, settings.cluster)
        if not shards:
            production.finish()


def _parse(text: str, shards: range) -> range:
    """``A:B`` as a part of ``shards``; all of them if empty."""
    if not text:
        return shards
    first, colon, last = text.partition(":")
    if not (colon and first.isdigit() and last.isdigit() and int(first) < int(last)):
        raise UserError(f"--shards: got {text!r}; use A:B with A < B, for example 0:{len(shards)}")
    return shards[int(first) : int(last)]
