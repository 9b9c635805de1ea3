"""Weight files age well: a file older than a setting is read as what it was, one of another version is refused."""

import json

import pytest
import torch
from safetensors.torch import save

from gmn.errors import UserError
from gmn.models.weights import load_tensors, load_weights, save_tensors, save_weights
from tests.conftest import tiny_model


@pytest.fixture
def rewritten(tmp_path):
    """A weight file whose configuration a function has changed."""

    def rewrite(change):
        model = tiny_model("apoe", 2).float()
        save_weights(tmp_path / "whole.safetensors", model)
        tensors, about = load_tensors(tmp_path / "whole.safetensors", "")
        change(about["config"])
        save_tensors(tmp_path / "changed.safetensors", tensors, about)
        return model, tmp_path / "changed.safetensors"

    return rewrite


def test_a_setting_younger_than_the_file_has_its_default(rewritten):
    def older(config):
        for key in ("geometry", "extent", "pooling"):
            del config[key]

    model, path = rewritten(older)
    read = load_weights(path)
    assert read.config == model.config
    assert all(torch.equal(a, b) for a, b in zip(read.parameters(), model.parameters(), strict=True))


def test_a_setting_that_this_version_does_not_know_is_named(rewritten):
    _, path = rewritten(lambda config: config.update(momentum=0.5))
    with pytest.raises(UserError, match="unknown settings momentum"):
        load_weights(path)


def test_a_file_that_is_no_network_is_refused(rewritten):
    _, path = rewritten(lambda config: config.clear())
    with pytest.raises(UserError, match="does not say what network it is"):
        load_weights(path)


@pytest.fixture
def whole(tmp_path):
    save_weights(tmp_path / "w.safetensors", tiny_model("apoe", 2).float())
    return tmp_path / "w.safetensors"


@pytest.mark.parametrize("place", [0, 3, 100, 5000, -1, -1000])
def test_a_flipped_bit_anywhere_is_found(whole, place):
    content = bytearray(whole.read_bytes())
    content[place] ^= 4
    whole.write_bytes(content)
    with pytest.raises(UserError, match="w.safetensors: .*train it again"):
        load_weights(whole)


@pytest.mark.parametrize(
    "change", [lambda c: b"", lambda c: c[:200], lambda c: c[:-1], lambda c: c + b"x", lambda c: b"{}"]
)
def test_a_cut_or_foreign_file_is_found(whole, change):
    whole.write_bytes(change(whole.read_bytes()))
    with pytest.raises(UserError, match="w.safetensors: .*train it again"):
        load_weights(whole)


def test_weights_that_are_not_finite_are_refused(tmp_path):
    model = tiny_model("apoe", 2).float()
    with torch.no_grad():
        model.initial[0] = float("nan")
    save_weights(tmp_path / "w", model)
    with pytest.raises(UserError, match="w: initial: not finite"):
        load_weights(tmp_path / "w")


def test_weights_of_another_network_than_they_say_are_refused(rewritten):
    _, path = rewritten(lambda config: config.update(network="poe"))
    with pytest.raises(UserError, match="its weights are not those of its configuration"):
        load_weights(path)


def test_a_file_without_a_digest_is_read(whole):
    """Those of older versions have none."""
    tensors, about = load_tensors(whole, "")
    whole.write_bytes(save(tensors, {"gmn": json.dumps(about)}))
    assert load_weights(whole).config.network == "apoe"


def test_halves_are_read_as_whole_numbers(tmp_path):
    model = tiny_model("apoe", 2).float()
    save_weights(tmp_path / "half.safetensors", model.half(), "abc")
    read = load_weights(tmp_path / "half.safetensors")
    assert {p.dtype for p in read.parameters()} == {torch.float32}
    assert all(torch.equal(a, b.float()) for a, b in zip(read.parameters(), model.parameters(), strict=True))
    assert load_tensors(tmp_path / "half.safetensors", "")[1]["source"] == "abc"
