"""The one place where trained networks are evaluated."""

from importlib import import_module
from typing import Annotated

import typer

from gmn.errors import UserError
from gmn.params import Settings
from gmn.paths import PARAMS, Paths
from gmn.progress import Progress
from stages.options import Model, Seed

KINDS = {
    "density": "log-likelihood of pictures from touch, of touch from pictures (Fig. 3)",
    "heldout": "the same for shapes that training saw or never saw",
    "classification": "which of ten scenes a set of views belongs to (Fig. 4)",
    "missing": "loss by the number of modalities shown (Fig. 5, S4)",
    "agreement": "how shapes and colours agree across samples (Fig. 1)",
    "explained": "how much of unseen views is imagined, how well samples are spread, and whether pictures turn",
    "shape": "how far imagined shapes overlap with the true ones, and how far apart their surfaces are",
}


def run(
    kind: Annotated[str, typer.Argument(help="; ".join(f"{kind}: {what}" for kind, what in KINDS.items()) + ".")],
    model: Model,
    regime: Annotated[str, typer.Option(help="That it was trained in: m2, m2-heldout, m8-1-2, ...")] = "m2",
    seed: Seed = 0,
) -> None:
    """Measure what a trained network knows."""
    from gmn.data.regime import Regime
    from gmn.evaluation.trial import Trial
    from gmn.files import write_sealed
    from stages.load import load_model

    if kind not in KINDS:
        raise UserError(f"{kind}: unknown evaluation; use one of {', '.join(KINDS)}")
    if kind != "missing" and Regime.parse(regime).modalities != 2:
        raise UserError(f"--regime: got {regime!r}; {kind} is of M = 2: use m2 or m2-heldout, or evaluate missing")
    settings = Settings.load(PARAMS)
    chosen = getattr(settings.now, kind)
    module = import_module(f"gmn.evaluation.{kind}")
    network, (reader, *others) = load_model(settings, model, regime, seed, *module.SETS)
    with Progress(f"{kind} {regime} {model}", chosen.scenes, "scenes") as progress:
        trial = Trial(network, reader, chosen, settings.seed, progress)
        found = getattr(module, kind)(trial, *others)
    about = {"kind": kind, "regime": regime, "network": model, "seed": seed}
    write_sealed(Paths(settings).measured(kind, regime, model, seed), {"of": about} | found)
