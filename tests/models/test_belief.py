"""The library as a person uses it: any subset of senses in, any sense out, clear errors."""

import copy

import numpy as np
import pytest
import torch

from gmn.errors import UserError
from gmn.evaluation.protocol import first_views
from gmn.mese import pose
from gmn.models.noise import Noise
from gmn.models.weights import save_weights
from gmn.trained import TrainedGMN
from tests.conftest import reader_for, tiny_model


@pytest.fixture(scope="module")
def trained(scenes, tmp_path_factory) -> TrainedGMN:
    """A network that has been to disk and back."""
    path = tmp_path_factory.mktemp("weights") / "apoe.safetensors"
    model = tiny_model("apoe", 2).float()
    model.haptic_scale = reader_for(scenes, model).scale
    save_weights(path, model)
    return TrainedGMN.from_pretrained(path)


@pytest.fixture(scope="module")
def touches(scenes):
    """Readings in SI units and queries of the first scene's grasps."""
    return scenes.read("haptics", [0])[0], pose.query(scenes.read("hand", [0])[0])


@pytest.fixture(scope="module")
def looks(scenes):
    """Pictures as the camera takes them, channels first, and queries."""
    return np.moveaxis(scenes.read("image", [0])[0], -1, 1), pose.query(scenes.read("camera", [0])[0])


def some(views, count):
    return views[0][:count], views[1][:count]


def test_any_sense_is_imagined_from_any_subset(trained, looks, touches):
    contexts = {"vision": some(looks, 2), "haptics": some(touches, 3)}
    for known in ([], ["vision"], ["haptics"], ["vision", "haptics"]):
        belief = trained.infer({name: contexts[name] for name in known})
        imagined = belief.imagine({"vision": looks[1][:4], "haptics": touches[1][:5]}, samples=3)
        assert imagined["vision"].shape == (3, 4, 3, 16, 16)
        assert imagined["haptics"].shape == (3, 5, 132)
        assert all(torch.isfinite(values).all() for values in imagined.values())


def test_it_is_what_the_evaluation_computes(trained, scenes, looks, touches):
    """A scene's density through the library is that of the batch route."""
    asked = first_views(reader_for(scenes, trained).read(np.arange(1)), 2, 3, ["vision"])
    wanted = trained.log_likelihood(asked, Noise(7), 4)
    belief = trained.infer({"vision": some(looks, 2), "haptics": some(touches, 3)})
    last = slice(-5, None)
    found = belief.log_likelihood({"vision": (looks[0][last], looks[1][last])}, samples=4, seed=7)
    assert found == pytest.approx(wanted.item(), rel=1e-5)


def test_readings_come_back_in_their_units(trained, touches):
    """The mean of an imagined reading times the scale's unit, wherever the network puts it."""
    imagined = trained.infer({}).imagine({"haptics": touches[1][:1]})["haptics"][0, 0]
    scaled = trained.haptic_scale.scaled(imagined.double().numpy())
    saturated = np.abs(scaled) == 1
    z = trained.prior(trained.infer({})._episodes({}), Noise(0)).z
    mean = trained.render(1, z, torch.zeros(1, dtype=torch.long), torch.from_numpy(touches[1][:1]))[0]
    np.testing.assert_allclose(scaled[~saturated], mean.detach().numpy()[~saturated], atol=1e-4)


def test_what_is_imagined_lies_where_the_network_does(trained, looks, touches):
    """On the GPU, where there is one."""
    model = copy.deepcopy(trained).to("cuda" if torch.cuda.is_available() else "cpu")
    imagined = model.infer({}).imagine({"vision": looks[1][:1], "haptics": touches[1][:1]})
    assert {values.device for values in imagined.values()} == {model.device}


def test_a_seed_repeats_and_another_differs(trained, looks):
    belief = trained.infer({"vision": some(looks, 1)})
    first, again, other = (belief.imagine({"vision": looks[1]}, seed=seed)["vision"] for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_views_of_a_context_have_no_order(trained, looks, touches):
    back = tuple(part[:4][::-1].copy() for part in looks)
    values = [
        trained.infer({"vision": views}).log_likelihood({"haptics": some(touches, 2)})
        for views in (some(looks, 4), back)
    ]
    assert values[0] == pytest.approx(values[1], rel=1e-5)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("hapitcs", lambda s, q: (s, q), "hapitcs: unknown modality.*vision, haptics; did you mean 'haptics'"),
        ("haptics", lambda s, q: (s[:, :131], q), r"haptics: senses: got shape \(2, 131\); wanted \(2, 132\)"),
        ("haptics", lambda s, q: (s, q[:1]), r"haptics: senses: got shape \(2, 132\); wanted \(1, 132\)"),
        ("haptics", lambda s, q: (s, q[:, :6]), r"haptics: queries: got shape \(2, 6\); wanted \(N, 7\)"),
        ("haptics", lambda s, q: (s * np.nan, q), r"haptics: senses: not finite at index \(0, 0\)"),
        ("haptics", lambda s, q: (s, q * np.inf), "haptics: queries: not finite"),
        ("haptics", lambda s, q: ("touch", q), "haptics: senses: not an array of numbers"),
    ],
)
def test_a_mistake_is_named(trained, touches, name, change, message):
    with pytest.raises(UserError, match=message):
        trained.infer({name: change(*some(touches, 2))})


def test_nothing_observed_is_an_error(trained):
    with pytest.raises(UserError, match="observations: none"):
        trained.infer({}).log_likelihood({})


def test_a_missing_weight_file_is_named(tmp_path):
    with pytest.raises(UserError, match="none.safetensors: not found"):
        TrainedGMN.from_pretrained(tmp_path / "none.safetensors")
