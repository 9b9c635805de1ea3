"""What moves the weights."""

import pytest
import torch
from torch import nn

from gmn.errors import UserError
from gmn.training.optimizer import Optimizer, orthogonal
from gmn.training.settings import Train

RATE = 0.01


class Weights(nn.Module):
    """A convolution, a layer that some batches leave out, and a vector."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.other = nn.Conv3d(4, 6, 3), nn.Linear(5, 40)
        self.initial = nn.Parameter(torch.randn(2, 3))  # no weight of a layer

    def loss(self, k: int, scale: float = 1.0, whole: bool = True) -> torch.Tensor:
        generator = torch.Generator().manual_seed(k)
        x, y = (torch.randn(shape, generator=generator) for shape in ((12, 4, 3, 3, 3), (7, 5)))
        loss = self.conv(x).square().sum() + self.initial.sin().sum()
        return scale * (loss + self.other(y if whole else y[:0]).square().sum())


def stepped(model: Weights, optimizer: Optimizer, steps, **how) -> Weights:
    for k in steps:
        optimizer.zero_grad()
        model.loss(k, **how).backward()
        optimizer.step()
    return model


def made(kind: str) -> tuple[Weights, Optimizer]:
    model = Weights()
    return model, Optimizer(model, kind, RATE)


def test_adam_is_adam():
    reference = Weights()
    adam = torch.optim.Adam(reference.parameters(), lr=RATE)
    for k in range(5):
        adam.zero_grad()
        reference.loss(k).backward()
        adam.step()
    model = stepped(*made("adam"), range(5))
    for ours, theirs in zip(model.parameters(), reference.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("scale", [1e-3, 1.0])
def test_a_step_of_muon_is_orthogonal_whatever_the_gradient(scale):
    before = dict(Weights().named_parameters())
    moved = dict(stepped(*made("muon"), [0], scale=scale).named_parameters())
    for name in ("conv.weight", "other.weight"):
        step = (before[name] - moved[name]).detach().flatten(1)
        values = torch.linalg.svdvals(step) / (RATE * 0.2 * max(step.shape) ** 0.5)
        assert values.min() > 0.5 and values.max() < 1.3, name
    adam = dict(stepped(*made("adam"), [0], scale=scale).named_parameters())
    for name in ("conv.bias", "other.bias", "initial"):
        torch.testing.assert_close(moved[name], adam[name])


def test_muon_leaves_alone_what_a_batch_did_not_use():
    model, optimizer = made("muon")
    stepped(model, optimizer, range(3))
    kept, conv = model.other.weight.detach().clone(), model.conv.weight.detach().clone()
    stepped(model, optimizer, [3], whole=False)
    assert not model.other.weight.grad.any()
    assert torch.equal(model.other.weight, kept) and not torch.equal(model.conv.weight, conv)


def test_muon_stays_where_a_gradient_is_next_to_nothing():
    model, optimizer = made("muon")
    stepped(model, optimizer, [0], scale=1e-30)
    assert all(weight.isfinite().all() for weight in model.parameters())
    assert torch.equal(model.conv.weight, Weights().conv.weight)


@pytest.mark.parametrize("shape", [(4, 6, 3, 3, 3), (40, 5), (3, 8, 2)])
def test_any_matrix_becomes_orthogonal(shape):
    values = torch.linalg.svdvals(orthogonal(torch.randn(shape, generator=torch.Generator().manual_seed(0)).flatten(1)))
    assert values.min() > 0.5 and values.max() < 1.3


@pytest.mark.parametrize("kind", ["adam", "muon"])
def test_it_goes_on_from_its_state(kind):
    whole, first = made(kind), made(kind)
    stepped(*whole, range(6))
    stepped(*first, range(3))
    second = Weights()
    second.load_state_dict(first[0].state_dict())
    again = Optimizer(second, kind, RATE)
    again.restore({name: value.clone() for name, value in first[1].state().items()})
    stepped(second, again, range(3, 6))
    assert all(torch.equal(a, b) for a, b in zip(second.parameters(), whole[0].parameters(), strict=True))


@pytest.mark.parametrize("kind", ["adam", "muon"])
def test_a_rate_of_zero_moves_nothing(kind):
    model, optimizer = made(kind)
    optimizer.set_rate(0.0)
    stepped(model, optimizer, [0])
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), Weights().parameters(), strict=True))


def test_what_a_gpu_replays_is_adam():
    common = dict(iterations=1, batch_size=1, learning_rate=0.1, evaluate_every=1, validation_scenes=1, padded=True)
    with pytest.raises(UserError, match="padded: is replayed with optimizer adam only; use that, or padded: false"):
        Train(**common, optimizer="muon")
    assert Train(**common).optimizer == "adam"
