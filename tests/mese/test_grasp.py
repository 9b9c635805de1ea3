import numpy as np

from gmn.mese import hand, pose, shape
from gmn.mese.grasp import LIMIT, Grasper

RNG = np.random.default_rng(0)
OBJECTS = np.stack([shape.centred(shape.sample_walk(RNG, 5)) for _ in range(96)])
ANGLES = pose.sample_angles(RNG, 96)
READINGS = Grasper(5).feel(OBJECTS, ANGLES)


def of(kind: str) -> list[int]:
    return [k for k, c in enumerate(hand.channels()) if c.kind == kind]


def test_readings_do_not_depend_on_lanes_threads_or_neighbours():
    np.testing.assert_array_equal(Grasper(5, lanes=37, threads=2).feel(OBJECTS, ANGLES), READINGS)
    np.testing.assert_array_equal(Grasper(5).feel(OBJECTS[50:51], ANGLES[50:51]), READINGS[50:51])


def test_rejection_rate_is_that_of_the_original():
    assert 0.05 < (READINGS.max(1) > LIMIT).mean() < 0.3


def test_accepted_grasps_touch_and_spread_like_the_originals():
    accepted = READINGS[READINGS.max(1) <= LIMIT]
    assert (accepted[:, of("touch")] > 0).any(1).mean() > 0.9
    low = np.array([c.original_min for c in hand.channels()])
    high = np.array([c.original_max for c in hand.channels()])
    spread = accepted.std(0) / np.maximum(0.1, high - low) * 2
    # Normalised spread of each kind of reading in the original data.
    for kind, original in {"jointpos": 0.17, "actuatorpos": 0.14, "actuatorfrc": 0.14, "touch": 0.20}.items():
        assert 0.75 < np.mean(spread[of(kind)]) / original < 1.25, kind


def test_redundant_readings_agree():
    actuated = [k for k, row in enumerate(hand.table("joints")) if row["ctrl_high"]]
    np.testing.assert_allclose(READINGS[:, of("actuatorpos")], READINGS[:, actuated])
    control = np.array(hand.control_high()) * (1 - 0.96**25)
    np.testing.assert_allclose(READINGS[:, of("actuatorfrc")], 10 * (control - READINGS[:, actuated]), atol=1e-9)


def test_a_moved_object_is_felt_where_it_is():
    away = OBJECTS[:8] + [0, 0, 5]
    np.testing.assert_array_less(np.abs(Grasper(5).feel(away, ANGLES[:8])[:, of("touch")]).sum(1), 60)
    assert (np.abs(Grasper(5).feel(away, ANGLES[:8]) - READINGS[:8]).max(1) > 1).all()
