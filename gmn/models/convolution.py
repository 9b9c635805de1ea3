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


def planes(weight: Tensor, first: int, count: int, grid: tuple[int, ...]) -> Tensor:
    """What ``count`` inputs from ``first`` on that are one everywhere, each alone, add to outputs by ``weight``.

    Returns:
        (count, O, *grid)
    """
    if not count:
        return weight.new_zeros(0, len(weight), *grid)
    weight = weight[:, first : first + count].transpose(0, 1).flatten(0, 1)[:, None]
    return convolve(weight.new_ones(1, 1, *grid), weight)[0].unflatten(0, (count, -1))


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
