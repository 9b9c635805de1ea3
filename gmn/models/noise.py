"""Random numbers of a batch of which this process may hold a part only.

Every process draws the numbers of the whole batch and keeps those of its scenes, so that several processes
together compute what one alone would.
"""

import torch
from torch import Tensor

from gmn.arguments import Count, Index, checked
from gmn.errors import UserError


class Noise:
    """Noise of B scenes.

    Args:
        seed: of the stream, or a generator to go on with.
        scenes: B of the whole batch; None where this process holds all of it.
        own: this process's scenes among them.
        device: where.

    Raises:
        UserError: a seed that is no whole number from 0 to 2^63.
    """

    @checked
    def __init__(
        self,
        seed: Index | torch.Generator,
        scenes: Count | None = None,
        own: slice = slice(None),
        device: torch.device | str = "cpu",
    ):
        if not isinstance(seed, torch.Generator):
            try:
                seed = torch.Generator(device).manual_seed(seed)
            except RuntimeError as error:
                raise UserError(f"device: got {device!r}: {error}") from None
        self.generator = seed
        self.scenes, self.own = scenes, own

    def normal(self, like: Tensor) -> Tensor:
        """Standard normal numbers for rows (K * B, ...), scene by scene within each of K copies or samples."""
        return self._draw(torch.randn, like.shape, like.dtype)

    def uniform(self, scenes: int, views: int) -> Tensor:
        """Uniform numbers (scenes, views) in [0, 1) for this process's scenes."""
        return self._draw(torch.rand, (scenes, views), torch.float32)

    def _draw(self, draw, shape, dtype) -> Tensor:
        options = {"generator": self.generator, "device": self.generator.device, "dtype": dtype}
        if self.scenes is None:
            return draw(shape, **options)
        held = len(range(*self.own.indices(self.scenes)))
        whole = draw((shape[0] // held, self.scenes, *shape[1:]), **options)
        return whole[:, self.own].flatten(0, 1)
