"""Which device to compute on, and that it computes the same bits again."""

import torch


def pick_device() -> torch.device:
    """The GPU where there is one, else the CPU with repeatable kernels only."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    # On a CPU the gradient of an indexed tensor is else summed in the order in which threads finish.
    torch.use_deterministic_algorithms(device.type == "cpu")
    return device
