"""Weight files age well: a file older than a setting is read as what it was, one of another version is refused."""

import pytest
import torch

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
        for key in ("volume", "extent", "pooling"):
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
