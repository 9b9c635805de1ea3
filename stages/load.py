"""A trained network and the scenes to try it on."""

from gmn.data.reader import SceneReader
from gmn.data.shards import SceneSet
from gmn.models.gmn import GMN
from gmn.models.weights import load_weights
from gmn.params import Settings
from gmn.paths import Paths
from stages.cores import cores
from stages.device import pick_device


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
    return model.to(pick_device()), [SceneReader(scenes, expected.modality_list, model.scales) for scenes in sets]
