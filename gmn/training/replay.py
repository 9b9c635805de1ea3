"""Iterations as a CUDA graph: launched as one, where a small network's thousands of kernels keep a CPU busy.

Shapes must not change from batch to batch: ``padded`` batches (:meth:`gmn.models.gmn.GMN.elbo`).
"""

from collections.abc import Callable

import torch
from torch import Tensor

from gmn.data.episodes import Episodes
from gmn.data.phases import Phase
from gmn.models.gmn import Bound
from gmn.models.noise import Noise

EAGER = 3  # first iterations that are run kernel by kernel: libraries choose and allocate in them

Weights = tuple[float, ...]  # of the objective, in this iteration
Iterate = Callable[[Episodes, Noise, Weights | Tensor, Phase], tuple[Bound, Tensor]]


class Replay:
    """Runs ``iterate`` eagerly at first, then records it once and replays it.

    Args:
        iterate: of a batch, its noise, weights of the objective and a phase, the same for all, to the bound and the
            gradient's norm; its optimiser must be capturable. What it returns is overwritten by the next call.
    """

    def __init__(self, iterate: Iterate):
        self.iterate, self.called = iterate, 0
        self.graph: torch.cuda.CUDAGraph | None = None
        self.stream = torch.cuda.Stream()  # of the eager calls and the recording alike

    def __call__(self, episodes: Episodes, noise: Noise, weights: Weights, phase: Phase) -> tuple[Bound, Tensor]:
        self.called += 1
        if self.called <= EAGER:
            return self._eager(episodes, noise, weights, phase)
        if self.graph is None:
            self._record(episodes, noise, weights, phase)
        for mine, theirs in zip(self._tensors(self.episodes), self._tensors(episodes), strict=True):
            mine.copy_(theirs, non_blocking=True)
        self.weights.copy_(torch.tensor(weights))
        self.generator.manual_seed(noise.generator.initial_seed())
        self.graph.replay()  # pyrefly: ignore[missing-attribute]
        return self.result

    def _eager(self, *batch) -> tuple[Bound, Tensor]:
        """Run on a side stream, as recording wants of the calls before it; results are detached from their graph."""
        self.stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self.stream):
            bound, norm = self.iterate(*batch)
        torch.cuda.current_stream().wait_stream(self.stream)
        return bound.detached(), norm.detach()

    def _record(self, episodes: Episodes, noise: Noise, weights: Weights, phase: Phase) -> None:
        self.episodes = Episodes(
            [s.clone() for s in episodes.senses],
            [q.clone() for q in episodes.queries],
            episodes.context.clone(),
            episodes.target.clone(),
        )
        self.weights = torch.tensor(weights, device=episodes.context.device)
        self.generator = torch.Generator(noise.generator.device)
        self.graph = torch.cuda.CUDAGraph()
        self.graph.register_generator_state(self.generator)
        # Threads that copy the next batches to the GPU meanwhile are no part of it.
        with torch.cuda.graph(self.graph, stream=self.stream, capture_error_mode="thread_local"):
            self.result = self.iterate(
                self.episodes, Noise(self.generator, noise.scenes, noise.own), self.weights, phase
            )

    @staticmethod
    def _tensors(episodes: Episodes) -> list[Tensor]:
        return [*episodes.senses, *episodes.queries, episodes.context, episodes.target]
