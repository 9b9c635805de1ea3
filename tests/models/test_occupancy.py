"""Shapes out of a network: what is filled, its surface, and what is known of both."""

import numpy as np
import pytest
import torch
import trimesh

from gmn.data.modalities import HAPTICS, Modality, modality_set
from gmn.errors import UserError
from gmn.mese import camera, pose
from gmn.mese.object import Object
from gmn.mese.parts import filled
from gmn.mese.shape import EDGE
from gmn.models.frames import cells
from gmn.models.weights import save_weights
from gmn.trained import TrainedGMN
from gmn.trained import belief as belief_module
from gmn.trained.mesh import SPREAD, lattice, spread, surface
from gmn.trained.occupancy import HALF, LEAST, LEVELS, SHARP, SURFACE, best_level, carved, occupancy, viewpoints
from tests.conftest import SHARED, tiny_model
from tests.models.test_field import solid_model

COLOURS = np.array([(1, 0.1, 0.1), (0.1, 1, 0.1), (0.1, 0.1, 1), (1, 1, 0.1)])
TRIPOD = Object(np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1)]), COLOURS)
STEP = 0.007


class Oracle:
    """A network that shows the true object; ``wrong`` of its viewpoints show nothing."""

    def __init__(self, count: int, size: int = 64, wrong: int = 0):
        self.modalities = modality_set(count, size, size)
        looks = camera.look(TRIPOD, viewpoints())
        looks[:wrong] = 0
        inner = (looks.shape[1] - 132) // 2
        arrays = {"image": looks, "image_crop": looks[:, inner:-inner, inner:-inner]}
        self.whole = {
            name: np.moveaxis(camera.resize(pictures, size) / 255.0, -1, 1) for name, pictures in arrays.items()
        }

    def render(self, k, z, episode, query):
        np.testing.assert_allclose(query, pose.query(pose.camera_pose(viewpoints())))
        return torch.from_numpy(self.modalities[k].cut(self.whole[self.modalities[k].array]).copy())


def overlap(model) -> float:
    points, _ = lattice(0.105, STEP)
    found = carved(model, torch.zeros(2, 1, dtype=torch.double), torch.from_numpy(points)).numpy() > 0.5
    assert (found[0] == found[1]).all()
    truth = filled(TRIPOD, points)
    return (found[0] & truth).sum() / (found[0] | truth).sum()


@pytest.mark.parametrize("modalities", [2, 5, 8, 14])
def test_true_silhouettes_carve_the_true_shape(modalities):
    """Also from parts of pictures, and from colours one by one: a red cube is dark in green."""
    assert overlap(Oracle(modalities)) > 0.85


def test_one_wrong_picture_carves_nothing_away():
    assert overlap(Oracle(2, wrong=1)) == pytest.approx(overlap(Oracle(2)), abs=0.1)
    assert overlap(Oracle(2, wrong=2)) == 0


def test_without_pictures_there_is_no_shape():
    deaf = Modality("haptics", HAPTICS, (132,), "haptics")
    with pytest.raises(UserError, match="a network of haptics renders no pictures of the sense vision"):
        carved(type("Deaf", (), {"modalities": (deaf,)})(), torch.zeros(1, 1), torch.zeros(1, 3))


def test_matter_is_what_stops_light():
    """A network with a field is asked for its density, once for all parts of a picture."""
    points = torch.tensor([[0.0, 0, 0], [0.01, 0, 0]], dtype=torch.double)
    z = torch.tensor([1.0, 2.0, 1e-3], dtype=torch.double)[:, None]
    assert tiny_model("apoe", 5).density(z, points) is None
    model = tiny_model("apoe", 5, **SHARED)
    (field,) = model.fields
    dense = 100.0  # 1/m, inside a cube at the middle of the volume
    field.density = lambda z, points: z * dense * (points.abs().amax(1) < EDGE) * (1 - 30 * points[:, 0])
    found = occupancy(model, z, points)
    inside = 1 + 30**2 * EDGE**2 * np.mean(np.square([1, 3, 5, 7])) / 64  # over eight layers of points
    for row, least in ((0, 0), (1, 0), (2, LEAST)):  # however dense, unless it is a haze
        density = z[row] * dense * torch.tensor([1, 0.7])
        ratio = (density / max(SURFACE * inside * dense * float(z[row]), least)) ** SHARP
        torch.testing.assert_close(found[row], ratio / (1 + ratio))
    assert found[0, 0] > 0.9 and found[2].max() < 0.1


def test_where_there_is_no_matter_nothing_is_filled():
    model = tiny_model("apoe", 5, **SHARED)
    model.fields[0].density = lambda z, points: torch.zeros(len(z), len(points), dtype=torch.double)
    found = occupancy(model, torch.zeros(2, 1, dtype=torch.double), torch.zeros(3, 3, dtype=torch.double))
    assert torch.equal(found, torch.zeros(2, 3, dtype=torch.double))


def test_a_field_is_filled_where_its_pictures_show_matter():
    model = solid_model()
    z = torch.zeros(1, model.config.latent_channels, *model.config.grid, dtype=torch.double)
    wanted = model.renderers[0].field(z)[0, 0] > 0
    found = occupancy(model, z, cells(6, model.config.extent)).view(6, 6, 6) > 0.5
    assert wanted.any() and (found == wanted).all()


def test_the_best_level_overlaps_most_with_what_samples_show():
    rng, chosen = np.random.default_rng(0), set()
    for sure in (0.5, 1.0, 2.0, 4.0):
        each = 1 / (1 + np.exp(-sure * rng.standard_normal(300) - rng.standard_normal((8, 300)) + 1))
        shapes = {float(level): each.mean(0) > level for level in LEVELS}
        overlaps = {level: np.mean([(s & t).sum() / (s | t).sum() for t in each > HALF]) for level, s in shapes.items()}
        assert overlaps[best_level(each)] == pytest.approx(max(overlaps.values()))
        chosen.add(best_level(each))
    assert len(chosen) > 1
    assert best_level(np.full((3, 5), 0.1)) == best_level(each[:, :0]) == HALF  # nothing is filled, or asked


def test_viewpoints_are_all_around():
    looking = pose.camera_axes(viewpoints())[2]
    assert np.abs(looking.mean(0)).max() < 0.05
    nearest = np.sort(looking @ looking.T, 1)[:, -2]
    assert np.degrees(np.arccos(nearest)).min() > 25


@pytest.fixture(scope="module")
def ball():
    points, grid = lattice(0.105, STEP)
    return 1 - np.linalg.norm(points, axis=1) / 0.1, grid  # one half at 5 cm


def test_a_surface_is_closed_where_it_should_be_and_faces_outwards(ball):
    mesh = surface(*ball, STEP, 0.5)
    assert mesh.is_watertight and mesh.volume == pytest.approx(4 / 3 * np.pi * 0.05**3, rel=0.02)
    np.testing.assert_allclose(np.linalg.norm(mesh.vertices, axis=1), 0.05, atol=1e-3)
    assert surface(np.zeros(ball[0].shape), ball[1], STEP, 0.5) is None
    whole = surface(np.ones(ball[0].shape), ball[1], STEP, 0.5)  # filled up to the border
    assert whole.is_watertight and whole.bounds == pytest.approx(np.array([[-0.105] * 3, [0.105] * 3]), abs=STEP / 10)


def test_the_axes_are_those_of_the_world():
    points, grid = lattice(0.105, STEP)
    bounds = surface(filled(TRIPOD, points).astype(float), grid, STEP, 0.5).bounds
    wanted = [TRIPOD.cubes.min(0) - EDGE / 2, TRIPOD.cubes.max(0) + EDGE / 2]
    np.testing.assert_allclose(bounds, wanted, atol=STEP)


def test_spread_is_how_far_samples_are_off(ball):
    mesh, larger = surface(*ball, STEP, 0.5), surface(ball[0] + 0.1, ball[1], STEP, 0.5)  # 5 and 6 cm
    np.testing.assert_allclose(spread(mesh, [mesh], 0.1), 0, atol=1e-9)
    np.testing.assert_allclose(spread(mesh, [larger], 0.1), 0.01, atol=STEP / 3)
    np.testing.assert_allclose(spread(mesh, [mesh, larger], 0.1), 0.01 / np.sqrt(2), atol=STEP / 3)
    np.testing.assert_allclose(spread(mesh, [None], 0.1), 0.1)


@pytest.fixture(scope="module")
def belief(tmp_path_factory):
    """A belief whose samples are opaque balls, of radii that the samples of z say."""
    path = tmp_path_factory.mktemp("weights") / "apoe.safetensors"
    save_weights(path, tiny_model("apoe", 2).float())
    return TrainedGMN.from_pretrained(path).infer({})


def balls(model, z, points):
    """As :func:`occupancy`; a radius of 3 to 7 cm for every row of z."""
    radius = 0.05 + 0.02 * torch.tanh(z.flatten(1).mean(1, keepdim=True))
    return (0.5 + 50 * (radius - points.norm(dim=1))).clamp(0, 1)


def test_occupancy_is_asked_of_every_sample(belief, monkeypatch):
    monkeypatch.setattr(belief_module, "SAMPLED", 2)
    points = np.random.default_rng(0).uniform(-0.1, 0.1, (50, 3))
    found = belief.occupancy(points, samples=5)
    assert found.shape == (5, 50) and found.min() >= 0 and found.max() <= 1
    torch.testing.assert_close(belief.occupancy(points.tolist(), samples=5), found)


def test_a_mesh_goes_to_disk_in_metres(belief, monkeypatch, tmp_path):
    monkeypatch.setattr(belief_module, "occupancy", balls)
    mesh = belief.mesh(samples=4)
    radius = np.linalg.norm(mesh.vertices, axis=1)
    assert mesh.is_watertight and radius.min() > 0.03 and radius.max() < 0.07
    assert mesh.vertex_attributes[SPREAD].shape == radius.shape
    assert belief.mesh(samples=1).vertex_attributes[SPREAD].max() < 1e-6
    assert belief.mesh(samples=4, level=0.2).volume > mesh.volume > belief.mesh(samples=4, level=0.8).volume
    for kind in ("ply", "obj", "stl"):
        mesh.export(tmp_path / f"shape.{kind}")
        again = trimesh.load(tmp_path / f"shape.{kind}")
        assert again.volume == pytest.approx(mesh.volume, rel=1e-3) and again.is_watertight
    assert b"property float spread" in (tmp_path / "shape.ply").read_bytes()


def test_a_mesh_is_cut_where_it_overlaps_most_with_the_samples(belief, monkeypatch):
    """One sample fills one side, the other the other: no point is filled in more than one half of them."""

    def halves(model, z, points):
        first = torch.arange(len(z))[:, None] < len(z) // 2
        return (first == (points[:, 0] > 0)).float()

    monkeypatch.setattr(belief_module, "occupancy", halves)
    whole = (2 * belief.model.config.extent) ** 3
    assert belief.mesh(samples=2).volume == pytest.approx(whole, rel=0.1)
    with pytest.raises(UserError, match="nowhere is occupancy above 0.5"):
        belief.mesh(samples=2, level=0.5)


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"points": np.zeros((4, 2))}, r"points: got shape \(4, 2\); wanted \(N, 3\), metres"),
        ({"points": [[0, 0, np.nan]]}, "points: not finite"),
        ({"points": np.zeros((1, 3)), "samples": 0}, "samples: got 0"),
        ({"level": 1}, "level: got 1; must be less than 1"),
        ({"step": 5}, "step: got 5; must be less than or equal to 0.05"),
        ({"step": "fine"}, "step: got 'fine'"),
    ],
)
def test_wrong_questions_are_named(belief, wrong, words):
    with pytest.raises(UserError, match=words):
        (belief.occupancy if "points" in wrong else belief.mesh)(**wrong)


def test_nothing_has_no_surface(belief, monkeypatch):
    monkeypatch.setattr(belief_module, "occupancy", lambda model, z, points: torch.full((len(z), len(points)), 0.2))
    with pytest.raises(UserError, match="nowhere is occupancy above 0.5, its highest is 0.2; use a lower level"):
        belief.mesh()
