import gc
import hashlib
import os
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from gmn.errors import UserError
from gmn.mese import pose, shape
from gmn.mese.channels import channels
from gmn.mese.scene import Scene
from gmn.mese.senses.haptics import Grasps
from gmn.mese.simulate import simulate, units


def test_a_scene_does_not_depend_on_its_neighbours(settings):
    together = simulate(settings, range(2, 5))
    alone = simulate(settings, range(3, 4), threads=2)
    for name, array in alone.items():
        np.testing.assert_array_equal(array[0], together[name][1], err_msg=name)


HASH = """
from tests.mese.test_simulate import digest
from gmn.mese.settings import SceneSettings
print(digest(SceneSettings(name="train", image_size=16, crop_size=16)))
"""


def digest(settings) -> str:
    made = simulate(settings, range(2))
    return hashlib.sha256(b"".join(made[name].tobytes() for name in sorted(made))).hexdigest()


def test_bytes_do_not_depend_on_numpys_cpu_kernels():
    """As on a processor without them; numpy warns of those this one does not have either."""
    digests = []
    for off in ("", "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"):
        environment = os.environ | {"NPY_DISABLE_CPU_FEATURES": off}
        result = subprocess.run([sys.executable, "-c", HASH], env=environment, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        digests.append(result.stdout)
    assert digests[0] == digests[1]


def test_seed_and_set_change_every_scene(settings):
    base = simulate(settings, range(1))
    for changed in (settings.changed(seed=2), settings.changed(name="other")):
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


def test_the_papers_world_is_the_default_and_has_no_noise(settings):
    made = simulate(settings.changed(image_noise=0.0), range(1))
    np.testing.assert_array_equal(made["orientation"], [[1, 0, 0, 0]])
    np.testing.assert_allclose(made["spot"], [[0, 0, 1.5]])


def test_noise_is_added_and_changes_nothing_else(settings):
    base = simulate(settings, range(2))
    noisy = simulate(settings.changed(image_noise=0.1, haptics_noise=0.05), range(2))
    again = simulate(settings.changed(image_noise=0.1, haptics_noise=0.05), range(1, 2))
    ranges = np.array([c.original_range for c in channels()])
    assert np.std((noisy["haptics"] - base["haptics"]) / ranges) == pytest.approx(0.05, rel=0.05)
    black = (base["image"] == 0) & (noisy["image"] > 0)
    assert noisy["image"][black].std() > 5
    for name in ("camera", "hand", "walk", "attempts"):
        np.testing.assert_array_equal(noisy[name], base[name])
    np.testing.assert_array_equal(again["haptics"][0], noisy["haptics"][1])


def test_rotation_and_light_vary_where_asked(settings):
    made = simulate(settings.changed(rotation="any", lighting="random"), range(6))
    np.testing.assert_allclose(np.linalg.norm(made["orientation"], axis=1), 1, atol=1e-6)
    assert len(np.unique(made["orientation"], axis=0)) == 6
    np.testing.assert_allclose(np.linalg.norm(made["spot"], axis=1), 1.5, atol=1e-6)
    assert (made["spot"][:, 2] >= 0.74).all() and len(np.unique(made["spot"], axis=0)) == 6
    assert made["haptics"].max() <= 150 and made["image"].max() > 100


@pytest.mark.parametrize("shapes, wanted", [("held-out", True), ("kept", False)])
def test_shapes_are_held_out_or_kept(settings, shapes, wanted):
    for index in range(40):
        drawn = Scene(settings.changed(shapes=shapes), index).object
        assert shape.held_out(drawn.walk) is wanted


@pytest.mark.parametrize(
    "change, message",
    [
        ({"cubes": 7}, "cubes: got 7; must be less than or equal to 6"),
        ({"views": 0}, "views: got 0; must be greater than or equal to 1"),
        ({"image_noise": -0.1}, "image_noise: got -0.1"),
        ({"rotation": "some"}, "rotation: got 'some'; must be 'none' or 'any'"),
        ({"shapes": "held-out", "cubes": 3}, "shapes: got 'held-out' with 3 cubes"),
    ],
)
def test_impossible_settings(settings, change, message):
    with pytest.raises(UserError, match=message):
        settings.changed(**change)


def test_a_finished_scene_leaves_memory_at_once(settings):
    scene = Scene(settings, 0)
    Grasps(scene).next_wrists()
    left = weakref.ref(scene)
    gc.disable()
    try:
        del scene
        assert left() is None
    finally:
        gc.enable()


def test_scenes_made_in_threads_are_the_same(settings):
    alone = [simulate(settings, range(k, k + 1)) for k in range(6)]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda k: simulate(settings, range(k, k + 1)), range(6)))
    for one, other in zip(alone, together, strict=True):
        for name in units():
            np.testing.assert_array_equal(one[name], other[name])
