"""Batches made ahead of time in threads, while a GPU works on the one before."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import torch

from gmn.data.batches import TrainingBatches
from gmn.data.episodes import Episodes


def prefetched(
    batches: TrainingBatches, first: int, last: int, device: torch.device, threads: int
) -> Iterator[Episodes]:
    """Batches ``first`` to ``last - 1`` in order, on the device; ``threads`` of them in the making.

    Without threads each is made when it is asked for.
    """
    if not threads:
        for step in range(first, last):
            yield batches[step].to(device)
        return

    if device.type == "cuda" and device.index is None:  # the current GPU is each thread's own
        device = torch.device("cuda", torch.cuda.current_device())

    def make(step: int) -> Episodes:
        episodes = batches[step]
        return (episodes.pinned() if device.type == "cuda" else episodes).to(device)

    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future] = deque(pool.submit(make, step) for step in range(first, min(first + threads, last)))
        for step in range(first + threads, last + threads):
            ready = waiting.popleft()
            if step < last:
                waiting.append(pool.submit(make, step))
            yield ready.result()
