import numpy as np
import pytest

from gmn.mese import camera
from gmn.mese.object import Object, rotation
from gmn.mese.parts import cubes_in_view, filled, outside
from gmn.mese.shape import EDGE

TILTED = np.array([0.9, 0.1, 0.4, -0.1]) / np.linalg.norm([0.9, 0.1, 0.4, -0.1])
WALK = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1)])
COLOURS = np.array([(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0)], float)
ANGLES = np.array([(0.3, 1.0), (-0.8, 4.0)])


@pytest.fixture(params=["upright", "tilted"])
def thing(request) -> Object:
    return Object(WALK, COLOURS, *([TILTED] if request.param == "tilted" else []))


def test_pixels_have_the_colour_of_the_cube_they_show(thing):
    pictures, cubes = camera.look(thing, ANGLES, 60), cubes_in_view(thing, ANGLES, 60)
    assert set(np.unique(cubes)) <= {-1, 0, 1, 2, 3} and len(np.unique(cubes)) >= 4
    checked = 0
    for picture, cube in zip(pictures, cubes, strict=True):
        for k, colour in enumerate(COLOURS):
            alone = cube == k
            inner = alone[1:-1, 1:-1] & alone[:-2, 1:-1] & alone[2:, 1:-1] & alone[1:-1, :-2] & alone[1:-1, 2:]
            shades = picture[1:-1, 1:-1][inner]
            assert (shades[:, colour == 1] > 20).all()
            assert (shades[:, colour == 0] < 0.3 * shades.max(1, keepdims=True)).all()  # a highlight is white
            checked += len(shades)
        nothing = cube == -1
        lonely = nothing[1:-1, 1:-1] & nothing[:-2, 1:-1] & nothing[2:, 1:-1]
        assert (picture[1:-1, 1:-1][lonely & nothing[1:-1, :-2] & nothing[1:-1, 2:]] == 0).all()
    assert checked > 200


def test_the_object_fills_the_space_of_its_cubes(thing):
    assert filled(thing, thing.cubes).all()
    assert not filled(thing, thing.cubes + [3 * EDGE, 3 * EDGE, 0]).any()
    points = np.random.default_rng(0).uniform(-0.1, 0.1, (200_000, 3))
    volume = filled(thing, points).mean() * 0.2**3
    assert volume == pytest.approx(len(WALK) * EDGE**3, rel=0.05)


def test_the_outside_is_the_faces_that_no_cube_covers(thing):
    points, step = outside(thing, 10), 1e-4
    faces = 6 * len(WALK) - 2 * (len(WALK) - 1)
    assert points.shape == (100 * faces, 3)
    centre = thing.cubes.mean(0)
    assert filled(thing, points).all()
    around = points[:, None] + step * np.concatenate([np.eye(3), -np.eye(3)]) @ rotation(thing.orientation).T
    inside = filled(thing, around.reshape(-1, 3)).reshape(len(points), 6)
    assert (inside.sum(1) == 5).all()  # one step out of six leaves the object
    assert np.abs(points.mean(0) - centre).max() < EDGE / 4
