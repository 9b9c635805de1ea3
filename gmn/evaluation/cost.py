"""Space and time of the three networks (Table 1): parameters, time per training iteration, peak memory."""

import resource
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import torch

from gmn.data.batches import Episodes, draw_views
from gmn.models.config import ModelConfig
from gmn.models.gmn import GMN
from gmn.models.noise import Noise

VIEWS = 15


def parameters(config: ModelConfig) -> int:
    """Trainable numbers of a network, counted without allocating them."""
    with torch.device("meta"):
        return sum(p.numel() for p in GMN(config).parameters())


def measure(config: ModelConfig, batch_size: int, iterations: int, threads: int, device: str) -> dict:
    """Time and memory of one configuration, in a process of its own so that peaks do not mix."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measure, config, batch_size, iterations, threads, device).result()


def _measure(config: ModelConfig, batch_size: int, iterations: int, threads: int, device: str) -> dict:
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = GMN(config).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    episodes = _random_scenes(config, batch_size).to(device)
    wall, cpu = [], []
    for _ in range(iterations + 1):  # the first warms up
        began, used = time.perf_counter(), time.process_time()
        optimizer.zero_grad()
        (-model.elbo(episodes, Noise(0, device=device)).elbo.sum()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        optimizer.step()
        if device == "cuda":
            torch.cuda.synchronize()
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - used)
    return {
        "ms": round(1e3 * statistics.median(wall[1:]), 1),
        "cpu_ms": round(1e3 * statistics.median(cpu[1:]), 1),
        "peak_mib": round(_peak_bytes(device) / 2**20),
    }


def _random_scenes(config: ModelConfig, batch_size: int) -> Episodes:
    """Scenes of noise with every modality shown, and their swapped copies."""
    rng = np.random.default_rng(0)
    m = config.modalities
    shown = np.ones((batch_size, m), bool)
    context, target = draw_views(rng, shown, VIEWS, config.reading)
    senses = [torch.from_numpy(rng.random((batch_size, VIEWS, *k.shape), np.float32)) for k in config.modality_list]
    queries = [torch.from_numpy(rng.random((batch_size, VIEWS, 7), np.float32)) for _ in range(m)]
    return Episodes(senses, queries, context, target)


def _peak_bytes(device: str) -> int:
    if device == "cuda":
        return torch.cuda.max_memory_allocated()
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
