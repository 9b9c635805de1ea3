import numpy as np
import pytest
import torch

from gmn.data.batches import TrainingBatches
from gmn.data.phases import Phase, Phases
from gmn.data.settings import Contexts
from gmn.data.symmetries import VARIANTS, Variant
from gmn.data.views import draw_views, shown_in_training
from gmn.mese import camera, pose
from gmn.mese.object import Object
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
    batches = [TrainingBatches(reader, shown, Phases([], 15, 3), 5, "paper", False, symmetries=True) for _ in range(2)]
    for _ in range(3):
        batches[0][4]
    for a, b in zip(batches[0][2].senses, batches[1][2].senses, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)
    other = TrainingBatches(reader, shown, Phases([], 15, 3), 6, "paper", False, symmetries=True)[2]
    assert not torch.equal(other.context, batches[0][2].context)


def test_an_epoch_shows_every_scene_once(scenes):
    reader = reader_for(scenes, tiny_model("apoe", 2))
    batches = TrainingBatches(reader, np.ones((7, 2), bool), Phases([], 15, 7), 0, "paper", False)
    seen = batches[3].queries[0][:, 0, 0].sort().values
    torch.testing.assert_close(seen, reader.read(np.arange(7)).queries[0][:, 0, 0].sort().values)


def test_short_scenes_are_parts_of_whole_ones(scenes):
    reader = reader_for(scenes, tiny_model("apoe", 5))
    short = [Phase(2, 1, 5), Phase(3, 4, 3)]
    batches = TrainingBatches(reader, np.ones((7, 5), bool), Phases(short, 15, 2), 0, "paper", False)
    sizes = [(len(b.senses[0]), b.senses[0].shape[1], tuple(b.context.shape)) for b in (batches[k] for k in range(4))]
    assert sizes == [(5, 1, (2, 5, 5, 1)), (5, 1, (2, 5, 5, 1)), (3, 4, (2, 3, 5, 4)), (2, 15, (2, 2, 5, 15))]
    whole, part = reader.read(np.arange(7)), batches[2]
    for k in range(3):  # the same views of every sense, each with its own query
        scene = next(i for i in range(7) if (whole.queries[0][i, :, 0] == part.queries[0][k, 0, 0]).any())
        views = [int((whole.queries[0][scene] == q).all(1).nonzero()) for q in part.queries[0][k]]
        assert len(set(views)) == 4
        for m in range(5):
            torch.testing.assert_close(part.senses[m][k], whole.senses[m][scene, views], rtol=0, atol=0)
            torch.testing.assert_close(part.queries[m][k], whole.queries[m][scene, views], rtol=0, atol=0)


def test_few_scenes_come_first_and_symmetric_ones_last(scenes):
    reader = reader_for(scenes, tiny_model("apoe", 2))
    shown = np.ones((7, 2), bool)
    shown[1] = False  # a scene that shows nothing is left out
    phases = Phases([Phase(20, 15, 4, first=2)], 15, 4)
    batches = TrainingBatches(reader, shown, phases, 0, "paper", False, symmetries=True)
    disk = reader.read(np.arange(7)).queries[0][:, 0]
    for step in range(5):  # of six on disk
        few = {int((disk == query).all(1).nonzero()) for query in batches[step].queries[0][:, 0]}
        assert few <= set(np.flatnonzero(shown.any(1))[: phases.drawn_from(step, 6 * VARIANTS)])
    turned = sum(not (disk == query).all(1).any() for k in range(20, 30) for query in batches[k].queries[0][:, 0])
    assert turned > 20  # three quarters of 40 are


def test_lessons_count_their_scenes():
    phases = Phases([Phase(10, 1, 24), Phase(15, 20, 8)], views=15, scenes=4)
    assert [phases.at(k).scenes for k in (0, 9, 10, 14, 15, 99)] == [24, 24, 8, 8, 4, 4]
    assert [phases.number_at(k) for k in (0, 9, 10, 14, 15, 99)] == [0, 0, 1, 1, 2, 2]
    assert phases.at(12).views == 15  # no more than there are
    assert [phases.scenes_before(k) for k in (0, 1, 10, 12, 15, 17)] == [0, 24, 240, 256, 280, 288]


def test_the_number_of_scenes_doubles_again_and_again():
    phases = Phases([Phase(20, 1, 4), Phase(120, 15, 4, first=4)], views=15, scenes=4)
    sizes = [phases.drawn_from(step, 4096) for step in range(140)]
    assert sizes[:20] == [4096] * 20 and sizes[20:121:10] == [4 * 2**k for k in range(11)]
    assert set(sizes[120:]) == {4096} and sizes[20:] == sorted(sizes[20:])
    assert phases.drawn_from(20, 3) == 3


def test_variants_are_all_different():
    variants = Variant.of_numbers(np.arange(VARIANTS))
    assert len({(turn, *colours) for turn, colours in zip(variants.turn, variants.colours, strict=True)}) == 24
    assert variants.turn[0] == 0 and list(variants.colours[0]) == [0, 1, 2]


def test_symmetric_scenes_are_true_scenes(scenes):
    """A turned, recoloured scene shows what the turned, recoloured object would."""
    reader = reader_for(scenes, tiny_model("apoe", 2))
    thing = scenes.object(0)
    angles = scenes.read("camera", [0])[0, :, 3:].astype(float)
    for number in (0, 7, 13, 22):
        variant = Variant.of_numbers(np.array([number]))
        read = reader.read(np.array([0]), variant)
        turn, order = variant.turn[0], variant.colours[0]
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


def test_a_share_of_scenes_has_contexts_of_few_views():
    rng, shown = np.random.default_rng(0), np.tile([True, True, False], (8000, 1))
    context, target = draw_views(rng, shown, 15, "paper", shares=Contexts(few=0.25))
    sizes = context[0].sum(2)
    assert ((sizes[:, :2] < 2).all(1)).double().mean() == pytest.approx(0.25 + 0.75 / 64, abs=0.02)
    empty = (sizes.sum(1) == 0).double().mean()
    assert empty == pytest.approx(0.25 / 4 + 0.75 / 256, abs=0.01)
    assert (sizes[:, 2] == 0).all() and target[0].flatten(1).any(1).all()


def test_a_share_of_scenes_is_asked_for_some_modalities_given_the_others():
    rng, shown = np.random.default_rng(0), np.tile([True, True, True, False], (8000, 1))
    context, target = draw_views(rng, shown, 15, "paper", shares=Contexts(crossed=0.25))
    given, asked = context[0].any(2), target[0].any(2)
    apart = ~(given & asked).any(1) & ((context[0] | target[0]).sum(2)[:, :3] < 15).any(1)
    assert apart.double().mean() == pytest.approx(0.25, abs=0.02)
    assert not (context[0] & target[0]).any() and asked.any(1).all()
    assert not (given | asked)[:, 3].any()  # what is hidden stays hidden
    assert torch.equal(context[1], target[0]) and torch.equal(target[1], context[0])
    assert not given[apart].any(1).all()  # also from nothing


def test_one_modality_alone_is_not_crossed():
    rng, shown = np.random.default_rng(0), np.tile([True, False], (200, 1))
    context, target = draw_views(rng, shown, 15, "paper", shares=Contexts(crossed=1.0))
    assert ((context | target)[0, :, 0].sum(1) == 15).all()


def test_a_share_of_episodes_is_short():
    rng, shown = np.random.default_rng(0), np.tile([True, True, False], (8000, 1))
    context, target = draw_views(rng, shown, 15, "paper", shares=Contexts(short=0.25))
    views = (context | target)[0].sum(2)
    short = (views[:, :2] < 5).all(1)
    assert short.double().mean() == pytest.approx(0.25, abs=0.02)
    assert (views[~short][:, :2] == 15).all() and not views[:, 2].any()
    assert views[short][:, :2].min() == 1 and target[0][short].flatten(1).any(1).all()
    assert not (context[0] & target[0]).any() and torch.equal(context[1], target[0])
    empty = ~context[0][short].flatten(1).any(1)  # of k views of each the context has 0 to k - 1, each as likely
    assert empty.double().mean() == pytest.approx((25 / 48) ** 2, abs=0.03)
