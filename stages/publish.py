"""Weights that come with the package."""

import hashlib
from pathlib import Path

from gmn.params import Settings
from gmn.paths import PARAMS, Paths


def run() -> None:
    """Copy the trained networks of M = 2 into the package, in half precision, with a model card (for maintainers)."""
    from gmn.evaluation.headline import headline
    from gmn.evaluation.results import Results
    from gmn.files import write_atomically
    from gmn.models.weights import SUFFIX, load_weights, save_weights
    from gmn.report import model_card
    from gmn.trained import PRETRAINED

    settings = Settings.load(PARAMS)
    paths = Paths(settings)
    results = Results(settings, paths)
    measured = []
    for network in settings.networks:
        weights = paths.weights(network, "m2", settings.seeds[0])
        model = load_weights(weights)
        parameters = sum(p.numel() for p in model.parameters())
        measured.append(headline(results, network) | {"parameters": parameters})
        target = PRETRAINED / settings.run / "m2" / f"{network}{SUFFIX}"
        save_weights(target, model.half(), checksum(weights))
    card = PRETRAINED / settings.run / "README.md"
    text = model_card(settings, measured)
    write_atomically(card, text)


def checksum(path: Path) -> str:
    """As in dvc.lock."""
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
