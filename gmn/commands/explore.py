"""A page to play with."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gmn.commands import SCENES
from gmn.commands.options import Port, Refine
from gmn.errors import UserError
from gmn.mese.settings import SceneSettings

if TYPE_CHECKING:
    from gmn.models.gmn import GMN

COUNT = 200  # scenes to choose from
VIEWS, SAMPLES = 24, 16


def run(port: Port = 8000, refine: Refine = 0) -> None:
    """Serve a page where looks and touches are given, one by one, to the networks of scale laptop."""
    from gmn.trained import PRETRAINED, TrainedGMN

    names = sorted(path.stem for path in (PRETRAINED / "laptop/m2").glob("*.safetensors"))
    serve_page({name: TrainedGMN.from_pretrained(f"laptop/m2/{name}") for name in names}, SCENES, COUNT, port, refine)


def serve_page(models: Mapping[str, "GMN"], settings: SceneSettings, count: int, port: int, refine: int) -> None:
    """Serve the explorer until interrupted.

    Args:
        models: by name, the networks of M = 2.
        settings: of the scenes.
        count: how many scenes there are to choose from.
        port: of this machine.
        refine: steps, as of :class:`gmn.explore.explorer.Explorer`.

    Raises:
        UserError: what serves pages is not installed, or the port is in use.
    """
    try:
        from gmn.explore.server import HOST, listen, serve
    except ModuleNotFoundError as error:
        raise UserError(f"explore: {error.name} is not installed; use `pip install fastapi uvicorn`") from None
    from gmn.explore.explorer import Explorer, one_by_one
    from gmn.report import explorer_page

    explorer = Explorer(models, settings, count, one_by_one(settings.views), VIEWS, SAMPLES, refine)
    listening = listen(port)
    print(f"open http://{HOST}:{port} in a browser; stop with Ctrl-C", flush=True)
    serve(explorer, explorer_page(), listening)
