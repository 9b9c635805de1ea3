import numpy as np
import pytest

from gmn.data.combinations import draw, frequencies, load, save
from gmn.data.regime import Regime
from gmn.errors import UserError
from gmn.mese import shape

WALKS = np.array([shape.sample_walk(np.random.default_rng(k), 5) for k in range(500)])


@pytest.mark.parametrize(
    "name, sizes",
    [
        ("m8-1-2", {1: 0.36, 2: 0.64}),
        ("m8-7-8", {7: 0.90, 8: 0.10}),
        ("m14-1-4", {1: 0.03, 2: 0.11, 3: 0.28, 4: 0.58}),
        ("m14-11-14", {11: 0.79, 12: 0.18, 13: 0.03, 14: 0.002}),
        ("m5-3-5", {3: 0.70, 4: 0.26, 5: 0.04}),
    ],
)
def test_sizes_in_training_are_the_papers(name, sizes):
    regime = Regime.parse(name)
    for size, wanted in sizes.items():
        assert regime.train_sizes()[size] == pytest.approx(wanted, abs=0.006)
    drawn = regime.sample_train(np.random.default_rng(0), 20_000).sum(1)
    for size, wanted in sizes.items():
        assert (drawn == size).mean() == pytest.approx(wanted, abs=0.015)


def test_combinations_of_one_size_are_equally_likely():
    drawn = Regime.parse("m8-1-2").sample_train(np.random.default_rng(0), 36_000)
    assert len(np.unique(drawn, axis=0)) == 36
    codes, counts = np.unique(drawn[drawn.sum(1) == 2] @ (1 << np.arange(8)), return_counts=True)
    assert len(codes) == 28
    expected = counts.sum() / 28
    assert ((counts - expected) ** 2 / expected).sum() < 55  # chi squared, 27 degrees of freedom, p = 0.001


def test_full_validation_draws_sizes_uniformly():
    sizes = Regime.parse("m14-1-4").sample_full(np.random.default_rng(0), 28_000).sum(1)
    assert np.bincount(sizes, minlength=15)[1:].min() > 1800


def test_split_is_the_same_again_and_survives_the_disk(tmp_path):
    regime = Regime.parse("m8-1-2")
    for name in ("a", "b"):
        save(tmp_path / name, regime, draw(regime, WALKS[:50], 20, seed=3))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert load(tmp_path / "a", regime)["val_full"].shape == (20, 8)
    assert load(tmp_path / "a", Regime.parse("m8-1-2-released"))["train"].shape == (50, 8)
    with pytest.raises(UserError, match="a: regime is 'm8-1-2', wanted 'm8-7-8'"):
        load(tmp_path / "a", Regime.parse("m8-7-8"))
    with pytest.raises(UserError, match="missing: not found; make it again"):
        load(tmp_path / "missing", regime)


@pytest.mark.parametrize("place", [-1, 20, 300])
def test_a_flipped_bit_in_a_split_is_found(tmp_path, place):
    regime = Regime.parse("m8-1-2")
    save(tmp_path / "a", regime, draw(regime, WALKS[:50], 20, seed=3))
    content = bytearray((tmp_path / "a").read_bytes())
    content[place] ^= 1
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(UserError, match="a: .*; make it again with"):
        load(tmp_path / "a", regime)


def test_frequency_table_counts_every_scene():
    regime = Regime.parse("m8-1-2")
    table = frequencies(draw(regime, WALKS, 100, seed=0), [f"x{k}" for k in range(8)])
    assert table[["train", "val_missing", "val_full"]].sum().tolist() == [500, 100, 100]
    assert (table["modalities"].str.split().str.len() == table["size"]).all()
    assert table.loc[table["size"] > 2, "train"].sum() == 0


def test_held_out_shapes_are_never_shown_in_training():
    shown = draw(Regime.parse("m2-heldout"), WALKS, 100, seed=0)
    held_out = np.array([shape.held_out(walk) for walk in WALKS])
    assert 0.15 < held_out.mean() < 0.3
    assert not shown["train"][held_out].any() and shown["train"][~held_out].all()
    assert shown["val_missing"].all()


def test_the_release_is_shown_what_the_text_is():
    text, release = Regime.parse("m8-1-2"), Regime.parse("m8-1-2-released")
    assert (text.reading, release.reading) == (None, "released")
    one, other = (draw(regime, WALKS, 100, seed=0) for regime in (text, release))
    assert all((one[part] == other[part]).all() for part in one)


@pytest.mark.parametrize("name", ["m3", "m8-0-2", "m8-3-2", "m8-1-9", "8-1-2", "m8-1", "m2-held"])
def test_impossible_regimes(name):
    with pytest.raises(UserError, match="regime"):
        Regime.parse(name)
