import csv
from pathlib import Path

import numpy as np
import pytest

from gmn.mese import pose, shape
from gmn.mese.channels import channels, table
from gmn.mese.grasp import Grasper, accepted, policy
from gmn.mese.object import Object

COUNT = 768


def objects(rng: np.random.Generator, count: int, **kwargs) -> list[Object]:
    return [Object(shape.sample_walk(rng, 5), np.ones((5, 3)), **kwargs) for _ in range(count)]


RNG = np.random.default_rng(0)
OBJECTS = objects(RNG, COUNT)
ANGLES = pose.sample_angles(RNG, COUNT)
# What the original's meshes feel under its protocol (200 steps of settling, 0.002 s, MuJoCo 4.0.0).
MESHES = Path(__file__).parent / "mesh_readings.csv"


@pytest.fixture(scope="module")
def readings() -> np.ndarray:
    return Grasper(5, threads=2).feel(OBJECTS, ANGLES)


def of(kind: str) -> list[int]:
    return [k for k, c in enumerate(channels()) if c.kind == kind]


def test_readings_do_not_depend_on_lanes_threads_or_neighbours(readings):
    np.testing.assert_array_equal(Grasper(5, lanes=37, threads=1).feel(OBJECTS[:80], ANGLES[:80]), readings[:80])
    np.testing.assert_array_equal(Grasper(5).feel(OBJECTS[50:51], ANGLES[50:51]), readings[50:51])


def test_step_by_step_is_the_same_grasp(readings):
    grasper = Grasper(5, lanes=3)
    grasper.begin(OBJECTS[:3], ANGLES[:3])
    for control in policy():
        last = grasper.advance(control)
    np.testing.assert_array_equal(last, readings[:3])


def test_the_policy_closes_the_hand_in_one_second():
    high = np.array([float(row["ctrl_high"]) for row in table("joints") if row["ctrl_high"]])
    assert policy().shape == (25, 13)
    np.testing.assert_allclose(policy()[-1], 0.63960 * high, rtol=1e-4)
    assert (np.diff(policy(), axis=0) > 0).all()


def test_rejection_rate_is_that_of_the_original(readings):
    assert 0.12 < 1 - accepted(readings).mean() < 0.20


def test_spread_of_every_reading_is_that_of_the_meshes(readings):
    """Standard deviations; a few hundred grasps know them to 5 % or so, rare touches to 20 %."""
    kept = readings[accepted(readings)]
    with MESHES.open(newline="") as rows:
        meshes = np.array([float(row["std"]) for row in csv.DictReader(rows)])
    moving = np.flatnonzero(meshes > 1e-2 * np.array([c.original_range for c in channels()]))
    ratio = dict(zip(moving, np.log(kept.std(0)[moving] / meshes[moving]), strict=True))
    for kind, typical, worst in (
        ("jointpos", 0.08, 0.2),
        ("actuatorpos", 0.08, 0.2),
        ("actuatorfrc", 0.08, 0.2),
        ("accelerometer", 0.08, 0.25),
        ("touch", 0.20, 0.6),
    ):
        off = np.abs([ratio[k] for k in of(kind) if k in ratio])
        assert len(off) > 8 and np.median(off) < typical and off.max() < worst, (kind, off.round(2))


def test_accepted_grasps_touch_and_spread_like_the_originals(readings):
    kept = readings[accepted(readings)]
    assert (kept[:, of("touch")] > 0).any(1).mean() > 0.95
    assert 0.14 < (kept[:, of("touch")] > 0).mean() < 0.20
    spread = kept.std(0) / np.array([c.original_range for c in channels()]) * 2
    # Normalised spread of each kind of reading in the original data.
    for kind, original in {"jointpos": 0.17, "actuatorpos": 0.14, "actuatorfrc": 0.14, "touch": 0.20}.items():
        assert 0.85 < np.mean(spread[of(kind)]) / original < 1.15, kind


def test_redundant_readings_agree(readings):
    actuated = [k for k, row in enumerate(table("joints")) if row["ctrl_high"]]
    np.testing.assert_allclose(readings[:, of("actuatorpos")], readings[:, actuated])
    np.testing.assert_allclose(readings[:, of("actuatorfrc")], 10 * (policy()[-1] - readings[:, actuated]), atol=1e-9)


def test_a_turned_object_is_felt_as_the_object_with_turned_cells():
    quarter = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    half = np.pi / 4
    turned = [Object(o.walk, o.colours, np.array([np.cos(half), 0, 0, np.sin(half)])) for o in OBJECTS[:16]]
    cells = [Object(o.walk @ quarter.T, o.colours) for o in OBJECTS[:16]]
    a, b = (Grasper(5).feel(each, ANGLES[:16]) for each in (turned, cells))
    # Contacts amplify rounding: nearly all grasps are the same, one or two may differ.
    assert np.median(np.abs(a - b)) < 1e-6


def test_a_moved_object_is_felt_where_it_is(readings):
    class Away(Object):
        @property
        def cubes(self):
            return super().cubes + [0, 0, 5]

    free = Grasper(5).feel([Away(o.walk, o.colours) for o in OBJECTS[:8]], ANGLES[:8])
    np.testing.assert_array_less(np.abs(free[:, of("touch")]).sum(1), 60)
    assert (np.abs(free - readings[:8]).max(1) > 1).all()
