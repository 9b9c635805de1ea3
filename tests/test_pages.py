"""README and docs say what the kept runs hold, and no number of a result stands in them by hand."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from gmn.evaluation.claims import claims
from gmn.evaluation.headline import headline
from gmn.evaluation.intervals import Interval
from gmn.files import write_json, write_sealed
from gmn.models.weights import load_weights
from gmn.pages import TEMPLATES, measures, pages, tables, target
from gmn.pages.runs import Run, Runs
from gmn.params import Settings
from gmn.paths import PARAMS
from gmn.report import model_card
from gmn.trained import PRETRAINED

ROOT = Path(__file__).parents[1]
SETTINGS = Settings.load(ROOT / PARAMS)
RUNS = Runs(SETTINGS, ROOT)
KEPT = sorted(path.parts[-3] for path in ROOT.glob("reports/*/explained/m2"))
NAMES = sorted(path.name for path in (ROOT / TEMPLATES).glob("*.md.j2"))
EXPRESSIONS = re.compile(r"\{[{%].*?[%}]\}|```.*?```|`[^`]*`|\]\([^)]*\)", re.DOTALL)
# Shares and numbers with units of a result: minutes, nats, ...; 95 % intervals are a definition.
MEASURED = re.compile(
    r"\d(?: %(?! (?:interval|bootstrap))| (?:nats|minutes|hours|ms|MiB|GB|GFLOP|CPU s|times)\b)"
    r"|(?<![\w.:-])-?\d+\.\d+(?![\w.])"
)
CONSTANTS = {"mese.md.j2"}  # its decimals are those of the world: only units are looked at


@pytest.fixture(scope="module")
def made() -> dict[Path, str]:
    return pages(SETTINGS, ROOT)


@pytest.mark.parametrize("name", NAMES)
def test_committed_pages_are_those_of_the_results(made, name):
    page = target(name)
    assert (ROOT / page).read_text() == made[page], f"{page} is stale: python -m stages pages"


@pytest.mark.parametrize("name", NAMES)
def test_no_result_stands_by_hand(name):
    text = EXPRESSIONS.sub("", (ROOT / TEMPLATES / name).read_text()).replace(">= 3.11", "")
    found = [text[max(0, m.start() - 40) : m.end()] for m in MEASURED.finditer(text)]
    if name in CONSTANTS:
        found = [words for words in found if not re.search(r"\.\d+$", words)]
    assert found == [], f"{name}: take these from a file of reports"


def test_a_number_by_hand_would_be_found():
    for text in ("explains 63 % of it", "it costs 12 minutes", "ends at -0.53", "by 3 nats"):
        assert MEASURED.search(text), text
    for text in ("95 % intervals", "M = 2", "Fig. 3", "arXiv:1910.02344", "127.0.0.1"):
        assert not MEASURED.search(text), text


@pytest.mark.parametrize("name", KEPT)
def test_claims_are_what_the_results_say(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    run = Runs(SETTINGS, Path())[name]
    assert claims(run.results) == run.claims


def test_the_model_card_is_that_of_the_results():
    run = RUNS["laptop"]
    files = {name: PRETRAINED / "laptop/m2" / f"{name}.safetensors" for name in run.networks}
    counts = {name: sum(p.numel() for p in load_weights(file).parameters()) for name, file in files.items()}
    found = [headline(run.results, name) | {"parameters": counts[name]} for name in run.networks]
    assert model_card(run.settings, found) == (PRETRAINED / "laptop/README.md").read_text()


# A run of two networks and two training seeds whose numbers are made up.


def of_refined(errors: list[float], factor: float) -> dict:
    """All measures of samples whose errors are ``factor`` times as large; they expect a tenth of that share of them."""
    found = [factor * error for error in errors]
    expected = [0.1 * factor**2 * error for error in errors]
    of = {"grey": found, "chroma": [1.0] * len(errors), "iou": [1 - error for error in found], "energy": found}
    of |= {"squared_error": found, "predicted_error": expected}
    return dict.fromkeys(measures.SOME.values(), of)


@pytest.fixture
def run(tmp_path) -> Run:
    rng = np.random.default_rng(0)
    level = {"apoe": 0.2, "baseline": 0.5}  # of the error
    for network, error in level.items():
        for seed in (0, 1):
            errors = (error + 0.01 * rng.standard_normal(40)).tolist()
            of = {"kind": "explained", "regime": "m2", "network": network, "seed": seed}
            tables_ = {name: {"grey": errors, "chroma": [1.0] * 40} for name in measures.CONTEXTS.values()}
            measured = {"of": of, "variance": {"grey": [1.0] * 40, "chroma": [1.0] * 40}, "error": tables_}
            write_sealed(
                tmp_path / f"reports/toy/explained/m2/{network}/{seed}.json", measured | {"posterior": tables_}
            )
            before, after = (of_refined(errors, factor) for factor in (1.0, 0.5))
            measured = {"variance": measured["variance"], "inferred": before, "refined": after}
            of["kind"] = "refined"
            write_sealed(tmp_path / f"reports/toy/refined/m2/{network}/{seed}.json", {"of": of} | measured)
    parts = [
        {"what": "a", "wanted": "> 0: why", "ours": {"mean": 2.0, "low": 1.0, "high": 3.0}, "verdict": "holds"},
        {"what": "b", "wanted": "> 0", "ours": {"mean": None, "low": None, "high": None}, "verdict": "undecided"},
    ]
    found = [{"id": "C1", "claim": "It is so", "verdict": "undecided", "parts": parts}]
    about = {"scale": "laptop", "seeds": [0, 1], "iterations": {"complete": 5}, "claims": found}
    write_json(tmp_path / "reports/toy/claims.json", about)
    times = "stage,seconds,cpu_seconds\ntrain@apoe,90,60\ntrain@poe,40,30\nscore,9,6\n"
    (tmp_path / "reports/toy/time.csv").write_text(times)
    return Runs(SETTINGS, tmp_path)["toy"]


def rows(table: str) -> list[list[str]]:
    return [line.strip("| ").split(" | ") for line in table.splitlines()]


def test_a_table_marks_what_is_surely_above_the_baseline(run):
    header, _, *found = rows(tables.compared("EXPLAINED", run))
    assert header == ["APoE", "baseline"] and run.networks == ["apoe", "baseline"]
    assert found[0] == ["nothing", "0.80 ▲ / 0.00", "0.50 / 0.00"]
    assert float(tables.widest("EXPLAINED", run)) < 0.01


def test_what_a_run_did_not_measure_is_left_out(run):
    assert len(rows(tables.compared("KNOWN", run))) == 2


def test_what_gradient_ascent_adds_is_paired(run):
    header, _, first, *_ = rows(tables.gained(run))
    assert header == ["APoE", "overlap", "grey", "chroma", "energy score"] and first[0] == "one picture"
    assert [float(cell.split()[0]) for cell in first[1:]] == pytest.approx([0.1, 0.1, 0, -0.1], abs=0.002)
    low, high = (float(number.strip("()")) for number in first[2].split(" ")[1::2])
    assert 0 < high - low < 0.005  # half as wide as that of the share before
    assert tables.refined_by(run, "mixed") == "80 % → 90 %"
    table = rows(tables.compared("REFINED", run))
    assert table[2] == ["one picture, inferred", "0.80 ▲ / 0.80 ▲ / 0.00", "0.50 / 0.50 / 0.00"]
    assert table[3] == ["one picture, refined", "0.90 ▲ / 0.90 ▲ / 0.00", "0.75 / 0.75 / 0.00"]
    assert rows(tables.compared("SPREAD", run))[2] == ["one picture", "0.10 / 0.05", "0.10 / 0.05"]  # no marks


def test_who_wins_is_said_by_the_interval(run):
    assert tables.standing(run, measures.explained("touches")) == "ahead of"
    assert tables.standing(run, measures.explained("touches"), "baseline", "apoe") == "behind"
    assert tables.standing(run, measures.explained("touches", "chroma")) == "level with"
    assert rows(tables.who_wins(run))[2] == ["ten touches", "80 %", "50 %", "APoE ahead of the baseline"]


def test_one_network_against_another_by_some_measures(run):
    by = {"grey": measures.explained("touches"), "chroma": measures.explained("touches", "chroma")}
    assert rows(tables.against(run, "apoe", "baseline", by))[2:] == [
        ["ahead of baseline", "grey"],
        ["level with baseline", "chroma"],
    ]


def test_the_first_part_of_the_verdict_decides(run):
    assert rows(tables.decided(run))[2] == ["C1", "It is so", "**undecided** (1 / 0 / 1)", "b: not run; wanted > 0"]
    assert rows(tables.verdicts(run, run))[2:] == [["`toy`", "undecided 1 / 0 / 1"]]
    assert tables.counted(run, "undecided") == "one" and tables.counted(run, "fails") == "none"


def test_who_stands_otherwise_in_another_run_is_named(run, monkeypatch):
    other = Run(run.settings, run.folder)
    assert tables.moved(run, other) == "none"
    monkeypatch.setattr(tables, "standing", lambda of, measure, n: "behind" if of is other else "level with")
    assert tables.moved(run, other, ["one picture"]) == "from one picture APoE behind the baseline"


def test_verdicts_of_another_run_that_changed_are_named_if_it_was_run(run):
    other = Run(run.settings, run.folder)
    (claim,) = other.claims
    assert tables.changed(run, other) == "none"
    claim["verdict"] = "holds"
    assert tables.changed(run, other) == "C1 holds"
    del claim["parts"][0]  # the one with a number
    assert tables.changed(run, other) == "none" and rows(tables.verdicts(other))[2] == ["`toy`", "not run"]


def test_minutes_are_those_of_all_stages(run):
    table = rows(tables.stage_minutes(run, {"training": ("train@",)}))
    *told, beyond = table[2:]
    assert told == [["training", "1.5"], ["evaluations, figures, tables", "0.1"], ["all", "1.6"]]
    assert beyond[0].startswith("of these beyond the paper") and beyond[1] == "0.0"
    run.seconds["train-heldout@apoe"] = 120
    assert rows(tables.stage_minutes(run, {}))[-1][1] == "2.0"


def test_goals_are_reached_as_inferred_or_refined_or_not(run, monkeypatch):
    wanted = {
        "nothing": (0.7, -0.1),
        "one picture": (0.85, 0.0),
        "ten touches": (0.95, 0.0),
        "ten pictures": (0.7, 0.1),
    }
    monkeypatch.setattr(measures, "GOALS", wanted)
    table = rows(tables.goals(run))[2:]
    assert [row[0] for row in table] == list(wanted)
    assert [row[-1].strip("| ") for row in table] == ["as inferred", "refined", "**no**", "**no**"]
    assert table[1][1:4] == ["0.85 / 0.00", "0.80 / 0.00", "0.90 / 0.00"]


def test_numbers_as_they_are_written():
    assert tables.number(0.716, "%") == "72 %" and tables.number(-0.001) == "0.00" and tables.number(-0.01) == "-0.01"
    assert tables.interval(Interval(1.0, 0.5, 1.5), ".1f") == "1.0 (0.5 to 1.5)"
    assert tables.interval(Interval(53.2, 53.2, 53.2), ".1f") == "53.2"


def test_the_run_with_most_seeds_is_told(run, tmp_path):
    found = json.loads((run.folder / "claims.json").read_text())
    write_json(tmp_path / "reports/other/claims.json", found | {"seeds": [0]})
    (tmp_path / "reports/other/explained/m2/apoe").mkdir(parents=True)
    assert Runs(SETTINGS, tmp_path).best("laptop").name == "toy"
