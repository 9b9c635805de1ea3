"""Parameter counts of the paper's architecture, to the last weight."""

import pytest
import torch

from gmn.models.config import ModelConfig
from gmn.models.gmn import GMN

PAPERS = ("baseline", "poe", "apoe")
RELEASED = {  # authors' code; it also counts 7 never used numbers per modality encoder
    2: (52_655_617, 58_838_541, 52_681_217),
    5: (28_470_847, 53_202_543, 28_534_847),
    8: (48_294_158, 91_574_626, 48_396_558),
    14: (51_177_854, 131_555_866, 51_357_054),
}
UNUSED = 7


def count(module) -> int:
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("modalities", RELEASED)
def test_parameters_of_every_network(modalities):
    with torch.device("meta"):
        ours = tuple(count(GMN(ModelConfig(network=network, modalities=modalities))) for network in PAPERS)
    assert ours == tuple(n - UNUSED * modalities for n in RELEASED[modalities])


def test_parameters_of_every_part():
    with torch.device("meta"):
        model = GMN(ModelConfig(network="poe", modalities=2))
    initial = 256 * 16 * 16
    assert count(model.encoders[0]) + initial == 1_750_279 - UNUSED
    assert count(model.encoders[1]) + initial == 34_545_671 - UNUSED
    assert [count(r) for r in model.renderers] == [772_195, 9_404_548]
    assert [count(c) for c in model.inference.cells] == [6_182_924] * 2
