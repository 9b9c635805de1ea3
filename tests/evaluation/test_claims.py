"""Made-up results that must come out as holds, fails and undecided: verdicts do not know what we hope."""

from types import SimpleNamespace

import numpy as np
import pytest

from gmn.data.regime import Regime
from gmn.evaluation.claims import CLAIMS, FIG5, MILLISECONDS, PARAMETERS, claims
from gmn.evaluation.density import QUESTIONS
from gmn.evaluation.intervals import Interval
from gmn.evaluation.verdicts import FAILS, HOLDS, UNDECIDED, above, every, within
from gmn.models.config import ModelConfig

SCENES = 40
WIDTHS = {"vision": 0.1, "haptics": 0.3}
DOUBT = np.tile([1.0, -1.0], SCENES // 2)  # over scenes: its mean is 0, its interval is not
DOUBTS = np.tile([1.0, 1.0, -1.0, -1.0], SCENES // 4)  # another such


class Made:
    """Results in which every claim is true (effect 1), wrong (-1), or beyond the data (0)."""

    def __init__(self, effect: int):
        self.effect, self.asked = effect, []
        self.settings = SimpleNamespace(
            regimes=[name + reading for name in FIG5.values() for reading in ("", "-released")],
            reading="paper",
            model_config_for=lambda network, modalities: ModelConfig(
                network=network, modalities=modalities, std=WIDTHS
            ),
        )

    def _doubtful(self, sure: float, doubt=DOUBT) -> np.ndarray:
        """``sure`` in the direction of the effect, or nothing but doubt about as large."""
        return self.effect * sure + (0.01 if self.effect else 0.5) * sure * doubt

    @property
    def benchmark(self) -> dict:
        rows = []
        for (m, network), printed in PARAMETERS.items():
            slow = 100 + 50 * self.effect * (network == "poe")
            times = [slow - 60 * (not self.effect), slow, slow + 60 * (not self.effect)]
            count = 1e6 * (printed + (0.4 if self.effect > 0 else 9))
            rows.append({"modalities": m, "network": network, "parameters": count, "each_ms": times})
        return {"rows": rows}

    def density(self, network: str) -> dict:
        reached = {"gray": 0.5 + self._doubtful(0.3), "rgb": 0.5, "haptics": 0.5}
        values = {}
        for question, share in reached.items():
            table = np.zeros((1, 4, 4, SCENES))
            table[0, 0, 3], table[0, 3, 3] = share, 1
            if network == "baseline":
                gap = np.full((4, 4), 0.1)
                gap[0] = [0.4, 0.35, 0.3, 0.25]
                if question == "haptics":
                    gap = gap.T
                table -= self._doubtful(1.0) * gap[..., None]
            values[question] = table
        return {"values": values}

    def effect_of_samples(self, network: str) -> dict:
        loose = np.zeros((1, 2, SCENES))
        near = loose + 1 + (0 if network == "baseline" else self._doubtful(0.5))
        return {"values": {"posterior": dict.fromkeys(QUESTIONS, loose), "prior": dict.fromkeys(QUESTIONS, near)}}

    def classification(self, network: str) -> dict:
        five = {"I": np.full(SCENES, 0.5)}
        five["H"] = five["I"] - self._doubtful(0.2, DOUBTS)
        five["H+I"] = five["I"] + {1: 0.05, 0: 0.1 + 0.02 * DOUBT, -1: 0.3}[self.effect]
        none = {senses: values - self._doubtful(0.3) for senses, values in five.items()}
        paper = {senses: np.array([[none[senses]] + 5 * [five[senses]]]) for senses in five}
        if network == "baseline":
            lead = {"I": self._doubtful(0.2), "H": self._doubtful(0.1, DOUBTS), "H+I": self._doubtful(0.1, DOUBTS)}
            paper = {senses: values - lead[senses] for senses, values in paper.items()}
        return {"paper": paper}

    def missing(self, network: str, regime: str) -> dict:
        about = Regime.parse(regime)
        losses = np.zeros((1, about.modalities, SCENES))
        self.asked.append(regime)
        if network == "apoe":
            return {"losses": losses}
        if regime == "m2":
            return {"losses": losses + {1: 0.0, 0: 1e3 * (1 + DOUBT), -1: 1e5}[self.effect]}
        seen = (np.arange(1, about.modalities + 1) >= about.low) & (np.arange(1, about.modalities + 1) <= about.high)
        return {"losses": losses + np.where(seen, 0.2, 1.0)[:, None] * self._doubtful(10)}

    def agreement(self, network: str) -> dict:
        both = {
            "iou": 0.5 + self._doubtful(0.2),
            "truth_iou": 0.5 + self._doubtful(0.2),
            "variance_hidden": 0.55 + self._doubtful(0.2),
            "variance_seen": np.full(SCENES, 0.5),
            "error_seen": 0.5 - self._doubtful(0.2),
            "error_hidden": np.full(SCENES, 0.9),
        }
        both["variance_hidden"][:4] = both["error_hidden"][:4] = np.nan  # scenes without hidden cubes
        nothing = {"iou": np.full(SCENES, 0.5)}
        return {n: {m: np.atleast_2d(v) for m, v in of.items()} for n, of in (("both", both), ("nothing", nothing))}


@pytest.mark.parametrize("effect, wanted", [(1, HOLDS), (-1, FAILS), (0, UNDECIDED)])
@pytest.mark.parametrize("claim", CLAIMS)
def test_verdicts_follow_the_results(claim, effect, wanted):
    (found,) = claims(Made(effect), [claim])
    if claim == "C1":  # exact: never undecided
        wanted = HOLDS if effect > 0 else FAILS
    assert found["verdict"] == wanted, found["parts"]
    assert found["command"].endswith(f"claims {claim}")


def test_every_part_that_must_point_one_way_does():
    """A wrong world fails in every part that is a direction, not in one of them only."""
    for row in claims(Made(-1)):
        assert {part["verdict"] for part in row["parts"]} == {FAILS}, row["id"]


def test_a_regime_that_was_not_run_leaves_its_claim_undecided():
    results = Made(1)
    results.settings.regimes = ["m8-1-2"]
    (found,) = claims(results, ["C6"])
    assert found["verdict"] == UNDECIDED
    assert [part["ours"]["mean"] is None for part in found["parts"]] == [False, False, True, True, True]


def test_one_point_below_is_enough_to_fail():
    """C3 says every point."""
    results = Made(1)
    tables = {network: results.density(network) for network in ("apoe", "baseline")}
    tables["apoe"]["values"]["rgb"][0, 2, 1] -= 0.3
    results.density = tables.get
    (found,) = claims(results, ["C3"])
    assert found["verdict"] == FAILS


def test_printed_ratios_are_the_papers():
    ratio = {m: round(MILLISECONDS[m, "poe"] / MILLISECONDS[m, "apoe"], 2) for m in (5, 14)}
    assert ratio == {5: 1.16, 14: 1.73}


@pytest.mark.parametrize(
    "interval, over, inside",
    [
        (Interval(2, 1.5, 3), HOLDS, FAILS),
        (Interval(0.4, 0.2, 0.6), HOLDS, HOLDS),
        (Interval(0.9, 0.7, 1.1), HOLDS, UNDECIDED),
        (Interval(0, -0.5, 0.5), UNDECIDED, HOLDS),
        (Interval(-3, -4, -2), FAILS, FAILS),
    ],
)
def test_verdicts_of_intervals(interval, over, inside):
    assert above(interval) == over
    assert within(interval, -1, 1) == inside


def test_a_claim_holds_with_all_its_parts_and_fails_with_any():
    assert every([HOLDS, HOLDS]) == HOLDS
    assert every([HOLDS, UNDECIDED]) == UNDECIDED
    assert every([HOLDS, UNDECIDED, FAILS]) == FAILS


@pytest.mark.parametrize("claim, suffix", [("C6", ""), ("C6r", "-released")])
def test_each_reading_is_judged_by_its_own_runs(claim, suffix):
    results = Made(1)
    claims(results, [claim])
    assert set(results.asked) == {name + suffix for name in FIG5.values()}
    results.settings.reading = "released"  # then the names without a reading are the release's
    claims(results, ["C6"])
    assert claims(results, ["C6"])[0]["verdict"] == UNDECIDED


def test_seen_colours_count_in_scenes_without_hidden_cubes():
    """Four of 40 scenes show all their cubes; what is right of these belongs to the share, too."""
    results = Made(1)
    both, nothing = (results.agreement("apoe")[name] for name in ("both", "nothing"))
    both["error_seen"][:, :4] = 1
    results.agreement = lambda network: {"both": both, "nothing": nothing}
    (found,) = claims(results, ["C7"])
    assert found["parts"][-1]["ours"]["mean"] == pytest.approx(1 - both["error_seen"].mean(), abs=1e-4)
