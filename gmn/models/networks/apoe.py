"""APoE: one expert per modality, all with the same weights, each told its modality (Fig. 2, right; Eq. 2)."""

from gmn.models.config import ModelConfig
from gmn.models.gathering import gather
from gmn.models.inference import Experts, InferenceNetwork
from gmn.models.networks import Network, Plain
from gmn.models.representations import Representations, Roles


class APoE(InferenceNetwork):
    """One expert per modality, all with the same weights, each told its modality (Eq. 2)."""

    def __init__(self, config: ModelConfig):
        super().__init__(config, cells=1, ids=config.count)

    def experts(self, known: Representations, roles: Roles) -> tuple[list[Experts], Roles]:
        episode, column, context, target = gather(known, roles, range(len(known.context)))
        return [Experts(self.cells[0], episode, column, context, target, ids=column)], roles


def plain(network: APoE, context, target, in_context, in_either) -> list[Plain]:
    pairs = enumerate(zip(context, target, strict=True))
    return [Plain(0, *rs, m, m in in_context, m in in_either) for m, rs in pairs]


NETWORK = Network(APoE, plain, "APoE", "#1f77b4", "o")  # blue, as published
