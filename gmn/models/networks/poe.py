"""PoE: one expert per modality, each with weights of its own (Fig. 2, middle)."""

from gmn.models.config import ModelConfig
from gmn.models.gathering import gather
from gmn.models.inference import Experts, InferenceNetwork
from gmn.models.networks import Network, Plain
from gmn.models.representations import Representations, Roles


class PoE(InferenceNetwork):
    """One expert per modality, each with weights of its own."""

    def __init__(self, config: ModelConfig):
        super().__init__(config, cells=config.count)

    def experts(self, known: Representations, roles: Roles) -> tuple[list[Experts], Roles]:
        work = [Experts(cell, *gather(known, roles, [k])) for k, cell in enumerate(self.cells)]
        return [experts for experts in work if len(experts.episode)], roles


def plain(network: PoE, context, target, in_context, in_either) -> list[Plain]:
    pairs = enumerate(zip(context, target, strict=True))
    return [Plain(m, *rs, None, m in in_context, m in in_either) for m, rs in pairs]


NETWORK = Network(PoE, plain, "PoE", "#2ca02c", "^")
