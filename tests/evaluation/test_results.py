"""Measurements read back from files."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from gmn.evaluation.results import Results
from gmn.figures.series import curve, frame
from gmn.figures.style import panels
from gmn.files import write_sealed_table


def test_training_curves_wait_for_whole_batches(tmp_path):
    for seed in (0, 3):
        rows = {
            "iteration": [2, 4, 6, 8],
            "lesson": [0, 0, 1, 1],
            "train": [1.0, 2.0, 3.0, 4.0],
            "val_missing": 0.0,
            "val_full": seed + 0.5,
        }
        write_sealed_table(tmp_path / f"{seed}.csv", pd.DataFrame(rows))
    paths = SimpleNamespace(curves=lambda network, regime, seed: tmp_path / f"{seed}.csv")
    trained = SimpleNamespace(train=SimpleNamespace(iterations=8))
    settings = SimpleNamespace(seeds=[0, 3], now=SimpleNamespace(of=lambda network: trained))
    curves = Results(settings, paths).curves("apoe", "m2")
    assert curves["seed"].tolist() == [0] * 4 + [3] * 4
    np.testing.assert_equal(curves["train"].tolist(), [np.nan, np.nan, 3.0, 4.0] * 2)
    assert curves["val_full"].tolist() == [0.5] * 4 + [3.5] * 4


def test_the_frame_holds_the_end_of_the_mean():
    rows = {"iteration": [1, 2, 3, 4] * 2, "train": [np.nan, np.nan, 2, 1] * 2, "val": [1e3, 10, 4, 6, 1e5, 10, 6, 6]}
    figure, axes = panels(figsize=(3, 3))
    frame(axes, [pd.DataFrame(rows)], ["train", "val"])
    assert axes.get_ylim() == pytest.approx((0.5, 6.5))
    curve(axes, pd.DataFrame(rows), "val", color="k")
    assert axes.lines[0].get_ydata()[-2:].tolist() == [5.0, 6.0]
    band = axes.collections[0].get_paths()[0].vertices
    assert set(band[band[:, 0] == 3, 1]) == {4.0, 6.0}
