"""The baseline: one expert on the sum of all representations (Fig. 2, left)."""

import torch

from gmn.models.config import ModelConfig
from gmn.models.gathering import masked_sum
from gmn.models.inference import Experts, InferenceNetwork
from gmn.models.networks import Network, Plain
from gmn.models.representations import Representations, Roles


class Baseline(InferenceNetwork):
    """One expert on the sum of all representations."""

    def __init__(self, config: ModelConfig):
        super().__init__(config, cells=1)

    def experts(self, known: Representations, roles: Roles) -> tuple[list[Experts], Roles]:
        episode = torch.arange(len(roles.prior), device=roles.prior.device)
        context = masked_sum(known.context, roles.prior)
        target = None if known.target is None else masked_sum(known.target, roles.posterior)
        # pyrefly: ignore[bad-argument-count]
        one = Roles(*(None if r is None else r.any(1, True) for r in (roles.prior, roles.posterior)), roles.padded)
        return [Experts(self.cells[0], episode, torch.zeros_like(episode), context, target)], one


def plain(network: Baseline, context, target, in_context, in_either) -> list[Plain]:
    summed = sum(context[m] for m in in_context), sum(target[m] for m in in_either)
    return [Plain(0, *summed, id=None, prior=True, posterior=True)]


NETWORK = Network(Baseline, plain, "baseline", "#ff7f0e", "s")  # orange, as published
