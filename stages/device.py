"""Which device to compute on, and that it computes the same bits again."""

import torch


def pick_device() -> torch.device:
    """The GPU where there is one, else the CPU with repeatable kernels only."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    # On a CPU the gradient of an indexed tensor is else summed in the order in which threads finish.
    # As torch.use_deterministic_algorithms, which would import the compiler first (1.2 s in each stage).
    torch.set_deterministic_debug_mode("error" if device.type == "cpu" else "default")
    return device
