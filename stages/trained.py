"""A network to ask: the one that was trained here, or one that comes with the package."""

from gmn.errors import UserError
from gmn.models.weights import SUFFIX
from gmn.params import Settings
from gmn.paths import Paths
from gmn.trained import TrainedGMN
from stages.device import pick_device


def load_trained(settings: Settings, network: str, seed: int | None = None) -> tuple[TrainedGMN, str]:
    """The network of M = 2 that was trained here or, if there is none, the one that comes with the package.

    Args:
        settings: of the run.
        network: its name, or the name of weights of the package, such as ``laptop/m2/poe``.
        seed: of its training; None: the first of the settings, or the package's.

    Returns:
        It, and where it comes from, in words.

    Raises:
        UserError: there is no such network, no weights of it, or none of that seed.
    """
    if "/" in network or network.endswith(SUFFIX):
        if seed is not None:
            raise UserError(f"--seed: got {seed} with {network}, which is one file; leave one of the two out")
        return TrainedGMN.from_pretrained(network).to(pick_device()), network
    settings.model_config_for(network, 2)
    trained = settings.seeds[0] if seed is None else seed
    path, shipped = Paths(settings).weights(network, "m2", trained), f"{settings.scale}/m2/{network}"
    if path.exists():
        return TrainedGMN.from_pretrained(path).to(pick_device()), f"{network}: training seed {trained}"
    if seed is not None:
        raise UserError(f"--seed: got {seed}; {path} is not there: train it, or leave --seed out for the package's")
    return TrainedGMN.from_pretrained(shipped).to(pick_device()), f"{network}: {shipped} of the package"
