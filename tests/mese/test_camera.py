import numpy as np
import pytest

from gmn.mese import camera, shape

ONE = np.zeros((1, 3))
WHITE = np.ones((1, 3))


def test_a_cube_seen_face_on_has_its_projected_size():
    picture = camera.look(ONE, WHITE, np.array([[0.0, 0.0]]))[0]
    rows, columns = (np.flatnonzero(picture.max(-1).any(axis)) for axis in (1, 0))
    # The near face is at 1 m - 0.0175 m; the field at 1 m is 0.2427 m wide.
    expected = 0.035 / (1 - 0.0175) / 0.2427 * 150
    assert len(rows) == len(columns) == pytest.approx(expected, abs=1)
    assert rows.mean() == columns.mean() == pytest.approx(74.5)


def test_light_comes_from_above_and_from_the_camera():
    angles = np.array([[-np.pi / 2, 0.0], [0.0, 0.0], [np.pi / 2, 0.0]])
    top, side, bottom = camera.look(ONE, np.full((1, 3), 0.5), angles).max(axis=(1, 2, 3))
    assert top > 1.5 * side
    assert side == bottom == round(255 * 0.5 * 0.7)


def test_the_upper_cube_shadows_the_lower():
    apart = np.array([[0, 0, 0.1], [0, 0, 0.0]])
    colours = np.array([[1, 0, 0], [0, 1, 0]])
    angles = np.array([[-1.2, 0.3]])
    shadowed = camera.look(apart, colours, angles)[0][..., 1].max()
    lit = camera.look(apart + [[0.2, 0, 0], [0, 0, 0]], colours, angles)[0][..., 1].max()
    assert lit > shadowed + 50


def test_up_is_up_and_right_is_right():
    high = camera.look(np.array([[0, 0, 0.05]]), WHITE, np.array([[0.0, 0.0]]))[0]
    assert high[:75].any() and not high[75:].any()
    # Looking along +x from -x: +y is on the left.
    left = camera.look(np.array([[0, 0.05, 0]]), WHITE, np.array([[0.0, 0.0]]))[0]
    assert left[:, :75].any() and not left[:, 75:].any()


def test_turning_object_and_camera_together_changes_nothing():
    walk = shape.sample_walk(np.random.default_rng(2), 5)
    colours = shape.sample_colours(np.random.default_rng(2), 5)
    quarter = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    before = camera.look(shape.centred(walk), colours, np.array([[0.4, 1.0]]))
    after = camera.look(shape.centred(walk) @ quarter.T, colours, np.array([[0.4, 1.0 + np.pi / 2]]))
    assert (np.abs(before.astype(int) - after) > 1).mean() < 1e-3


def test_resize_keeps_brightness_and_crop_keeps_the_centre():
    pictures = camera.look(ONE, WHITE, np.array([[0.2, 0.3]]))
    small = camera.resize(pictures, 32)
    assert small.shape == (1, 32, 32, 3)
    assert small.mean() == pytest.approx(pictures.mean(), rel=0.02)
    inner = camera.resize(pictures, 24, camera.CROP)
    assert inner.mean() == pytest.approx(pictures.mean() * (150 / 132) ** 2, rel=0.03)
