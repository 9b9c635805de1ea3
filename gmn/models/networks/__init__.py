"""Inference networks (Fig. 2): a file each, with all that the rest of the project asks of one.

A file ``<name>.py`` of this folder defines ``NETWORK``; params.yaml lists the names of those that are trained. A
network of your own without a file is one more entry of :data:`INFERENCE`, see docs/extending.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NamedTuple

from torch import Tensor

from gmn.models.inference import InferenceNetwork
from gmn.roster import NAMES


class Plain(NamedTuple):
    """One expert of one episode, for the plain equations of gmn/reference.py.

    Attributes:
        cell: number of its ConvDRAW cell.
        context, target: r_C and r_O, (R, *grid).
        id: number of the modality that it is told, or None.
        prior, posterior: whether it is a factor of either.
    """

    cell: int
    context: Tensor
    target: Tensor
    id: int | None
    prior: bool
    posterior: bool


@dataclass(frozen=True)
class Network:
    """What a file of this folder says of its network.

    Attributes:
        inference: its class.
        plain: the same in plain equations: from the module, r_C and r_O of every modality, each (R, *grid), and the
            numbers of the modalities in C and in C and O together, to its experts.
        label: what figures and tables call it.
        colour, marker: of its lines and points.
    """

    inference: type[InferenceNetwork]
    plain: Callable[[Any, list[Tensor], list[Tensor], list[int], list[int]], list[Plain]]
    label: str
    colour: str
    marker: str


NETWORKS: dict[str, Network] = {name: import_module(f"{__name__}.{name}").NETWORK for name in NAMES}
INFERENCE: dict[str, type[InferenceNetwork]] = {name: network.inference for name, network in NETWORKS.items()}
