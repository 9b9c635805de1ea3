"""The library as a person uses it: any subset of senses in, any sense out, clear errors."""

import copy
import gc
import itertools
import pickle

import numpy as np
import pytest
import torch

from gmn.errors import UserError
from gmn.evaluation.protocol import first_views
from gmn.mese import pose
from gmn.models.noise import Noise
from gmn.models.weights import save_weights
from gmn.trained import TrainedGMN
from gmn.trained import belief as belief_module
from gmn.trained.belief import Belief
from tests.conftest import SHARED, reader_for, tiny_model


@pytest.fixture(scope="module")
def trained(scenes, tmp_path_factory) -> TrainedGMN:
    """A network that has been to disk and back."""
    path = tmp_path_factory.mktemp("weights") / "apoe.safetensors"
    model = tiny_model("apoe", 2).float()
    model.scales = reader_for(scenes, model).scales
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


def test_gain_is_what_a_linear_regression_on_the_view_explains_beyond_chance(trained, looks, touches):
    """By the textbook's formula, in the space of numbers, not of samples; chance by drawing it."""
    belief, count = trained.infer({"haptics": some(touches, 2)}), 5
    asked = {"vision": looks[1][:1], "haptics": touches[1][:3]}
    found = belief.gain({"haptics": asked["haptics"]}, {"vision": asked["vision"]}, samples=count, seed=3)["haptics"]
    imagined = belief.imagine(asked, samples=count, seed=3)
    wanted = imagined["vision"].double().flatten(1).numpy()
    readings, scale = imagined["haptics"].double().numpy(), trained.scales["haptics"]
    readings = readings / np.maximum(0.1, scale.high - scale.low) * 2  # network units
    noise = trained.config.std["haptics"] ** 2 * np.eye(132)

    def left(view, wanted) -> float:
        view, wanted = view - view.mean(0), wanted - wanted.mean(0)
        seen, cross = view.T @ view / (count - 1), wanted.T @ view / (count - 1)
        return 1 - np.trace(cross @ np.linalg.solve(seen + noise, cross.T)) / wanted.var(0, ddof=1).sum()

    for k in range(3):
        shuffled = [left(readings[:, k], wanted[list(order)]) for order in itertools.permutations(range(count))]
        told = 1 - left(readings[:, k], wanted) / np.mean(shuffled)
        assert float(found[k]) == pytest.approx(np.clip(told, 0, 1), abs=1e-4)


def test_gain_of_what_is_known_is_none(trained, touches):
    belief = trained.infer({})
    found = belief.gain({"haptics": touches[1][:4]}, np.zeros((2, 3)), samples=4)["haptics"]
    assert found.shape == (4,) and ((found >= 0) & (found <= 1)).all()
    far = np.full((2, 3), 0.5)  # where no sample has anything
    assert (belief.gain({"haptics": touches[1][:4]}, far, samples=4)["haptics"] == 0).all()
    for wrong, words in (
        ({"samples": 1}, "samples: got 1"),
        ({"samples": 10**6}, "samples: got 1000000: .* GiB are wanted"),
        ({"about": np.zeros((2, 4))}, "points: got shape"),
        ({"about": {}}, "about: nothing"),
        ({"about": np.zeros((0, 3))}, "about: nothing"),
    ):
        with pytest.raises(UserError, match=words):
            belief.gain({"haptics": touches[1][:4]}, **({"about": np.zeros((2, 3))} | wrong))


def test_a_field_is_imagined_at_any_multiple_of_its_size(looks):
    model = tiny_model("apoe", 5, **SHARED).float().eval()
    belief = Belief(model, {})
    asked = {"left-upper": looks[1][:2], "haptics": looks[1][:2]}
    imagined = belief.imagine(asked, samples=2, size=48)
    assert imagined["left-upper"].shape == (2, 2, 3, 24, 24) and imagined["haptics"].shape == (2, 2, 132)
    same = belief.imagine(asked, samples=2, size=16)
    assert torch.equal(same["left-upper"], belief.imagine(asked, samples=2)["left-upper"])
    with pytest.raises(UserError, match="size: got 40; left-upper was trained on 16 pixels"):
        belief.imagine(asked, size=40)


def test_pictures_that_are_painted_have_one_size(trained, looks):
    with pytest.raises(UserError, match="vision: a network of geometry 'map' shows one size"):
        trained.infer({}).imagine({"vision": looks[1][:1]}, size=32)


def test_it_is_what_the_evaluation_computes(trained, scenes, looks, touches):
    """A scene's density through the library is that of the batch route."""
    read = reader_for(scenes, trained).read(np.arange(1))
    asked = first_views(read, trained.modalities, {"vision": 2, "haptics": 3}, ["vision"])
    wanted = trained.log_likelihood(asked, Noise(7), 4)
    belief = trained.infer({"vision": some(looks, 2), "haptics": some(touches, 3)})
    last = slice(-5, None)
    found = belief.log_likelihood({"vision": (looks[0][last], looks[1][last])}, samples=4, seed=7)
    assert found == pytest.approx(wanted.item(), rel=1e-5)


def test_readings_come_back_in_their_units(trained, touches):
    """The mean of an imagined reading times the scale's unit, wherever the network puts it."""
    imagined = trained.infer({}).imagine({"haptics": touches[1][:1]})["haptics"][0, 0]
    scaled = trained.scales["haptics"].scaled(imagined.double().numpy())
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
        ("haptics", lambda s, q: s, "haptics: got ndarray; give a pair, senses and queries"),
        ("haptics", lambda s, q: (s, q, q), "haptics: got tuple of 3; give a pair, senses and queries"),
    ],
)
def test_a_mistake_is_named(trained, touches, name, change, message):
    with pytest.raises(UserError, match=message):
        trained.infer({name: change(*some(touches, 2))})


def test_masked_values_are_refused(trained, touches):
    readings, queries = some(touches, 2)
    for kind in (np.ma.masked_greater(readings, 0.5), [np.ma.masked_greater(row, 0.5) for row in readings]):
        with pytest.raises(UserError, match="haptics: senses: (it has masked values|not finite)"):
            trained.infer({"haptics": (kind, queries)})
    trained.infer({"haptics": (np.ma.masked_greater(readings, 1e9), queries)})


@pytest.mark.parametrize("change", [lambda q: q * 1e6, lambda q: q * 0, lambda q: np.roll(q, 1, axis=1)])
def test_queries_that_are_none_are_refused(trained, touches, looks, change):
    for name, views in (("haptics", touches), ("vision", looks)):
        with pytest.raises(UserError, match=f"{name}: queries: at index 0 cosine and sine of the (pitch|yaw) are"):
            trained.infer({name: (views[0], change(views[1]))})


def test_queries_of_half_precision_lie_on_the_circle(trained, touches):
    trained.infer({"haptics": (touches[0], touches[1].astype(np.float16))})


HARDLY = {
    "divided by 255 twice": ("vision", lambda s, q: (s / 255 / 255, q), "divided by 255 twice"),
    "fractions as bytes": ("vision", lambda s, q: ((s > 0).astype(np.uint8), q), "0 or 1 everywhere"),
    "millimetres": ("haptics", lambda s, q: (s, q * np.array([1e3] * 3 + [1] * 4)), "use metres"),
    "millinewtons": ("haptics", lambda s, q: (s * 1000, q), "use SI units"),
}


@pytest.mark.parametrize(("name", "change", "message"), HARDLY.values(), ids=HARDLY)
def test_what_is_hardly_meant_is_warned_of(trained, looks, touches, name, change, message):
    views = {"vision": looks, "haptics": touches}[name]
    with pytest.warns(UserWarning, match=f"{name}: .*{message}"):
        trained.infer({name: change(*views)})


def test_what_is_meant_is_not_warned_of(trained, looks, touches, recwarn):
    trained.infer({"vision": looks, "haptics": touches})
    assert not recwarn.list


def test_autocast_around_it_changes_nothing(trained, looks, touches):
    belief = trained.infer({"haptics": some(touches, 2)})
    nats, seen = belief.log_likelihood({"vision": looks}), belief.imagine({"vision": looks[1]})["vision"]
    with torch.autocast("cpu", torch.bfloat16):
        assert belief.log_likelihood({"vision": looks}) == nats
        assert torch.equal(belief.imagine({"vision": looks[1]})["vision"], seen)


def test_nothing_is_left_behind(trained, looks, touches):
    """Of many questions, as of one."""

    def alive() -> int:
        gc.collect()
        return sum(isinstance(each, torch.Tensor) for each in gc.get_objects())

    def ask() -> None:
        belief = trained.infer({"vision": some(looks, 2), "haptics": some(touches, 2)})
        belief.imagine({"vision": looks[1][:2], "haptics": touches[1][:2]}, samples=2)
        belief.log_likelihood({"vision": some(looks, 1)}, samples=2)
        belief.gain({"haptics": touches[1][:2]}, np.zeros((2, 3)), samples=2)
        trained.infer({"haptics": some(touches, 2)}, refine=2).imagine({"haptics": touches[1][:2]})

    ask()
    before = alive()
    for _ in range(10):
        ask()
    assert alive() == before


def test_more_than_the_machines_memory_is_refused(trained, looks, monkeypatch):
    monkeypatch.setattr(belief_module, "memory", lambda: 10**6)
    with pytest.raises(UserError, match="samples: got 100: .* GiB are wanted, the machine has"):
        trained.infer({}).imagine({"vision": looks[1]}, samples=100)
    for huge in (10**15, 10**30):
        with pytest.raises(UserError, match="samples: got 1000000"):
            trained.infer({}).imagine({"vision": looks[1]}, samples=huge)


@pytest.mark.parametrize("nothing", [None, 3, "vision", [("vision", 1)], {3: None}])
def test_what_is_no_dictionary(trained, nothing):
    for ask in (trained.infer, trained.infer({}).imagine, trained.infer({}).log_likelihood):
        with pytest.raises(UserError, match="(contexts|queries|observations)"):
            ask(nothing)


@pytest.mark.parametrize("name", [None, 3, b"laptop", "", "laptop/m2/apeo"])
def test_a_name_that_is_none(name):
    with pytest.raises(UserError):
        TrainedGMN.from_pretrained(name)


def test_nothing_observed_is_an_error(trained):
    with pytest.raises(UserError, match="observations: none"):
        trained.infer({}).log_likelihood({})


def test_a_missing_weight_file_is_named(tmp_path):
    with pytest.raises(UserError, match="none.safetensors: not found"):
        TrainedGMN.from_pretrained(tmp_path / "none.safetensors")


def test_what_is_given_is_copied(trained, looks, touches):
    pictures = np.ascontiguousarray(looks[0][:2], np.float32) / 255
    for senses in (pictures, torch.from_numpy(pictures.copy()), looks[0][:2].copy()):
        belief = trained.infer({"vision": (senses, looks[1][:2].copy())})
        before = belief.imagine({"haptics": touches[1][:2]})["haptics"]
        senses[:] = 0
        assert torch.equal(belief.imagine({"haptics": touches[1][:2]})["haptics"], before)


def test_double_precision(trained, looks, touches):
    contexts = {"vision": some(looks, 2), "haptics": some(touches, 3)}
    single = trained.infer(contexts).imagine({"vision": looks[1], "haptics": touches[1]})
    double = copy.deepcopy(trained).double().infer(contexts).imagine({"vision": looks[1], "haptics": touches[1]})
    assert {values.dtype for values in double.values()} == {torch.float64}
    assert float(single["vision"].std()) == pytest.approx(float(double["vision"].std()), rel=0.2)


@pytest.mark.parametrize("kind", ["half", "bfloat16"])
def test_half_precision_is_refused(trained, kind):
    with pytest.raises(UserError, match=r"computes in torch\.b?float16; use model.float\(\)"):
        getattr(copy.deepcopy(trained), kind)().infer({})


def test_the_users_default_precision_changes_nothing(trained, looks, tmp_path):
    save_weights(tmp_path / "w.safetensors", trained)
    wanted = trained.infer({"vision": some(looks, 2)}).imagine({"vision": looks[1]})["vision"]
    torch.set_default_dtype(torch.float64)
    try:
        model = TrainedGMN.from_pretrained(tmp_path / "w.safetensors")
        found = model.infer({"vision": some(looks, 2)}).imagine({"vision": looks[1]})["vision"]
    finally:
        torch.set_default_dtype(torch.float32)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, wanted)


def test_kinds_of_arrays_that_mean_the_same(trained, looks):
    """Non-contiguous, reversed, read-only, other float types, tensors that learn."""
    pictures, queries = some(looks, 3)
    wanted = trained.infer({"vision": (pictures, queries)}).imagine({"vision": looks[1]})["vision"]
    frozen = pictures.copy()
    frozen.flags.writeable = False
    floats = pictures / 255
    kinds = [
        frozen,
        np.asfortranarray(pictures),
        pictures[::-1].copy()[::-1],
        floats,
        torch.from_numpy(floats).requires_grad_(),
        torch.from_numpy(np.moveaxis(floats, 1, -1).copy()).movedim(-1, 1),
        floats.astype(np.longdouble),
    ]
    for kind in kinds:
        found = trained.infer({"vision": (kind, list(map(list, queries)))}).imagine({"vision": looks[1]})["vision"]
        assert not found.requires_grad
        torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda p: p.astype(np.int64), "got int64 from 0 to [0-9]+; use uint8 0..255 or floats 0..1"),
        (lambda p: p.astype(np.float32), "got float32 from 0 to [0-9]+; use uint8"),
        (lambda p: p / 255 - 0.5, "got float64 from -0.5 to"),
        (lambda p: np.where(p > 0, 1e38, 0), r"got float64 from 0 to 1e\+38"),
        (lambda p: np.where(p > 0, np.inf, 0), "not finite at index"),
        (lambda p: p > 0, "not an array of numbers: its dtype is bool"),
        (lambda p: p.astype(complex), "not an array of numbers: its dtype is complex128"),
        (
            lambda p: torch.from_numpy(p / 255).to(torch.complex64),
            "not an array of numbers: its dtype is torch.complex64",
        ),
        (lambda p: p.astype(object), "not an array of numbers: its dtype is object"),
        (lambda p: None, "not an array of numbers"),
        (lambda p: [[1, 2], [3]], "not an array of numbers"),
    ],
)
def test_pictures_of_another_meaning_are_named(trained, looks, change, message):
    with pytest.raises(UserError, match=f"vision: senses: {message}"):
        trained.infer({"vision": (change(looks[0][:2]), looks[1][:2])})


@pytest.mark.parametrize("samples", [0, -1, 2.5, True, "3", None])
def test_samples_are_a_number(trained, looks, samples):
    for ask in (
        lambda: trained.infer({}).imagine({"vision": looks[1]}, samples=samples),
        lambda: trained.infer({}).log_likelihood({"vision": some(looks, 1)}, samples=samples),
    ):
        with pytest.raises(UserError, match="samples: got .*; must be"):
            ask()


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5, "x"])
def test_seeds_are_checked(trained, looks, seed):
    with pytest.raises(UserError, match="seed: got .*; must be"):
        trained.infer({}).imagine({"vision": looks[1]}, seed=seed)


def test_many_samples_are_computed_in_parts(trained, looks, monkeypatch):
    """Part by part, the same numbers: memory is bounded."""
    monkeypatch.setattr(belief_module, "SAMPLED", 7)
    monkeypatch.setattr(belief_module, "RENDERED", 4)
    belief = trained.infer({"vision": some(looks, 1)})
    sizes = []
    rollout = trained.inference.rollout
    monkeypatch.setattr(
        trained.inference,
        "rollout",
        lambda known, noise, samples, *more: (sizes.append(samples), rollout(known, noise, samples, *more))[1],
    )
    imagined = belief.imagine({"vision": looks[1][:6]}, samples=17)["vision"]
    assert sizes == [7, 7, 3] and imagined.shape[:2] == (17, 6)
    assert len({float(sample.sum()) for sample in imagined}) == 17
    nats = belief.log_likelihood({"vision": some(looks, 2)}, samples=17)
    assert np.isfinite(nats)


def test_loading_leaves_random_numbers_alone(trained, tmp_path):
    save_weights(tmp_path / "w.safetensors", trained)
    torch.manual_seed(3)
    wanted = torch.rand(3)
    torch.manual_seed(3)
    TrainedGMN.from_pretrained(tmp_path / "w.safetensors")
    assert torch.equal(torch.rand(3), wanted)


def test_a_compiled_or_distributed_network_is_saved_as_itself(trained, tmp_path):
    save_weights(tmp_path / "a", trained)
    save_weights(tmp_path / "b", torch.compile(trained))
    save_weights(tmp_path / "c", torch.nn.DataParallel(trained))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == (tmp_path / "c").read_bytes()
    with pytest.raises(UserError, match="model: got Linear; give a GMN"):
        save_weights(tmp_path / "d", torch.nn.Linear(1, 1))


def test_a_belief_is_copied_and_pickled(trained, looks):
    belief = trained.infer({"vision": some(looks, 2)})
    wanted = belief.imagine({"vision": looks[1]})["vision"]
    for twin in (copy.deepcopy(belief), pickle.loads(pickle.dumps(belief))):
        assert torch.equal(twin.imagine({"vision": looks[1]})["vision"], wanted)
