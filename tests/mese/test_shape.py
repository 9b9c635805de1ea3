import colorsys

import numpy as np
import pytest

from gmn.mese import shape


@pytest.mark.parametrize("cubes, walks, geometries, classes", [(4, 150, 66, 6), (5, 726, 315, 18), (6, 3534, 1453, 72)])
def test_number_of_shapes_by_enumeration(cubes, walks, geometries, classes):
    every = shape.all_walks(cubes)
    assert len(set(every)) == walks
    assert len({shape.geometry(w) for w in every}) == geometries
    assert len({shape.rotation_class(w) for w in every}) == classes


def test_sampled_walks_are_self_avoiding_chains_and_labelled():
    rng = np.random.default_rng(0)
    labels = set()
    for _ in range(3000):
        walk = shape.sample_walk(rng, 5)
        assert np.abs(np.diff(walk, axis=0)).sum(1).tolist() == [1] * 4
        assert len({tuple(cell) for cell in walk}) == 5
        assert shape.all_walks(5)[shape.label(walk)] == tuple(map(tuple, walk.tolist()))
        labels.add(shape.label(walk))
    assert len(labels) > 700  # all 726 occur about equally often


def test_object_is_centred_and_cubes_touch():
    cubes = shape.centred(shape.sample_walk(np.random.default_rng(1), 6))
    np.testing.assert_allclose(cubes.mean(0), 0, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(np.diff(cubes, axis=0), axis=1), 0.035)


def test_colours_have_full_value_and_high_saturation():
    colours = shape.sample_colours(np.random.default_rng(0), 500)
    hsv = np.array([colorsys.rgb_to_hsv(*c) for c in colours])
    assert hsv[:, 1].min() >= 0.75 - 1e-9
    np.testing.assert_allclose(hsv[:, 2], 1)
    assert np.histogram(hsv[:, 0], 10, (0, 1))[0].min() > 25


def test_rotations_form_the_cube_group():
    group = {m.tobytes() for m in shape.rotations()}
    assert len(group) == 24
    assert {(a @ b).tobytes() for a in shape.rotations() for b in shape.rotations()} == group


@pytest.mark.parametrize("cubes, classes", [(4, 5), (5, 14), (6, 47)])
def test_about_a_fifth_of_the_shapes_is_held_out_with_all_rotations_and_mirror_images(cubes, classes):
    assert len(shape._mirror_classes(cubes)) == classes
    walks = [np.array(walk) for walk in shape.all_walks(cubes)]
    out = [walk for walk in walks if shape.held_out(walk)]
    assert 0.15 < len(out) / len(walks) < 0.25
    kept = {shape.rotation_class(walk) for walk in walks if not shape.held_out(walk)}
    for walk in out[:: len(out) // 12]:
        for same in (walk, walk[::-1] - walk[-1], walk * (1, -1, 1), walk @ shape.rotations()[7].T):
            assert shape.held_out(same) and shape.rotation_class(same) not in kept


def test_walks_are_told_from_other_cells():
    assert shape.is_walk([(0, 0, 0), (0, 0, 1), (0, 1, 1)])
    for cells in ([(0, 0, 1), (0, 0, 0)], [(0, 0, 0), (0, 1, 1)], [(0, 0, 0), (0, 0, 1), (0, 0, 0)]):
        assert not shape.is_walk(cells)
