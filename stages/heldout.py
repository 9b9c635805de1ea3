"""Shapes that training never saw."""

from typing import Annotated

import typer

from gmn.params import Settings
from stages.options import Model, Seed
from stages.paths import PARAMS


def run(
    model: Model,
    regime: Annotated[str, typer.Option(help="m2 or m2-heldout: trained with them or without.")],
    seed: Seed = 0,
) -> None:
    """Estimate the densities of Fig. 3 on the held-out shapes."""
    from gmn.evaluation.density import density
    from stages.measure import measure

    settings = Settings.load(PARAMS)
    measure("heldout", density, settings, settings.now.heldout, "heldout", model, seed, regime)
