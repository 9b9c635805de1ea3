"""Two processes compute what one does on the same global batch."""

import os
import socket
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.multiprocessing as multiprocessing

from gmn.data.batches import TrainingBatches
from gmn.data.phases import Phases
from gmn.data.shards import SceneSet
from gmn.errors import UserError
from gmn.models.noise import Noise
from gmn.training.distributed import ProcessGroup, process_group
from tests.conftest import GEOMETRIES, NETWORKS, doubled, reader_for, tiny_model

BATCH, CPU = 5, torch.device("cpu")  # scenes; no multiple of two: three and two a process


CASES = [(network, "map") for network in NETWORKS] + [("apoe", "volume of one step")]


def gradients(
    folder: Path, case: tuple[str, str], shown: np.ndarray, processes: ProcessGroup
) -> dict[str, torch.Tensor]:
    """Gradients of one step by name, as the training loop makes it."""
    network, geometry = case
    model = tiny_model(network, 5, **GEOMETRIES[geometry])
    reader, lessons = reader_for(SceneSet(folder), model), Phases([], 15, BATCH)
    batches = TrainingBatches(reader, shown, lessons, 0, "paper", True, symmetries=True, own=processes.own)
    network = processes.share(model)
    bound = network(doubled(batches[3]), Noise(1, BATCH, processes.own(BATCH)), 4)
    (-bound.elbo.sum() * processes.size / BATCH).backward()
    return {name: torch.zeros_like(p) if p.grad is None else p.grad for name, p in model.named_parameters()}


def one_of_two(rank: int, port: int, folder: Path, shown: np.ndarray, out: Path) -> None:
    where = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "LOCAL_RANK": str(rank)}
    os.environ.update(where | {"RANK": str(rank), "WORLD_SIZE": "2"})
    torch.set_num_threads(1)
    with process_group(CPU) as processes:
        assert (processes.rank, processes.size) == (rank, 2)
        np.testing.assert_array_equal(processes.total(np.array([rank, 1.5]), CPU), [1, 3])
        for case in CASES:
            torch.save(gradients(folder, case, shown, processes), out / f"{'-'.join(case)}-{rank}.pt")


def test_two_processes_give_the_gradient_of_one(folder, tmp_path):
    shown = np.random.default_rng(0).random((7, 5)) < 0.4
    shown[:, 4] |= ~shown.any(1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    multiprocessing.spawn(one_of_two, (port, folder, shown, tmp_path), nprocs=2)
    for case in CASES:
        alone = gradients(folder, case, shown, ProcessGroup())
        for rank in range(2):
            together = torch.load(tmp_path / f"{'-'.join(case)}-{rank}.pt", weights_only=True)
            for name, wanted in alone.items():
                torch.testing.assert_close(together[name], wanted, rtol=1e-9, atol=1e-9)


def test_every_process_needs_a_scene():
    with pytest.raises(UserError, match=r"train.batch_size: 2 scenes for 3 processes"):
        ProcessGroup(0, 3).own(2)


def test_slices_cover_the_batch():
    assert [ProcessGroup(rank, 3).own(8) for rank in range(3)] == [slice(0, 2), slice(2, 5), slice(5, 8)]
