"""What moves the weights: Adam, or Muon for matrices and Adam for all else.

Muon (Jordan et al. 2024) makes each step of a matrix orthogonal, so that directions with small gradients learn, too;
rates are matched to Adam's (Liu et al., arXiv:2502.16982). A convolution's weight is a matrix with a row for its first
axis.
"""

from collections.abc import Iterable
from typing import Literal

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
MATCHED = 0.2  # root mean square of a step over its rate, about that of Adam's
STEPS, QUINTIC = 5, (3.4445, -4.7750, 2.0315)  # of Newton and Schulz


class Optimizer:
    """Steps of a model's weights.

    Args:
        model: whose weights.
        kind: "adam", the paper's, or "muon".
        rate: until :meth:`set_rate` says another.
        capturable: Adam's steps can be recorded in a CUDA graph; its rate is a tensor then, so that a recorded step
            can be told another.
    """

    def __init__(self, model: nn.Module, kind: Literal["adam", "muon"], rate: float, capturable: bool = False):
        named = dict(model.named_parameters())
        matrices = {k for k, w in named.items() if kind == "muon" and w.ndim > 1 and k.endswith("weight")}
        others = [weight for name, weight in named.items() if name not in matrices]
        lr = torch.tensor(rate, device=others[0].device) if capturable else rate
        self.parts: dict[str, torch.optim.Optimizer] = {
            "adam": torch.optim.Adam(others, lr=lr, fused=True, capturable=capturable)
        }
        if matrices:
            self.parts["muon"] = Muon([weight for name, weight in named.items() if name in matrices], rate)

    def set_rate(self, rate: float) -> None:
        """Set the learning rate of the steps to come."""
        for part in self.parts.values():
            for group in part.param_groups:
                if isinstance(group["lr"], Tensor):
                    group["lr"].fill_(rate)
                else:
                    group["lr"] = rate

    def zero_grad(self) -> None:
        """Forget gradients."""
        for part in self.parts.values():
            part.zero_grad()

    def step(self) -> None:
        """One step."""
        for part in self.parts.values():
            part.step()

    def state(self) -> dict[str, Tensor]:
        """What it remembers of the steps before."""
        return {
            f"{name}.{k}.{entry}": value
            for name, part in self.parts.items()
            for k, entries in part.state_dict()["state"].items()
            for entry, value in entries.items()
        }

    def restore(self, state: dict[str, Tensor]) -> None:
        """Go on from a :meth:`state`."""
        entries: dict[str, dict[int, dict[str, Tensor]]] = {name: {} for name in self.parts}
        for key, value in state.items():
            name, k, entry = key.split(".")
            entries[name].setdefault(int(k), {})[entry] = value
        for name, part in self.parts.items():
            part.load_state_dict({**part.state_dict(), "state": entries[name]})


class Muon(torch.optim.Optimizer):
    """Steps of matrices. PyTorch's Muon multiplies in bfloat16: without AVX-512 that takes fifty times as long."""

    def __init__(self, matrices: Iterable[nn.Parameter], rate: float):
        super().__init__(matrices, {"lr": rate})

    @torch.no_grad()
    def step(self) -> None:  # pyrefly: ignore[bad-override]
        """One step. Its size does not depend on the gradient's, so matrices that the batch did not use must stay."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None or not weight.grad.norm() > 0:  # 0 where squares underflow, too
                    continue
                state = self.state[weight]
                if not state:
                    state["momentum"] = torch.zeros_like(weight)
                momentum = state["momentum"].lerp_(weight.grad, 1 - MOMENTUM)
                step = orthogonal(weight.grad.lerp(momentum, MOMENTUM).flatten(1))
                weight.add_(step.reshape(weight.shape), alpha=-group["lr"] * MATCHED * max(step.shape) ** 0.5)


def orthogonal(matrix: Tensor) -> Tensor:
    """About the nearest matrix with orthogonal rows, or columns, to ``matrix`` (n, m), whose norm is not zero.

    Singular values come to lie between 0.7 and 1.2 or so; those below 0.005 of the norm stay smaller.
    """
    x, (a, b, c) = matrix / matrix.norm(), QUINTIC
    tall = len(x) > x.shape[1]
    x = x.T if tall else x
    for _ in range(STEPS):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.T if tall else x
