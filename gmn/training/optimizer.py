"""What moves the weights: Adam, or Muon for matrices and Adam for all else.

Muon (Jordan et al. 2024) makes each step of a matrix orthogonal, so that directions with small gradients learn, too;
rates are matched to Adam's (Liu et al., arXiv:2502.16982). A convolution's weight is a matrix with a row for its first
axis.
"""

from typing import Literal

import torch
from torch import Tensor, nn

OPTIMIZERS = Literal["adam", "muon"]


class Optimizer:
    """Steps of a model's weights.

    Args:
        model: whose weights.
        kind: "adam", the paper's, or "muon".
        rate: until :meth:`set_rate` says another.
        capturable: Adam's steps can be recorded in a CUDA graph; its rate is a tensor then, so that a recorded step
            can be told another.
    """

    def __init__(self, model: nn.Module, kind: OPTIMIZERS, rate: float, capturable: bool = False):
        named = list(model.named_parameters())
        self.matrices = [w for name, w in named if kind == "muon" and w.ndim > 1 and name.endswith("weight")]
        ours = {id(weight) for weight in self.matrices}
        self.others = [weight for _, weight in named if id(weight) not in ours]
        self.flat = [nn.Parameter(weight.detach().flatten(1)) for weight in self.matrices]  # the same memory
        lr = torch.tensor(rate, device=self.others[0].device) if capturable else rate
        self.parts: dict[str, torch.optim.Optimizer] = {
            "adam": torch.optim.Adam(self.others, lr=lr, fused=True, capturable=capturable)
        }
        if self.matrices:
            matched = "match_rms_adamw"
            self.parts["muon"] = torch.optim.Muon(self.flat, lr=rate, weight_decay=0.0, adjust_lr_fn=matched)

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
        for weight in (*self.matrices, *self.others):
            weight.grad = None

    def step(self) -> None:
        """One step.

        Steps of Muon have the same size whatever the gradient's: matrices that the batch did not use must stay.
        """
        for flat, weight in zip(self.flat, self.matrices, strict=True):
            used = weight.grad is not None and bool(weight.grad.any())
            flat.grad = weight.grad.flatten(1) if used else None  # pyrefly: ignore[missing-attribute]
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
        for name, part in self.parts.items():
            entries: dict[int, dict[str, Tensor]] = {}
            for key, value in state.items():
                owner, k, entry = key.split(".")
                if owner == name:
                    entries.setdefault(int(k), {})[entry] = value
            part.load_state_dict({**part.state_dict(), "state": entries})
