"""A training run as the settings describe it."""

from typing import TYPE_CHECKING

from gmn.params import Settings
from gmn.paths import Paths

if TYPE_CHECKING:
    import torch

    from gmn.training.distributed import ProcessGroup
    from gmn.training.loop import Run


def plan(
    settings: Settings,
    network: str,
    regime: str,
    seed: int,
    device: "torch.device",
    processes: "ProcessGroup | None" = None,
    **changes,
) -> "Run":
    """What is trained, on what.

    Args:
        settings: of the pipeline.
        network: its name.
        regime: its name.
        seed: of weights, batches and noise.
        device: where.
        processes: those that train together; None: this one alone.
        changes: of the optimisation's settings.

    Raises:
        UserError: there is no such network or regime, or scenes or splits are missing.
    """
    from gmn.data.combinations import load
    from gmn.data.reader import SceneReader
    from gmn.data.regime import Regime
    from gmn.data.scaling import fitted_scales
    from gmn.data.shards import SceneSet
    from gmn.training.distributed import ProcessGroup
    from gmn.training.loop import Run

    paths, chosen = Paths(settings), Regime.parse(regime)
    config = settings.model_config_for(network, chosen.modalities, chosen.reading)
    own = settings.now.of(network)
    optimisation = own.train_missing if chosen.missing else own.train
    sets = {name: SceneSet(paths.scenes(name)) for name in ("train", "val")}
    scales = fitted_scales(config.modality_list, optimisation.haptic_scale, sets["train"].manifest)
    return Run(
        config=config,
        settings=optimisation.changed(**changes),
        regime=chosen,
        seed=seed,
        **{name: SceneReader(scenes, config.modality_list, scales) for name, scenes in sets.items()},
        shown=load(paths.split(regime), chosen),
        device=device,
        processes=processes or ProcessGroup(),
    )
