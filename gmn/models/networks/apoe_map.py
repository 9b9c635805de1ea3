"""APoE on the paper's latent map: poses are told to its networks as numbers, not built in. Its sizes and training are
set under ``networks`` of a scale in params.yaml."""

from gmn.models.networks import Network
from gmn.models.networks.apoe import APoE, plain

NETWORK = Network(APoE, plain, "APoE, map", "#9467bd", "D")
