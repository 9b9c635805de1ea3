"""A page to play with."""

from typing import Annotated

import typer

from gmn.params import Settings
from gmn.paths import PARAMS
from stages.options import ObjectSetName

VIEWS, SAMPLES = 24, 16


def run(
    object_set: ObjectSetName = "test",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of this machine, 127.0.0.1.")] = 8000,
) -> None:
    """Serve a page where looks and touches are given, one by one, to live networks."""
    from gmn.explore.explorer import Explorer, one_by_one
    from gmn.explore.server import HOST, serve
    from gmn.report import explorer_page
    from gmn.roster import NETWORKS
    from stages.trained import load_trained

    settings = Settings.load(PARAMS)
    scenes = settings.scene_settings(object_set)
    models = {name: load_trained(settings, name) for name in NETWORKS}
    count = getattr(settings.now.simulate.sets, object_set).scenes
    explorer = Explorer(models, scenes, count, one_by_one(scenes.views), VIEWS, SAMPLES)
    print(f"open http://{HOST}:{port} in a browser; stop with Ctrl-C", flush=True)
    serve(explorer, explorer_page(), port)
