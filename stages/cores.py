"""How many workers or threads."""

import os

from gmn.training.launch import Launch


def cores(setting: int) -> int:
    """``setting``, where 0 means all cores this process may use."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    # Processes that torchrun started on this machine share its cores.
    return setting or max(1, available // (Launch.of_environment() or Launch()).local_size)
