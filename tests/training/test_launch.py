"""What torchrun sets is taken whole, or refused."""

import pytest
import torch

from gmn.errors import UserError
from gmn.training.distributed import process_group
from gmn.training.launch import HERE, TOGETHER, Launch
from stages.cores import SHARE, cores

WHOLE = {"RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1", HERE: "2", "MASTER_ADDR": "localhost", "MASTER_PORT": "1"}


@pytest.fixture
def told(monkeypatch):
    def tell(variables: dict[str, str]) -> None:
        for name in (*TOGETHER, HERE):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return tell


def test_whole_or_nothing(told):
    told({})
    assert Launch.of_environment() is None
    told(WHOLE)
    assert Launch.of_environment() == Launch(local=1, local_size=2)


@pytest.mark.parametrize("share", ["abc", "", "-1", "1.5"])
def test_a_share_of_cores_is_a_number(told, monkeypatch, share):
    told({})
    monkeypatch.setenv(SHARE, share)
    with pytest.raises(UserError, match="GMN_CORES: got"):
        cores(0)


WRONG = {
    "the size alone": ({"WORLD_SIZE": "1"}, "WORLD_SIZE: set without RANK, LOCAL_RANK, .*unset WORLD_SIZE"),
    "the rank alone": ({"RANK": "0"}, "RANK: set without WORLD_SIZE"),
    "no number": ({HERE: "abc"}, "LOCAL_WORLD_SIZE: set without"),
    "no number in a launch": (WHOLE | {HERE: "abc"}, "LOCAL_WORLD_SIZE: got 'abc'; a whole number"),
    "empty": (WHOLE | {"RANK": ""}, "RANK: got ''"),
    "none": (WHOLE | {"WORLD_SIZE": "0"}, "RANK: got 3 of 0"),
    "too high": (WHOLE | {"RANK": "4"}, "RANK: got 4 of 4"),
    "more here than there are": (WHOLE | {HERE: "5"}, "LOCAL_WORLD_SIZE: got 5 of 4"),
    "no address": ({name: value for name, value in WHOLE.items() if name != "MASTER_ADDR"}, "set without MASTER_ADDR"),
}


@pytest.mark.parametrize(("variables", "message"), WRONG.values(), ids=WRONG)
def test_a_part_of_it_is_refused(told, variables, message):
    told(variables)
    with pytest.raises(UserError, match=message), process_group(torch.device("cpu")):
        pass
    with pytest.raises(UserError, match=message):
        cores(0)
