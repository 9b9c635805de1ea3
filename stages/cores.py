"""How many workers or threads."""

import os

from gmn.errors import UserError
from gmn.training.launch import Launch

SHARE = "GMN_CORES"  # environment: cores that a stage may use, where others run beside it


def cores(setting: int) -> int:
    """``setting``, where 0 means all cores this process may use."""
    share = os.environ.get(SHARE, "0")
    if not (share.isascii() and share.isdigit() and len(share) < 7):
        raise UserError(f"{SHARE}: got {share!r}; use a whole number, or unset it")
    return setting or int(share) or available()


def available() -> int:
    """Cores of this machine that this process may use."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    # Processes that torchrun started on this machine share its cores.
    return max(1, count // (Launch.of_environment() or Launch()).local_size)
