"""A network to ask: the one that was trained here, or one that comes with the package."""

from gmn.models.weights import SUFFIX
from gmn.params import Settings
from gmn.paths import Paths
from gmn.trained import TrainedGMN
from stages.device import pick_device


def load_trained(settings: Settings, network: str, seed: int = 0) -> TrainedGMN:
    """The network of M = 2 that was trained here or, if there is none, the one that comes with the package.

    Args:
        settings: of the run.
        network: its name, or the name of weights of the package, such as ``map/m2/apoe``.
        seed: of its training.

    Raises:
        UserError: there is no such network, or no weights of it.
    """
    if "/" in network or network.endswith(SUFFIX):
        return TrainedGMN.from_pretrained(network).to(pick_device())
    settings.model_config_for(network, 2)
    path = Paths(settings).weights(network, "m2", seed)
    return TrainedGMN.from_pretrained(path if path.exists() else f"{settings.scale}/m2/{network}").to(pick_device())
