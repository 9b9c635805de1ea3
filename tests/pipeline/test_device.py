import pytest
import torch

from stages.device import pick_device


@pytest.fixture
def two_threads():
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before[0])
    torch.use_deterministic_algorithms(before[1])


def test_gradients_of_shared_rows_repeat_their_bits(two_threads):
    """What every renderer does: many queries read the rows of few episodes."""
    device = pick_device()
    rows = torch.randint(8, (400,), generator=torch.Generator().manual_seed(0)).to(device)
    weight = torch.randn(400, 128, 8, 8, generator=torch.Generator().manual_seed(1)).to(device)

    def gradient() -> torch.Tensor:
        table = torch.zeros(8, 128, 8, 8, device=device, requires_grad=True)
        (table[rows] * weight).sum().backward()
        return table.grad

    first = gradient()
    assert all(torch.equal(first, gradient()) for _ in range(10))
