"""Same-size convolutions over a latent map (2-D) or volume (3-D): the words that hold for both."""

from torch import Tensor, nn
from torch.nn import functional as F

LAYERS = {2: nn.Conv2d, 3: nn.Conv3d}
FUNCTIONS = {2: F.conv2d, 3: F.conv3d}


def convolution(dimensions: int, inputs: int, outputs: int, kernel: int, bias: bool = True) -> nn.Module:
    """A layer that keeps the size of a map (``dimensions`` 2) or a volume (3)."""
    return LAYERS[dimensions](inputs, outputs, kernel, padding=kernel // 2, bias=bias)


def convolve(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``x`` (N, C, ...) convolved with ``weight`` (O, C, k, ...) of odd size k, (N, O, ...)."""
    return FUNCTIONS[weight.ndim - 2](x, weight, bias, padding=weight.shape[-1] // 2)


def copies(x: Tensor, samples: int) -> Tensor:
    """Rows (E, ...) once per sample, (S * E, ...), sample-major."""
    return x.repeat(samples, *[1] * (x.ndim - 1))


def per_row(values: Tensor, like: Tensor) -> Tensor:
    """``values`` (N,), shaped to weigh or mask the rows of ``like`` (N, ...)."""
    return values.reshape(-1, *[1] * (like.ndim - 1))


def but_channels(x: Tensor) -> tuple[int, ...]:
    """All axes of ``x`` (N, C, ...) but that of its channels."""
    return (0, *range(2, x.ndim))


def centred(x: Tensor) -> Tensor:
    """``x`` (N, C, ...) less the mean of each channel."""
    return x - x.mean(but_channels(x), keepdim=True)
