"""What the report's explorer shows without a server."""

from gmn.params import Settings
from gmn.paths import PARAMS, Paths
from gmn.progress import Progress


def run() -> None:
    """Imagine some test scenes from every mix of a few looks and touches."""
    from gmn.explore.explorer import STORED, Explorer
    from gmn.files import write_sealed
    from stages.load import load_model

    settings = Settings.load(PARAMS)
    chosen = settings.now.album
    models = {name: load_model(settings, name, "m2", settings.seeds[0])[0] for name in settings.networks}
    scenes = settings.scene_settings("test")
    explorer = Explorer(models, scenes, chosen.scenes, STORED, chosen.views, chosen.samples, chosen.refine)
    with Progress("album", chosen.scenes * 2 ** len(STORED), "mixes") as progress:
        album = explorer.album(progress.advance)
    write_sealed(Paths(settings).album, album)
