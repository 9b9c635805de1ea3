"""A trained network and the scenes to try it on."""

from gmn.data.batches import SceneReader
from gmn.data.shards import SceneSet
from gmn.models.gmn import GMN
from gmn.models.weights import load_weights
from gmn.params import Settings
from stages.device import pick_device
from stages.paths import Paths, cores


def load_model(
    settings: Settings, network: str, regime: str, seed: int, *object_sets: str
) -> tuple[GMN, list[SceneReader]]:
    """The network of a finished training run, on its device, and a reader per object set."""
    import torch

    from gmn.data.regime import Regime

    torch.set_num_threads(cores(settings.threads))
    paths = Paths(settings)
    about = Regime.parse(regime)
    expected = settings.model_config_for(network, about.modalities, about.reading)
    model = load_weights(paths.weights(network, regime, seed), expected)
    sets = [SceneSet(paths.scenes(name)) for name in object_sets]
    return model.to(pick_device()), [SceneReader(scenes, expected.modality_list, model.haptic_scale) for scenes in sets]


def load_trained(settings: Settings, network: str, seed: int = 0) -> GMN:
    """The network of M = 2 that was trained here or, if there is none, the one that comes with the package.

    Args:
        settings: of the run.
        network: its name, or the name of weights of the package, such as ``map/m2/apoe``.
        seed: of its training.

    Raises:
        UserError: there is no such network, or no weights of it.
    """
    if "/" in network:
        return GMN.from_pretrained(network).to(pick_device())
    settings.model_config_for(network, 2)
    path = Paths(settings).weights(network, "m2", seed)
    return GMN.from_pretrained(path if path.exists() else f"{settings.scale}/m2/{network}").to(pick_device())
