import mujoco
import numpy as np
import pytest

from gmn.mese import camera, pose, shape, world
from gmn.mese.object import Object

WHITE, BLACK = (1, 1, 1), (0, 0, 0)
LEVEL = np.array([[0.0, 0.0]])


def thing(*cells: tuple[int, int, int], colours=None, **kwargs) -> Object:
    """Cubes at lattice cells, white if nothing is said; their mean is the origin."""
    return Object(np.array(cells), np.array(colours or [WHITE] * len(cells), float), **kwargs)


ONE = thing((0, 0, 0))


def test_a_cube_seen_face_on_has_its_projected_size():
    picture = camera.look(ONE, LEVEL)[0]
    rows, columns = (np.flatnonzero(picture.max(-1).any(axis)) for axis in (1, 0))
    # The near face is at 1 m - 0.0175 m; the field at 1 m is 0.2427 m wide.
    expected = 0.035 / (1 - 0.0175) / 0.2427 * 150
    assert len(rows) == len(columns) == pytest.approx(expected, abs=1)
    assert rows.mean() == columns.mean() == pytest.approx(74.5)


def test_light_comes_from_above_and_from_the_camera():
    angles = np.array([[-np.pi / 2, 0.0], [0.0, 0.0], [np.pi / 2, 0.0]])
    top, side, bottom = camera.look(thing((0, 0, 0), colours=[(0.5,) * 3]), angles).max(axis=(1, 2, 3))
    assert top > 1.5 * side
    assert side == bottom == round(255 * 0.5 * 0.7)


def test_phong_of_one_pixel_by_hand():
    """The centre of a grey cube's top, seen from straight above, under a spot 37 degrees off the vertical."""
    spot = np.array([0.9, 0.0, 1.2])
    grey = thing((0, 0, 0), colours=[(0.5,) * 3], spot=spot)
    to_spot = spot - [0, 0, 0.0175]
    to_spot /= np.linalg.norm(to_spot)
    halfway = to_spot + [0, 0, 1]
    beam = (to_spot @ [0.6, 0, 0.8]) ** 10
    gloss = (halfway[2] / np.linalg.norm(halfway)) ** 64
    light = 0.5 * (0.1 + 0.6 + 0.7 * beam * to_spot[2]) + 0.3 * 0.5 * beam * gloss
    picture = camera.look(grey, np.array([[-np.pi / 2, 0.0]]), size=151)[0]
    assert picture[75, 75].tolist() == [round(255 * light)] * 3 == [161] * 3


def test_a_spot_from_the_side_lights_that_side():
    aside = thing((0, 0, 0), spot=np.array([-1.2, 0, 0.9]))
    assert camera.look(aside, LEVEL)[0].astype(int).max() > camera.look(ONE, LEVEL)[0].max() + 30


def test_the_upper_cube_shadows_the_lower():
    angles = np.array([[-1.2, 0.3]])
    red_over_green = [(1, 0, 0), (0, 1, 0)]
    shadowed = camera.look(thing((0, 0, 3), (0, 0, 0), colours=red_over_green), angles)[0][..., 1].max()
    lit = camera.look(thing((2, 0, 3), (0, 0, 0), colours=red_over_green), angles)[0][..., 1].max()
    assert lit > shadowed + 50


def test_up_is_up_and_right_is_right():
    high = camera.look(thing((0, 0, 2), (0, 0, 0), colours=[WHITE, BLACK]), LEVEL)[0]
    assert high[:75].any() and not high[75:].any()
    # Looking along +x from -x: +y is on the left.
    left = camera.look(thing((0, 2, 0), (0, 0, 0), colours=[WHITE, BLACK]), LEVEL)[0]
    assert left[:, :75].any() and not left[:, 75:].any()


def test_turning_object_and_camera_together_changes_nothing():
    walk = shape.sample_walk(np.random.default_rng(2), 5)
    colours = shape.sample_colours(np.random.default_rng(2), 5)
    half = np.pi / 4
    turned = Object(walk, colours, orientation=np.array([np.cos(half), 0, 0, np.sin(half)]))
    quarter = Object(walk @ np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]]).T, colours)
    before = camera.look(Object(walk, colours), np.array([[0.4, 1.0]]))
    for same in (turned, quarter):
        after = camera.look(same, np.array([[0.4, 1.0 + np.pi / 2]]))
        assert (np.abs(before.astype(int) - after) > 1).mean() < 2e-3


def random_objects(count: int):
    rng = np.random.default_rng(3)
    for _ in range(count):
        yield Object(shape.sample_walk(rng, 5), shape.sample_colours(rng, 5)), pose.sample_angles(rng, 5)


def test_rays_beside_the_object_are_spared_without_loss():
    for what, angles in random_objects(3):
        model = world.object_model(5)
        world.put(model, what)
        data = mujoco.MjData(model)
        mujoco.mj_kinematics(model, data)
        whole = np.stack([camera.render(model, data, camera.View.at(a)) for a in angles])
        np.testing.assert_array_equal(camera.look(what, angles), whole)


@pytest.mark.parametrize("size, crop, most", [(64, 150, 1.2), (48, 132, 1.2), (32, 150, 0.8), (24, 132, 0.8)])
def test_pictures_are_those_of_many_rays_a_pixel(size, crop, most):
    """Mean absolute difference from nine times the rays, of 255, where the object is."""
    error, inside = [], []
    for what, angles in random_objects(6):
        one, many = (camera.resize(camera.look(what, angles, rays), size, crop).astype(int) for rays in (150, 450))
        error.append(np.abs(one - many))
        inside.append(np.maximum(one, many).max(-1) > 0)
    assert 0 < np.concatenate(error)[np.concatenate(inside)].mean() < most
    assert np.concatenate(error).mean() < 0.2


def test_resize_keeps_brightness_and_crop_keeps_the_centre():
    pictures = camera.look(ONE, np.array([[0.2, 0.3]]))
    small = camera.resize(pictures, 32)
    assert small.shape == (1, 32, 32, 3)
    assert small.mean() == pytest.approx(pictures.mean(), rel=0.02)
    inner = camera.resize(pictures, 24, camera.CROP)
    assert inner.mean() == pytest.approx(pictures.mean() * (150 / 132) ** 2, rel=0.03)
