from types import SimpleNamespace

import numpy as np
import pytest
import torch

from gmn.errors import UserError
from gmn.evaluation import generation as made_by
from gmn.evaluation.classification import SCENES, score_pairs
from gmn.evaluation.density import cross_modal, effect_of_samples, gray, upper_bound
from gmn.evaluation.generation import generation
from gmn.evaluation.headline import headline
from gmn.evaluation.intervals import bootstrap, interval_of
from gmn.evaluation.missing import missing
from gmn.evaluation.protocol import first_views
from gmn.evaluation.results import GROUP
from gmn.mese import shape
from gmn.models.gmn import GMN
from gmn.models.noise import Noise
from gmn.trained.occupancy import HALF
from tests.conftest import doubled, reader_for, tiny_model, trial_for


def test_bootstrap_covers_the_mean_as_often_as_it_says():
    rng = np.random.default_rng(0)
    covered = [low < 0 < high for _, low, high in (bootstrap(rng.normal(size=60), s) for s in range(300))]
    assert 0.90 < np.mean(covered) < 0.985


def test_seeds_that_disagree_widen_the_interval():
    rng = np.random.default_rng(0)
    scenes = rng.normal(size=(3, 60))
    alike, apart = bootstrap(scenes), bootstrap(scenes + [[-1], [0], [1]])
    assert apart.mean == pytest.approx(alike.mean)
    assert apart.high - apart.low > 3 * (alike.high - alike.low)
    assert bootstrap(scenes[:1]) == bootstrap(scenes[0])


def test_scenes_that_depend_on_each_other_are_resampled_together():
    """Ten copies of a scene tell no more than one."""
    rng = np.random.default_rng(0)
    scenes = rng.normal(size=30)
    copied = bootstrap(scenes.repeat(10), block=10)
    assert copied == pytest.approx(bootstrap(scenes))
    apart = bootstrap(scenes.repeat(10))
    assert copied.high - copied.low > 2 * (apart.high - apart.low)
    assert GROUP == SCENES


def test_the_interval_of_a_ratio_is_paired():
    rng = np.random.default_rng(0)
    hard = rng.lognormal(size=80)
    ratio = interval_of(lambda a, b: a.mean(-1) / b.mean(-1), 2 * hard, hard)
    assert ratio.low == pytest.approx(2) and ratio.high == pytest.approx(2)
    wide = interval_of(lambda a: a.mean(-1), hard, confidence=0.999)
    assert wide.low < bootstrap(hard).low and wide.high > bootstrap(hard).high


def given(model, episodes, images: int, touches: int):
    """Both senses asked for."""
    return first_views(episodes, model.modalities, {"vision": images, "haptics": touches}, ["vision", "haptics"])


def test_first_views_are_context_and_last_views_are_asked_for(scenes):
    model = tiny_model("apoe", 2)
    read = reader_for(scenes, model).read(np.arange(2))
    episodes = first_views(read, model.modalities, {"vision": 3}, ["haptics"])
    assert episodes.context.sum().item() == 6 and episodes.context[0, :, 0, :3].all()
    assert episodes.target.sum().item() == 10 and episodes.target[0, :, 1, 10:].all()
    with pytest.raises(UserError, match="no modality of 'sound'; there are vision, haptics"):
        first_views(read, model.modalities, {"sound": 1})


def test_all_modalities_of_a_sense_are_context_together(scenes):
    model = tiny_model("apoe", 8)
    read = reader_for(scenes, model).read(np.arange(2))
    episodes = first_views(read, model.modalities, {"haptics": 4}, ["vision"])
    assert episodes.context[0].sum(2).tolist() == 2 * [6 * [0] + 2 * [4]]
    assert episodes.target[0].sum(2).tolist() == 2 * [6 * [5] + 2 * [0]]


def test_best_density_at_unit_variance_is_the_papers():
    assert upper_bound(tiny_model("apoe", 2, std={"vision": 1.0, "haptics": 1.0}), "rgb") == pytest.approx(
        -0.9189, abs=1e-4
    )


def test_density_is_a_mean_per_dimension_of_the_five_targets(scenes):
    model = tiny_model("baseline", 2).float().eval()
    values = cross_modal(trial_for(model, reader_for(scenes, model), 3, 2))
    assert np.shape(values["values"]["rgb"]) == (4, 4, 3)
    for question, bound in values["bound"].items():
        assert np.max(values["values"][question]) < bound
    reader = reader_for(scenes, model)
    episodes = first_views(reader.read(np.arange(3)), model.modalities, {"vision": 1, "haptics": 5}, ["vision"])
    with torch.no_grad():
        total = model.log_likelihood(episodes, Noise(0), 2)
        shade = model.log_likelihood(episodes, Noise(0), 2, gray)
    np.testing.assert_allclose(values["values"]["rgb"][1][2], total / (5 * 3 * 16 * 16), rtol=1e-4)
    np.testing.assert_allclose(values["values"]["gray"][1][2], shade / (5 * 16 * 16), rtol=1e-4)


def test_gray_is_the_brightest_channel():
    picture = torch.rand(2, 3, 4, 4)
    torch.testing.assert_close(gray(picture)[:, 0], picture.max(1).values)


@pytest.mark.parametrize("network", ["baseline", "poe", "apoe"])
def test_pair_scores_on_the_diagonal_are_the_model_s_likelihood(scenes, network):
    """One scene alone: the matrix is the ordinary importance-weighted bound."""
    model = tiny_model(network, 2)
    episodes = doubled(reader_for(scenes, model).read(np.arange(1)))
    with torch.no_grad():
        asked = given(model, episodes, 2, 1)
        matrix = score_pairs(model, asked, 3, Noise(1))
        single = model.log_likelihood(asked, Noise(1), 3)
    torch.testing.assert_close(matrix.flatten(), single)


def test_pair_scores_put_scenes_in_rows_and_queries_in_columns(scenes):
    model = tiny_model("apoe", 2)
    episodes = doubled(reader_for(scenes, model).read(np.arange(3)))
    with torch.no_grad():
        matrix = score_pairs(model, given(model, episodes, 3, 3), 1, Noise(0))
    # Queries differ in how bright their pictures are, far more than contexts differ before training.
    assert matrix.std(1).mean() > matrix.std(0).mean()


@pytest.mark.parametrize("prior", [False, True])
def test_without_context_no_scene_is_better_than_another(scenes, prior):
    """Every row sees the same empty context: what differs is noise, so accuracy is at chance."""
    model = tiny_model("apoe", 2)
    episodes = doubled(reader_for(scenes, model).read(np.arange(4)))
    hits = []
    with torch.no_grad():
        for seed in range(60):
            matrix = score_pairs(model, given(model, episodes, 0, 0), 1, Noise(seed), prior)
            hits += (matrix.argmax(0) == torch.arange(4)).tolist()
    assert np.mean(hits) == pytest.approx(0.25, abs=0.1)  # 240 answers: 0.1 is 3.6 standard errors


def test_both_ways_to_score_agree(scenes):
    """Where the likelihood is wide few hundred samples suffice, of the posterior or of the prior."""
    model = tiny_model("apoe", 2, std={"vision": 4.0, "haptics": 4.0})
    episodes = doubled(reader_for(scenes, model).read(np.arange(3)))
    with torch.no_grad():
        by_posterior, by_prior = (
            score_pairs(model, given(model, episodes, 2, 2), 500, Noise(seed), prior)
            for seed, prior in enumerate((False, True))
        )
    torch.testing.assert_close(by_posterior, by_prior, atol=0.4, rtol=0)
    assert by_posterior.std(1).min() > 1  # far more than the tolerance lies between the queries


def test_more_samples_tighten_the_bound(scenes):
    model = tiny_model("apoe", 2).float().eval()
    effect = effect_of_samples(trial_for(model, reader_for(scenes, model), 7, 40))
    assert effect["counts"] == [1, 2, 4, 8, 16, 32]
    for values in (*effect["values"]["posterior"].values(), *effect["values"]["prior"].values()):
        assert np.shape(values) == (6, 7)
        assert (np.diff(np.mean(values, 1)) > 0).all()


def test_the_loss_covers_every_size(scenes):
    model = tiny_model("apoe", 5).float().eval()
    result = missing(trial_for(model, reader_for(scenes, model), 4))
    assert np.shape(result["losses"]) == (5, 4) and np.isfinite(result["losses"]).all()


def test_headline_reads_the_right_cells():
    import pandas as pd

    cells = np.zeros((4, 4, 5))
    cells[0, 1], cells[3, 0] = 1, 2  # images, touches
    values = {"counts": [0, 1, 5, 10], "values": {q: cells[None] for q in ("rgb", "gray", "haptics")}}
    hits = {s: np.array([[[0, 1] * 5] * 5 + [[1, 1] * 5]]) for s in ("I", "H", "H+I")}
    parts = {"grey": np.full((1, 6), 2.0), "chroma": np.full((1, 6), 4.0)}
    contexts = ("nothing", "picture", "pictures", "touches", "both")
    explained = {
        "variance": parts,
        "error": {name: {"grey": parts["grey"] / 2, "chroma": parts["chroma"]} for name in contexts},
    }
    curves = pd.DataFrame([{"seed": 0, "iteration": 7, "train": 1.0, "val_missing": 2.0, "val_full": 3.0}])
    results = SimpleNamespace(
        density=lambda network: values,
        classification=lambda network: {"counts": [0, 1, 2, 3, 4, 5], "paper": hits},
        explained=lambda network: explained,
        curves=lambda network, regime: curves,
    )
    numbers = headline(results, "apoe")
    assert numbers["nats_per_dimension"]["rgb_from_1_touch"]["mean"] == 1
    assert numbers["nats_per_dimension"]["rgb_from_10_images"]["mean"] == 2
    assert numbers["accuracy"]["I_5"]["mean"] == 1
    assert numbers["explained"]["grey_from_10_touches"]["mean"] == pytest.approx(0.5)
    assert numbers["explained"]["chroma_from_10_of_both"]["mean"] == pytest.approx(0)


def test_touch_is_imagined_where_the_hand_was_in_si_units(scenes, monkeypatch):
    model, asked = tiny_model("apoe", 2).float(), []
    reader = reader_for(scenes, model)

    def render(modality, z, row, query, *more):
        if modality == 0:
            return GMN.render(model, modality, z, row, query, *more)
        asked.append(query)
        return torch.zeros(len(query), 132)

    monkeypatch.setattr(model, "render", render)
    made = generation(trial_for(model, reader, 1, samples=2, refine=0))
    chosen = made["scene"]
    np.testing.assert_array_equal(made["felt-truth"], scenes.read("haptics", chosen)[:, -1])
    np.testing.assert_allclose(made["felt-image"], [reader.scales["haptics"].readings(np.zeros(132))] * len(chosen))
    for query in asked:
        np.testing.assert_array_equal(query, np.tile(reader.read(chosen).queries[1][:, -1], (2, 1)))
    np.testing.assert_array_equal(made["wrist"], scenes.read("hand", chosen)[:, -1, 3:])


def test_the_cut_of_a_shape_is_that_of_its_samples(scenes, monkeypatch):
    model = tiny_model("apoe", 2).float()

    def halves(model, z, points):
        """One sample fills one side, the other the other: cut at one half, nothing would be left."""
        first = torch.arange(len(z))[:, None] < len(z) // 2
        return (first == (points[:, 0] > 0)).float()

    monkeypatch.setattr(made_by, "occupancy", halves)
    made = generation(trial_for(model, reader_for(scenes, model), 1, samples=2, refine=0))
    assert set(np.unique(made["filled-both"])) <= {127, 128}
    assert made["level-both"].shape == made["scene"].shape and (made["level-both"] < HALF).all()


def test_some_are_also_refined(scenes):
    model = tiny_model("apoe", 2).float()
    model.renderers[0].paint.weight.data *= 20  # means inside 0..1 that differ enough to be seen
    model.renderers[0].paint.bias.data += 0.5
    reader = reader_for(scenes, model)
    plain, refined = (generation(trial_for(model, reader, 1, samples=2, refine=steps)) for steps in (0, 20))
    for name in made_by.REFINED:
        np.testing.assert_array_equal(plain[f"refined-{name}"], plain[f"imagined-{name}"])
        np.testing.assert_array_equal(refined[f"imagined-{name}"], plain[f"imagined-{name}"])
        assert (refined[f"refined-{name}"] != plain[f"refined-{name}"]).any()


def test_too_few_shapes_for_the_figures_are_named(scenes, monkeypatch):
    model = tiny_model("apoe", 2)
    monkeypatch.setattr(shape, "rotation_class", lambda walk: ())
    with pytest.raises(UserError, match="1 different shapes.*give simulate.sets.test more scenes or more cubes"):
        generation(trial_for(model, reader_for(scenes, model), 1))
