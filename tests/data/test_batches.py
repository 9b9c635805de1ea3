import numpy as np
import pytest
import torch

from gmn.data.batches import TrainingBatches, Variant, draw_views, shown_in_training
from gmn.mese import camera, pose
from gmn.mese.thing import Object
from tests.conftest import reader_for, tiny_model


def test_views_of_shown_modalities_are_context_or_target_and_swapped():
    shown = np.array([[True, False, True]] * 50)
    context, target = draw_views(np.random.default_rng(0), shown, 15, "paper")
    assert not (context & target).any()
    torch.testing.assert_close(context[0], target[1])
    torch.testing.assert_close(context[1], target[0])
    assert (context | target)[:, :, [0, 2]].all() and not (context | target)[:, :, 1].any()
    assert target[0].flatten(1).any(1).all()  # something is asked for in the first copy


def test_released_reading_hides_a_missing_modality_from_the_context_only():
    shown = np.array([[True, False]] * 20)
    context, target = draw_views(np.random.default_rng(0), shown, 15, "released")
    assert not context[0, :, 1].any() and target[0, :, 1].all()
    assert context[1, :, 1].all()  # the leak the text does not have: it is context of the swapped copy


def test_context_sizes_are_uniform():
    context, _ = draw_views(np.random.default_rng(0), np.ones((16_000, 2), bool), 15, "paper")
    sizes = np.bincount(context[0].sum(2).flatten().numpy(), minlength=16)
    assert sizes.min() > 1800 and sizes.max() < 2200


def test_a_share_of_scenes_shows_one_sense_alone():
    rng, every = np.random.default_rng(0), np.ones((4000, 3), bool)
    shown = shown_in_training(rng, every, "paper", missing=False, alone=0.25)
    assert set(shown.sum(1)) == {1, 3}
    assert (shown.sum(1) == 1).mean() == pytest.approx(0.25, abs=0.03)
    single = shown[shown.sum(1) == 1]
    np.testing.assert_allclose(single.mean(0), 1 / 3, atol=0.05)
    assert shown_in_training(rng, every, "paper", missing=False).all()
    few = np.array([[True, False, True]])
    np.testing.assert_array_equal(shown_in_training(rng, few, "paper", missing=True, alone=1.0), few)


def test_a_batch_depends_on_seed_and_step_only(scenes):
    reader = reader_for(scenes, tiny_model("apoe", 2))
    shown = np.ones((7, 2), bool)
    batches = [TrainingBatches(reader, shown, 3, 5, "paper", False, symmetries=True) for _ in range(2)]
    for _ in range(3):
        batches[0][4]
    for a, b in zip(batches[0][2].senses, batches[1][2].senses, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)
    other = TrainingBatches(reader, shown, 3, 6, "paper", False, symmetries=True)[2]
    assert not torch.equal(other.context, batches[0][2].context)


def test_an_epoch_shows_every_scene_once(scenes):
    reader = reader_for(scenes, tiny_model("apoe", 2))
    batches = TrainingBatches(reader, np.ones((7, 2), bool), 7, 0, "paper", False)
    seen = batches[3].queries[0][:, 0, 0].sort().values
    torch.testing.assert_close(seen, reader.read(np.arange(7)).queries[0][:, 0, 0].sort().values)


def test_symmetric_scenes_are_true_scenes(scenes):
    """A turned, recoloured scene shows what the turned, recoloured object would."""
    reader = reader_for(scenes, tiny_model("apoe", 2))
    thing = scenes.object(0)
    angles = scenes.read("camera", [0])[0, :, 3:].astype(float)
    for seed in range(4):
        read = reader.read(np.array([0]), Variant.draw(np.random.default_rng(seed), 1))
        rng = np.random.default_rng(seed)
        turn = rng.integers(4, size=1)[0] * np.pi / 2
        order = rng.permuted(np.arange(3)[None], axis=1)[0]
        orientation = np.array([np.cos(turn / 2), 0, 0, np.sin(turn / 2)])
        turned = angles + [0, turn]
        as_told = Object(thing.walk, thing.colours[:, order], orientation)
        pictures = camera.resize(camera.look(as_told, turned), 16)
        difference = np.abs(read.senses[0][0].movedim(1, -1).numpy() * 255 - pictures)
        assert difference.mean() < 0.2
        np.testing.assert_allclose(read.queries[0][0], pose.query(pose.camera_pose(turned)), atol=1e-5)


@pytest.mark.parametrize("modalities", [2, 5, 8, 14])
def test_every_modality_set_can_be_read(scenes, modalities):
    model = tiny_model("apoe", modalities)
    read = reader_for(scenes, model).read(np.arange(2))
    assert [tuple(s.shape[2:]) for s in read.senses] == [m.shape for m in model.modalities]
    assert all(s.min() >= -1 and s.max() <= 1 for s in read.senses)
