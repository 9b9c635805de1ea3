"""The one place where trained networks are evaluated."""

from importlib import import_module
from typing import Annotated

import typer

from gmn.errors import UserError
from gmn.evaluation.settings import Evaluations
from gmn.params import Settings
from gmn.paths import PARAMS, Paths
from gmn.progress import Progress
from stages.options import Model, Seed

KINDS = {kind: field.description for kind, field in Evaluations.model_fields.items()}


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
