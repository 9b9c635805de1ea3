"""Decide which modalities each scene shows."""

from typing import Annotated

import typer

from gmn.params import Settings
from stages.paths import PARAMS, Paths, parent


def run(regime: Annotated[str, typer.Option(help="m2, or mM-A-B: A to B of M modalities a training scene.")]) -> None:
    """Draw every scene's combination of modalities: train, val_missing, val_full."""
    from gmn.data.combinations import Regime, draw, frequencies, save

    settings = Settings.load(PARAMS)
    paths = Paths(settings)
    chosen = Regime.parse(regime)
    scenes = settings.now.simulate.scenes
    shown = draw(chosen, scenes.train, scenes.val, settings.seed)
    save(parent(paths.split(regime)), shown)
    names = [m.name for m in settings.model_config_for("baseline", chosen.modalities).modality_list]
    frequencies(shown, names).to_csv(parent(paths.combinations(regime)), index=False, lineterminator="\n")
