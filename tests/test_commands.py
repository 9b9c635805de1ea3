"""What the commands call networks, and ports that are taken."""

import socket

import pytest

from gmn.commands.imagine import labelled
from gmn.errors import UserError, differences
from gmn.explore.server import HOST, listen


@pytest.mark.parametrize(
    ("models", "labels"),
    [
        (["a/0.safetensors"], ["0"]),
        (["a/0.safetensors", "b/0.safetensors"], ["a/0", "b/0"]),
        (["x/a/0.safetensors", "y/a/0.safetensors", "1.safetensors"], ["x/a/0", "y/a/0", "1"]),
        (["apoe", "laptop/m2/apoe", "poe"], ["APoE", "laptop/m2/apoe", "PoE"]),
    ],
)
def test_every_network_has_a_name_of_its_own(models, labels):
    assert labelled(models) == dict(zip(labels, models, strict=True))


@pytest.mark.parametrize("models", [["apoe", "apoe"], ["a.safetensors", "./a.safetensors"]])
def test_a_network_is_named_once(models):
    with pytest.raises(UserError, match="--model: got .*; name each network once"):
        labelled(models)


def test_a_port_in_use_is_named():
    with socket.create_server((HOST, 0)) as taken, pytest.raises(UserError, match="--port: got [0-9]+: .*use another"):
        listen(taken.getsockname()[1])


def test_differences_are_named_key_by_key():
    have, want = {"a": 1, "b": {"c": 2, "d": 3}}, {"a": 1, "b": {"c": 4}, "e": 5}
    assert differences(have, want) == "b.c is 2, wanted 4; b.d is 3, wanted None; e is None, wanted 5"
    assert not differences(have, have)
