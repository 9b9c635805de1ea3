"""A page to play with."""

from gmn.commands.options import Port, Refine
from gmn.params import Settings
from gmn.paths import PARAMS
from stages.options import ObjectSetName


def run(object_set: ObjectSetName = "test", port: Port = 8000, refine: Refine = 0) -> None:
    """Serve a page where looks and touches are given, one by one, to live networks."""
    from gmn.commands.explore import serve_page
    from stages.trained import load_trained

    settings = Settings.load(PARAMS)
    models = {}
    for name in settings.networks:
        models[name], whose = load_trained(settings, name)
        print(whose, flush=True)
    count = getattr(settings.now.simulate.sets, object_set).scenes
    serve_page(models, settings.scene_settings(object_set), count, port, refine)
