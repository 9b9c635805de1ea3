"""Weights that come with the package."""

from gmn.params import Settings
from gmn.paths import PARAMS, Paths


def run() -> None:
    """Copy the trained networks of M = 2 into the package, with a model card (for maintainers)."""
    from gmn.evaluation.headline import headline
    from gmn.evaluation.results import Results
    from gmn.files import write_atomically
    from gmn.models.weights import SUFFIX, load_weights
    from gmn.report import model_card
    from gmn.trained import PRETRAINED

    settings = Settings.load(PARAMS)
    paths = Paths(settings)
    results = Results(settings, paths)
    measured = []
    for network in settings.networks:
        weights = paths.weights(network, "m2", settings.seeds[0])
        parameters = sum(p.numel() for p in load_weights(weights).parameters())
        measured.append(headline(results, network) | {"parameters": parameters})
        target = PRETRAINED / settings.run / "m2" / f"{network}{SUFFIX}"
        write_atomically(target, weights.read_bytes())
    card = PRETRAINED / settings.run / "README.md"
    text = model_card(settings, measured)
    write_atomically(card, text)
