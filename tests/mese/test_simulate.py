import dataclasses

import numpy as np

from gmn.mese import pose, shape
from gmn.mese.simulate import simulate


def test_a_scene_does_not_depend_on_its_neighbours(settings):
    together = simulate(settings, range(2, 5))
    alone = simulate(settings, range(3, 4), threads=2)
    for name, array in alone.items():
        np.testing.assert_array_equal(array[0], together[name][1], err_msg=name)


def test_seed_and_set_change_every_scene(settings):
    base = simulate(settings, range(1))
    for changed in (dataclasses.replace(settings, seed=2), dataclasses.replace(settings, name="other")):
        other = simulate(changed, range(1))
        assert not np.array_equal(base["camera"], other["camera"])
        assert not np.array_equal(base["haptics"], other["haptics"])


def test_scene_contents(settings):
    made = simulate(settings, range(2))
    assert made["image"].shape == (2, 15, 16, 16, 3) and made["haptics"].shape == (2, 15, 132)
    assert made["haptics"].max() <= 150
    assert (made["attempts"] >= 15).all()
    assert made["label"][0] == shape.label(made["walk"][0])
    np.testing.assert_allclose(np.linalg.norm(made["camera"][..., :3], axis=-1), 1, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(made["hand"][..., :3], axis=-1), np.hypot(0.17, 0.05), atol=1e-6)
    assert len(np.unique(made["image"].reshape(30, -1), axis=0)) == 30
    assert pose.query(made["hand"]).shape == (2, 15, 7)
