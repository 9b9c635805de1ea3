"""A third sense of MESE costs one object and its entry: scenes have it, networks learn, are evaluated and explored."""

from unittest.mock import patch

import numpy as np
import pytest
import torch

from gmn.data.modalities import whole
from gmn.data.produce import Production
from gmn.data.reader import SceneReader
from gmn.data.regime import Regime
from gmn.data.scaling import fitted_scales
from gmn.data.shards import SceneSet
from gmn.errors import UserError
from gmn.evaluation.explained import explained
from gmn.evaluation.missing import missing
from gmn.explore.explorer import Explorer, Observation
from gmn.mese import camera, world
from gmn.mese.senses import SENSES
from gmn.mese.senses.sense import Sense
from gmn.mese.simulate import simulate
from gmn.models.config import ModelConfig
from gmn.models.weights import load_weights, save_weights
from gmn.progress import Progress
from gmn.trained.belief import Belief
from gmn.training.checkpoint import Checkpoints
from gmn.training.loop import Run, train
from gmn.training.settings import Train
from tests.conftest import TINY, VOLUME, trial_for

SCENES = 6
FAR = 1.2  # m, where nothing is hit


class Sonar(Sense):
    """Ranges along nine rays of the camera, metres."""

    name = "sonar"
    arrays = {"range": "m"}
    signals = ("range",)
    poses = "camera"
    channels = tuple(f"ray-{k}" for k in range(9))
    view, views = "ping", "pings"

    def observe(self, scenes, threads=1):
        rows, columns = (grid.ravel() for grid in np.mgrid[60:91:15, 60:91:15] + 0.5)
        return [{"range": self._ranges(scene, columns, rows)} for scene in scenes]

    def _ranges(self, scene, columns, rows):
        model, data = world.alone(scene.object)
        views = [camera.View.at(angles) for angles in scene.angles[self.poses]]
        traced = [camera.trace(model, data, view.origin, view.rays(columns, rows)) for view in views]
        return np.stack([np.where(geom < 0, FAR, distance) for distance, geom, _ in traced])

    def picture(self, obj, arrays, k, size):
        grey = (255 * np.clip(FAR - arrays["range"][k], 0, 1)).astype(np.uint8).reshape(3, 3)
        return np.kron(grey, np.ones((size // 3, size // 3), np.uint8))[..., None].repeat(3, -1)


@pytest.fixture(scope="module", autouse=True)
def sonar():
    with patch.dict(SENSES, sonar=Sonar()):
        yield


@pytest.fixture(scope="module")
def heard(settings, tmp_path_factory) -> SceneSet:
    base = tmp_path_factory.mktemp("heard")
    production = Production(settings, SCENES, SCENES, base / "scenes", base / "scratch")
    production.make(production.shards, 1, Progress("heard", SCENES, "scenes"))
    production.finish()
    scenes = SceneSet(base / "scenes")
    scenes.check(production.described)
    return scenes


@pytest.fixture(scope="module", params=[{}, VOLUME], ids=["map", "volume"])
def trained(request, heard, tmp_path_factory):
    """A network of sight, touch and sonar after a few steps, read back from its file, and its reader."""
    shapes = {sense.name: heard.arrays[sense.signals[0]]["shape"] for sense in SENSES.values()}
    modalities = tuple(whole(s.name, s.signals[0], s.poses, shapes[s.name]) for s in SENSES.values())
    reader = SceneReader(heard, modalities, fitted_scales(modalities, "robust", heard.manifest))
    sizes = {key: value for key, value in TINY.items() if key != "std"}
    std = {"vision": 0.3, "haptics": 0.5, "sonar": 0.4}
    run = Run(
        config=ModelConfig(network="apoe", modalities=modalities, **sizes, std=std, **request.param),
        settings=Train(
            iterations=3, batch_size=2, learning_rate=0.002, initialisation="scaled", symmetries=True,
            evaluate_every=3, validation_scenes=2,
        ),
        regime=Regime("three", modalities=3, low=3, high=3),
        seed=0, train=reader, val=reader, device=torch.device("cpu"),
        shown={name: np.ones((SCENES, 3), bool) for name in ("train", "val_missing", "val_full")},
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("trained")
    model, rows = train(run, Checkpoints(folder / "checkpoints"))
    assert all(np.isfinite(rows[-1][f"nll_{sense}"]) for sense in SENSES)
    save_weights(folder / "three.safetensors", model)
    return load_weights(folder / "three.safetensors", run.config), reader


def test_scenes_have_it_and_are_else_what_they_were(heard, settings):
    assert heard.arrays["range"] == {"shape": [15, 9], "dtype": "float32", "unit": "m"}
    assert heard.manifest["sonar"]["names"][0] == "ray-0" and heard.manifest["sonar"]["max"][0] == pytest.approx(FAR)
    ranges = heard.read("range", 0)
    assert 0.9 < ranges.min() < ranges.max() <= np.float32(FAR)
    without = {name: sense for name, sense in SENSES.items() if name != "sonar"}
    with patch.dict(SENSES, without, clear=True):
        for name, array in simulate(settings, range(1)).items():
            np.testing.assert_array_equal(array[0], heard.read(name, 0), err_msg=name)


def test_it_is_evaluated(trained):
    model, reader = trained
    found = explained(trial_for(model, reader, 2, samples=2))
    assert np.shape(found["coverage"]["sonar"]["pictures"]) == (len(found["levels"]), 2)
    assert np.shape(missing(trial_for(model, reader, 2, complete_scenes=2))["losses"]) == (3, 2)
    trial = trial_for(model, reader, 2)
    known = next(trial.batches(2)).given({"sonar": 3, "vision": 1}, ["haptics"])
    assert known.context.sum((0, 1, 3)).tolist() == [2, 0, 6] and known.target.sum((0, 1, 3)).tolist() == [0, 10, 0]


def test_it_is_imagined_in_metres(trained, heard):
    model, reader = trained
    read = reader.read(np.arange(1))
    query = read.queries[2][0]
    truth = heard.read("range", 0)
    imagined = Belief(model, {"sonar": (truth, query)}).imagine({"sonar": query})["sonar"][0]
    low, high = (model.scales["sonar"].low, model.scales["sonar"].high)
    assert ((imagined.numpy() > low - 1) & (imagined.numpy() < high + 1)).all()
    np.testing.assert_array_equal(read.senses[2][0], model.scales["sonar"].scaled(truth))


def test_it_is_explored(trained, settings):
    observations = tuple(Observation(sense, range(0, 2)) for sense in SENSES)
    explorer = Explorer({"apoe": trained[0]}, settings, 1, observations, views=2, samples=2)
    shown = explorer.scene(0)["observations"]
    assert [each["label"] for each in shown] == ["looks 1-2", "touches 1-2", "pings 1-2"]
    assert shown[2]["sense"] == "ping" and shown[2]["picture"].startswith("data:image/webp")
    nothing, pinged = (explorer.imagine(0, given)["apoe"]["sheet"] for given in ([], [2]))
    assert nothing != pinged


def test_a_sense_that_a_network_lacks_is_refused(trained):
    with pytest.raises(UserError, match="no modality of 'smell'; there are vision, haptics, sonar"):
        next(trial_for(*trained, 1).batches(1)).given({"smell": 1})
