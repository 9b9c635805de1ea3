"""Space and time of the three networks (Table 1): parameters, time per training iteration, peak memory."""

import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
import torch
import torch._dynamo  # an optimizer does, in a second that each fork would spend
from torch.utils.flop_counter import FlopCounterMode

from gmn.data.episodes import Episodes
from gmn.data.views import draw_views
from gmn.mese.pose import POSES, query, sample_angles
from gmn.models.config import ModelConfig
from gmn.models.gmn import GMN
from gmn.models.lstm import ConvLSTM
from gmn.models.noise import Noise

VIEWS = 15


def parameters(config: ModelConfig) -> int:
    """Trainable numbers of a network, counted without allocating them."""
    with torch.device("meta"):
        return sum(p.numel() for p in GMN(config).parameters())


def fast(model: GMN, episodes: Episodes) -> torch.Tensor:
    """The bound of a batch, nats, by the route that training takes."""
    return model.elbo(episodes, Noise(0, device=episodes.context.device)).elbo.sum()


@dataclass(frozen=True)
class Way:
    """A way to compute the same iteration.

    Attributes:
        route: the bound of a batch, a function of a module.
        precision: ``float32`` or ``bfloat16`` (autocast).
        channels_last: memory format of weights.
        compiled: encoders, LSTMs and renderers by ``torch.compile``.
    """

    route: Callable[[GMN, Episodes], torch.Tensor] = fast
    precision: str = "float32"
    channels_last: bool = False
    compiled: bool = False


@contextmanager
def measuring() -> Iterator[Callable[..., dict]]:
    """Give :func:`measure`, each call in a process of its own so that peaks do not mix.

    It is the fork of one that has imported PyTorch and done nothing else: none waits for the import.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield lambda *args: pool.submit(_forked, *args).result()


def _forked(*args) -> dict:
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool:
        return pool.submit(measure, *args).result()


def convolution_rate(threads: int, seconds: float = 3.0) -> float:
    """GFLOP per CPU second of the convolution that a GMN at the paper's widths spends most of its time in."""
    torch.set_num_threads(threads)
    x, weight = torch.randn(16, 64, 16, 16), torch.randn(256, 64, 5, 5)
    flop, began, done = 2 * x[:, 0].numel() * weight.numel(), time.process_time(), 0
    while time.process_time() - began < seconds:
        torch.nn.functional.conv2d(x, weight, padding=2)
        done += 1
    return 1e-9 * flop * done / (time.process_time() - began)


def measure(config: ModelConfig, batch_size: int, iterations: int, threads: int, device: str, way: Way = Way()) -> dict:
    """Cost of a training iteration.

    Args:
        config: of the network.
        batch_size: scenes, each with its swapped copy.
        iterations: timed, after one that is not.
        threads: of the CPU.
        device: ``cpu`` or ``cuda``.
        way: how it is computed.

    Returns:
        ``ms`` and ``cpu_ms``: medians; ``each_ms``: every timed iteration; ``peak_mib``: of the process; ``gflop``:
        forward and backward, counted by PyTorch.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = GMN(config).to(device)
    if way.channels_last:
        model = model.to(memory_format=torch.channels_last)  # pyrefly: ignore[no-matching-overload]
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, fused=True)
    episodes = random_scenes(config, batch_size).to(device)

    def iterate() -> None:
        optimizer.zero_grad()
        with torch.autocast(device, torch.bfloat16, enabled=way.precision == "bfloat16"):
            bound = way.route(model, episodes)
        (-bound).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        optimizer.step()
        if device == "cuda":
            torch.cuda.synchronize()

    with FlopCounterMode(display=False) as counter:
        iterate()
    if way.compiled:
        _compile(model)
        iterate()
    wall, cpu = [], []
    for _ in range(iterations):
        began, used = time.perf_counter(), time.process_time()
        iterate()
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - used)
    return {
        "ms": round(1e3 * statistics.median(wall), 1),
        "each_ms": [round(1e3 * seconds, 1) for seconds in wall],
        "cpu_ms": round(1e3 * statistics.median(cpu), 1),
        "peak_mib": round(_peak_bytes(device) / 2**20),
        "gflop": round(counter.get_total_flops() / 1e9, 1),
    }


def _compile(model: GMN) -> None:
    lstms = [part for part in model.inference.modules() if isinstance(part, ConvLSTM)]
    for part in (*model.encoders, *model.renderers, *lstms):
        part.compile()


def random_scenes(config: ModelConfig, batch_size: int) -> Episodes:
    """Scenes of noise from random poses with every modality shown, and their swapped copies."""
    rng = np.random.default_rng(0)
    shown = np.ones((batch_size, config.count), bool)
    context, target = draw_views(rng, shown, VIEWS, config.reading)
    senses = [torch.from_numpy(rng.random((batch_size, VIEWS, *k.shape), np.float32)) for k in config.modality_list]
    angles = sample_angles(rng, batch_size * VIEWS).reshape(batch_size, VIEWS, 2)
    poses = [POSES[k.poses](angles) for k in config.modality_list]
    queries = [torch.from_numpy(query(pose)) for pose in poses]
    return Episodes(senses, queries, context, target)


def _peak_bytes(device: str) -> int:
    if device == "cuda":
        return torch.cuda.max_memory_allocated()
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
