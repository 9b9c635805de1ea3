import numpy as np
import pytest

from gmn.evaluation.agreement import CONTEXTS, Cubes, agreement, compare, hues
from gmn.mese.object import Object
from gmn.mese.parts import cubes_in_view
from tests.conftest import reader_for, tiny_model, trial_for

HALF = np.zeros((2, 8, 8), bool)
HALF[:, :, :4] = True
PARTS = {"seen": HALF, "hidden": ~HALF & (np.arange(8) < 6)}


def picture(colour, pixels) -> np.ndarray:
    """(V, 3, H, W): one colour where ``pixels`` (V, H, W), else black."""
    return np.array(colour, float)[:, None, None] * pixels[:, None]


def test_samples_that_are_the_truth_agree():
    truth = picture((1, 0.2, 0.2), PARTS["seen"]) + picture((0.2, 0.2, 1), PARTS["hidden"])
    found = compare(np.stack([truth] * 3), truth, PARTS)
    wanted = {"iou": 1, "truth_iou": 1} | {f"{m}_{part}": 0 for m in ("variance", "error") for part in PARTS}
    assert found == pytest.approx(wanted)


def test_colours_that_vary_on_hidden_parts_are_told_from_those_that_do_not():
    truth = picture((1, 0, 0), PARTS["seen"] | PARTS["hidden"])
    samples = np.stack([picture((1, 0, 0), PARTS["seen"]) + picture(c, PARTS["hidden"]) for c in np.eye(3)])
    found = compare(samples, truth, PARTS)
    assert found["variance_seen"] == pytest.approx(0) and found["error_seen"] == pytest.approx(0)
    # Three pure colours: their mean is grey, without chroma, and their variance with three samples is 3/2 (2/3).
    assert found["error_hidden"] == pytest.approx(1) and found["variance_hidden"] == pytest.approx(1.5)
    assert found["iou"] == 1


def test_grey_is_no_colour_and_shapes_are_compared_in_pairs():
    truth = picture((1, 0, 0), PARTS["seen"])
    left, top = HALF, np.moveaxis(HALF, 1, 2)
    found = compare(np.stack([picture((0.5,) * 3, left), picture((0.5,) * 3, top)]), truth, PARTS)
    assert found["iou"] == pytest.approx(1 / 3)
    assert found["truth_iou"] == pytest.approx((1 + 1 / 3) / 2)
    assert found["variance_seen"] == pytest.approx(0) and found["error_seen"] == pytest.approx(1)


def test_parts_are_the_cubes_that_the_first_picture_shows(scenes):
    angles = scenes.read("camera", [1])[0][:, 3:].astype(float)
    parts = Cubes.of(scenes.object(1), angles, 16).parts()
    cubes = cubes_in_view(scenes.object(1), angles, 16)
    assert ((parts["seen"] | parts["hidden"]) == (cubes[1:] >= 0)).all()
    assert not (parts["seen"] & parts["hidden"]).any() and parts["seen"].any()
    largest = np.bincount(cubes[0][cubes[0] >= 0]).argmax()
    assert parts["seen"][cubes[1:] == largest].all()


def test_a_cube_behind_another_is_hidden_by_it():
    """Three in a row that the camera looks along, a fourth beside the first."""
    row = Object(np.array([(0, 0, 0), (1, 0, 0), (2, 0, 0), (0, 1, 0)]), np.eye(3)[[0, 1, 2, 0]])
    cubes = Cubes.of(row, np.zeros((2, 2)), 64)
    assert cubes.shown == [0, 3] and cubes.hider == {1: 0, 2: 0}


@pytest.mark.parametrize("whose", ["own", "hider", "others"])
def test_a_hidden_cube_has_the_hue_of_whoever_gave_it(whose):
    """Cube 0 hides cube 2, cube 1 is shown beside it: three pure colours, whose hues are 120 degrees apart."""
    left, right = HALF[0], ~HALF[0]
    pixels = np.stack([np.where(left, 0, 1), np.where(right, 2, 0)])
    cubes = Cubes(pixels, {2: 0}, [0, 1])
    truth = np.stack([np.moveaxis(np.eye(3)[view], -1, 0) for view in pixels])
    colour = np.eye(3)[{"own": 2, "hider": 0, "others": 1}[whose]]
    found = hues(picture(0.3 * colour, right[None]), truth, cubes)
    assert found == pytest.approx({f"hue_{name}": 1 if name == whose else -0.5 for name in ("own", "hider", "others")})


def test_without_hidden_cubes_there_is_no_hue():
    cubes = Cubes(np.zeros((2, 8, 8), int), {}, [0])
    assert all(np.isnan(value) for value in hues(np.ones((1, 3, 8, 8)), np.ones((2, 3, 8, 8)), cubes).values())


def test_every_scene_is_measured_with_every_context(scenes):
    model = tiny_model("apoe", 2).float()
    found = agreement(trial_for(model, reader_for(scenes, model), 3, 2))
    for name in CONTEXTS:
        for measure in ("iou", "truth_iou", "variance_seen", "error_seen"):
            assert len(found[name][measure]) == 3 and all(v >= 0 for v in found[name][measure])
