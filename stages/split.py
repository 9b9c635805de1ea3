"""Decide which modalities each scene shows."""

from typing import Annotated

import typer

from gmn.params import Settings
from gmn.paths import PARAMS, Paths

Name = Annotated[str, typer.Option(help="m2, or mM-A-B: A to B of M modalities a scene; -heldout: not all shapes.")]


def run(regime: Name) -> None:
    """Draw every scene's combination of modalities: train, val_missing, val_full."""
    from gmn.data.combinations import draw, frequencies, save
    from gmn.data.modalities import modality_set
    from gmn.data.regime import Regime
    from gmn.data.shards import SceneSet
    from gmn.files import write_table

    settings = Settings.load(PARAMS)
    paths = Paths(settings)
    chosen = Regime.parse(regime)
    train, val = (SceneSet(paths.scenes(name)) for name in ("train", "val"))
    shown = draw(chosen, train.read_all("walk"), len(val), settings.seed)
    save(paths.split(regime), chosen, shown)
    world = settings.now.simulate.world
    names = [m.name for m in modality_set(chosen.modalities, world.image_size, world.crop_size)]
    write_table(paths.combinations(regime), frequencies(shown, names))
