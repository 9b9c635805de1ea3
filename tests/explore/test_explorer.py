"""The explorer's answers are the networks' own."""

import base64
import io

import numpy as np
import pytest
import trimesh
from PIL import Image

from gmn.explore.explorer import SHOWN, STORED, WHITE, Explorer, Observation, one_by_one
from gmn.explore.scene import SensedScene, imagine, orbit
from gmn.mese.simulate import simulate
from gmn.trained.belief import Belief
from tests.conftest import tiny_model

VIEWS, SAMPLES = 6, 5


@pytest.fixture(scope="module")
def models():
    networks = {name: tiny_model(name, 2).float() for name in ("apoe", "baseline")}
    for network in networks.values():  # means inside 0..1 that differ enough to be seen
        network.renderers[0].paint.weight.data *= 20
        network.renderers[0].paint.bias.data += 0.5
    return networks


@pytest.fixture(scope="module")
def explorer(models, settings):
    return Explorer(models, settings, 2, STORED, VIEWS, SAMPLES)


def opened(address: str) -> np.ndarray:
    kind, data = address.split(",")
    assert kind == "data:image/webp;base64"
    return np.array(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")) / 255


def tiles(address: str, rows: int) -> np.ndarray:
    """(rows, views, 16, 16, 3) of a sheet."""
    sheet = opened(address)
    assert sheet.shape == (16 * rows, 16 * VIEWS, 3)
    return sheet.reshape(rows, 16, VIEWS, 16, 3).swapaxes(1, 2)


def test_contexts_are_the_views_that_were_chosen(settings):
    scene = SensedScene.make(settings, 1)
    arrays = {name: array[0] for name, array in simulate(settings, range(1, 2)).items()}
    found = scene.contexts({"haptics": [14], "vision": [3, 0]})
    np.testing.assert_array_equal(found["vision"][0].transpose(0, 2, 3, 1), arrays["image"][[3, 0]])
    np.testing.assert_array_equal(found["haptics"][0], arrays["haptics"][[14]])
    np.testing.assert_array_equal(found["vision"][1][:, :3], arrays["camera"][[3, 0], :3])
    assert scene.contexts({"vision": []}) == {}


def test_a_sheet_holds_samples_and_their_spread(explorer, models, settings):
    given = [1, 3]  # look 2, touches 2-5
    answer = explorer.imagine(0, given)
    scene = SensedScene.make(settings, 0)
    for name, model in models.items():
        belief = Belief(model, scene.contexts({"vision": [1], "haptics": [1, 2, 3, 4]}))
        wanted = imagine(belief, orbit(VIEWS), SAMPLES)
        spread = wanted.std(0)
        rows = tiles(answer[name]["sheet"], SHOWN + 1)
        lossy = 0.1  # WebP
        assert np.abs(rows[:SHOWN].mean((2, 3)) - wanted[:SHOWN].mean((2, 3))).max() < lossy
        shown = np.minimum(spread.max(-1, keepdims=True) / WHITE, 1)
        assert np.abs(rows[SHOWN].mean((1, 2)) - shown.mean((1, 2))).max() < lossy
        truth = scene.truth(orbit(VIEWS))
        lit = truth.any(-1)
        assert answer[name]["spread"] == pytest.approx(spread[lit].mean(), abs=1e-3)
        assert answer[name]["error"] == pytest.approx(np.sqrt(((wanted - truth) ** 2)[:, lit].mean()), abs=1e-3)


def ball(model, z, points):
    """Occupancy of a radius that the sample says."""
    return (points.norm(dim=1) < 0.05 + 0.02 * z.flatten(1).mean(1, keepdim=True).tanh()).float()


def test_a_shape_is_that_of_the_belief(explorer, models, settings, monkeypatch):
    monkeypatch.setattr("gmn.trained.belief.occupancy", ball)
    given = [1, 3]  # look 2, touches 2-5
    mesh = trimesh.load(io.BytesIO(explorer.shape(0, given, "apoe")), "ply")
    belief = Belief(models["apoe"], SensedScene.make(settings, 0).contexts({"vision": [1], "haptics": [1, 2, 3, 4]}))
    wanted = belief.mesh(SAMPLES)
    np.testing.assert_allclose(mesh.vertices, wanted.vertices, atol=1e-6)
    assert mesh.is_watertight and explorer.shape(0, [], "apoe") != explorer.shape(0, given, "apoe")


def test_the_truth_is_what_a_camera_sees(explorer, settings):
    shown = tiles(explorer.scene(1)["truth"], 1)[0]
    truth = SensedScene.make(settings, 1).truth(orbit(VIEWS))
    assert np.abs(shown - truth).max() < 1 / 255  # without loss
    assert truth.reshape(VIEWS, -1).std(0).max() > 0.1  # it turns


def test_an_album_answers_every_mix(explorer):
    ticks = []
    album = explorer.album(ticks.append)
    assert len(ticks) == explorer.scenes * 2 ** len(STORED)
    assert [len(answers) for answers in album["imagined"]] == [2 ** len(STORED)] * explorer.scenes
    assert album["imagined"][1]["0,4"] == explorer.imagine(1, [0, 4])
    assert album["imagined"][0][""] == explorer.imagine(0, [])
    assert album["imagined"][0][""] != album["imagined"][0]["0"]
    assert [each["label"] for each in album["scenes"][0]["observations"]] == [
        "look 1", "look 2", "touch 1", "touches 2-5", "touches 6-15",
    ]  # fmt: skip


def test_samples_are_refined_if_that_is_wanted(models, settings, monkeypatch):
    monkeypatch.setattr("gmn.trained.belief.occupancy", ball)
    plain, refined = (Explorer(models, settings, 1, STORED, 2, 2, refine) for refine in (0, 9))
    assert (plain.about()["refine"], refined.about()["refine"]) == (0, 9)
    assert plain.imagine(0, []) == refined.imagine(0, [])
    assert plain.imagine(0, [0, 4])["apoe"]["sheet"] != refined.imagine(0, [0, 4])["apoe"]["sheet"]
    assert plain.shape(0, [0, 4], "apoe") != refined.shape(0, [0, 4], "apoe")


def test_live_observations_are_single_views():
    assert one_by_one(2) == tuple(Observation(s, range(k, k + 1)) for s in ("vision", "haptics") for k in (0, 1))
