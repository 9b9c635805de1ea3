"""Several processes that train one network together, as ``torchrun`` starts them (DistributedDataParallel)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from gmn.arguments import Count, Index, checked
from gmn.errors import UserError
from gmn.training.launch import Launch

PATIENCE = timedelta(days=1)  # with each other: the first may wait for a run of the same before it


@checked
@dataclass(frozen=True)
class ProcessGroup:
    """This process among those that train together.

    Attributes:
        rank: its number; 0 alone writes files and progress.
        size: how many there are.
    """

    rank: Index = 0
    size: Count = 1

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def own(self, batch: Index) -> slice:
        """This process's scenes of a batch; every process has at least one.

        Raises:
            UserError: the batch is smaller than the number of processes.
        """
        if batch < self.size:
            raise UserError(f"train.batch_size: {batch} scenes for {self.size} processes; start fewer, or raise it")
        return slice(self.rank * batch // self.size, (self.rank + 1) * batch // self.size)

    def share(self, model: nn.Module) -> nn.Module:
        """``model`` with gradients averaged over the processes."""
        # A process may have no view of a modality in its part of a batch.
        return model if self.size == 1 else DistributedDataParallel(model, find_unused_parameters=True)

    def meet(self) -> None:
        """Wait until all are here."""
        if self.size > 1:
            dist.barrier()

    def total(self, values: np.ndarray, device: torch.device) -> np.ndarray:
        """Sum of float64 ``values`` over the processes."""
        if self.size == 1:
            return values
        tensor = torch.from_numpy(np.array(values, np.float64)).to(device)
        dist.all_reduce(tensor)
        return tensor.cpu().numpy()


@contextmanager
def process_group(device: torch.device) -> Iterator[ProcessGroup]:
    """The processes that ``torchrun`` started; one alone without it. nccl on GPUs, gloo on CPUs.

    Raises:
        UserError: variables of its environment are set in part, or wrongly.
    """
    launch = Launch.of_environment()
    if launch is None:
        yield ProcessGroup()
        return
    if device.type == "cuda":
        torch.cuda.set_device(launch.local)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=PATIENCE)
    try:
        yield ProcessGroup(dist.get_rank(), dist.get_world_size())
    finally:
        dist.destroy_process_group()
