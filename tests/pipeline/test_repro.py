import json
import re
import shlex
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pandas as pd
import pytest
from PIL import Image, ImageSequence

from tests.pipeline.conftest import change_params, copy_tree, run
from tests.served import served

FIGURES = ("fig1", "fig2", "fig3", "fig4", "fig5", "figs1", "figs2", "figs4", "figs5", "figs6", "table1")
BEYOND = ("agreement", "calibration", "explained", "felt", "hand", "refined", "shape", "samples", "scores", "touches")


@pytest.fixture(scope="module")
def reports(repro) -> Path:
    return repro[0] / "reports" / "smoke"


def test_a_second_repro_has_nothing_to_do(repro):
    folder, _ = repro
    again = run(folder, "dvc", "repro")
    assert again.returncode == 0 and "Running stage" not in again.stdout
    assert "up to date" in run(folder, "dvc", "status").stdout
    assert run(folder, "git", "status", "--porcelain").stdout == ""


def test_dvc_repro_alone_gives_the_same_bytes(repro, tmp_path):
    """Stages of every kind, one after another, in a folder that has none of the others' work."""
    targets = ("score", "evaluate-missing@missing-m8-1-2-apoe-0")
    result = run(copy_tree(tmp_path / "plain"), "dvc", "repro", *targets)
    assert result.returncode == 0, result.stdout + result.stderr
    plain = tmp_path / "plain"
    files = [path for part in ("data", "models", "reports") for path in (plain / part).rglob("*") if path.is_file()]
    made = [path.relative_to(plain) for path in files if path.name not in ("time.csv", ".gitignore")]
    assert {path.suffix for path in made} >= {".safetensors", ".json", ".csv"} and len(made) > 20
    assert [path for path in made if (plain / path).read_bytes() != (repro[0] / path).read_bytes()] == []


@pytest.mark.parametrize("name", FIGURES + BEYOND)
def test_every_figure_is_drawn(reports, name):
    drawn = (reports / "figures" / f"{name}.svg").read_text()
    assert drawn.rstrip().endswith("</svg>") and len(re.findall("<(?:path|use|image) ", drawn)) > 30


def test_the_turntable_turns_on_a_page_and_on_a_phone(reports, repro):
    album = json.loads((repro[0] / "data/smoke/album.json").read_text())
    for folder in (reports / "figures", repro[0] / "data/smoke/phone"):
        with Image.open(folder / "turntable.gif") as moving:
            frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(moving)]
        assert len({frame.tobytes() for frame in frames}) == album["about"]["views"]
        assert {frames[0].getpixel((x, y)) for x in (0, -1) for y in (0, -1)} == {(0, 0, 0)}  # as pictures are


def test_headline_numbers_are_few_and_of_the_scale(reports):
    line, metrics = (
        json.loads(path.read_text()) for path in (reports.parent / "headline.json", reports / "metrics.json")
    )
    assert line["scale"] == "smoke" and line["model"] == "apoe" and len(line) < 20
    assert line["grey_from_10_images"] == metrics["explained"]["grey_from_10_images"]["mean"]
    assert all(not isinstance(value, dict) for value in line.values())


def test_the_page_is_one_file_with_every_figure_whose_links_stay_inside_it(reports):
    page = (reports / "index.html").read_text()
    assert len(page) < 10e6
    sources = re.findall(r'src="data:image/svg\+xml,([^"]+)"', page)
    phone = reports.parents[1] / "data/smoke/phone"
    figures = [*(reports / "figures").glob("*.svg"), *phone.glob("*.svg")]
    drawn = {path.read_bytes() for path in figures if path.stem != "table1"}
    assert len(drawn) == 2 * len(FIGURES + BEYOND) - 2  # for a page and for a phone
    assert {unquote_to_bytes(source) for source in sources} == drawn
    places = set(re.findall(r'id="([^"]+)"', page))
    links = re.findall(r'href="([^"]+)"', page)
    paper = {"https://arxiv.org/abs/1910.02344"}
    assert paper < set(links) and {link.removeprefix("#") for link in set(links) - paper} <= places
    assert not re.search(r'src="(?!data:)', page)


def test_the_page_tells_how_long_each_stage_took(reports):
    times = pd.read_csv(reports / "time.csv", index_col="stage")["cpu_seconds"]
    assert {"simulate@train", "train@apoe-m2-0", "claims", "figures"} <= set(times.index) and (times >= 0).all()
    row = f'<td>benchmark</td><td class="number">{times["benchmark"] / 60:.1f}</td>'
    assert row in (reports / "index.html").read_text()


def test_curves_have_a_row_per_evaluation(reports):
    table = pd.read_csv(reports / "curves" / "m8-1-2" / "apoe" / "0.csv")
    assert table["iteration"].tolist() == [4, 8]
    assert table.drop(columns="sha256").notna().all().all()


def test_every_claim_has_a_verdict_and_can_be_measured_alone(reports, repro):
    found = json.loads((reports / "claims.json").read_text())
    assert [row["id"] for row in found["claims"]] == ["C1", "C2", "C3", "C4", "C5", "C6", "C6r", "C7", "C8"]
    for row in found["claims"]:
        assert row["verdict"] in ("holds", "fails", "undecided")
    again, alone = found["claims"][3]["command"].split(" && ")
    assert "Running stage" not in run(repro[0], *shlex.split(again)).stdout
    printed = run(repro[0], *alone.split())
    assert printed.returncode == 0, printed.stderr
    section = (reports / "claims.md").read_text().split("## C4")[1].split("## C")[0].strip()
    assert section in printed.stdout


def changed(folder: Path, *targets: str) -> set[str]:
    """The stages that `dvc repro` would run, once settings are checked."""
    assert run(folder, "dvc", "repro", "--quiet", "--single-item", "check").returncode == 0
    return set(json.loads(run(folder, "dvc", "status", "--json", "--with-deps", *targets).stdout))


def make(folder: Path, *commands: str) -> None:
    for command in commands:
        result = served(folder, *command.split())
        assert result.returncode == 0, result.stderr


def test_another_seed_is_trained_beside_the_first(workplace):
    change_params(workplace, "\nseeds: [0]", "\nseeds: [0, 1]")
    kinds = ("density", "classification", "explained")
    evaluations = {f"evaluate@{kind}-m2-apoe-1" for kind in kinds}
    assert changed(workplace, "score") == {"train@apoe-m2-1", *evaluations, "score"}
    of = "--model apoe --regime m2 --seed 1"
    make(workplace, f"train {of}", *(f"evaluate {kind} {of}" for kind in kinds), "score")
    assert json.loads((workplace / "reports/smoke/metrics.json").read_text())["seeds"] == 2
    first, second = (pd.read_csv(workplace / f"reports/smoke/curves/m2/apoe/{k}.csv") for k in (0, 1))
    assert (first["train"] != second["train"]).all()


def test_fig5_can_be_left_out(workplace):
    params = (workplace / "params.yaml").read_text()
    change_params(workplace, re.search(r"\nregimes: .*", params)[0], "\nregimes: []")
    stages = "claims", "table", "figures", "report"
    assert changed(workplace) == set(stages)
    make(workplace, *stages, "pages")
    found = json.loads((workplace / "reports/smoke/claims.json").read_text())["claims"]
    assert {row["id"]: row["verdict"] for row in found if row["id"].startswith("C6")} == dict(
        C6="undecided", C6r="undecided"
    )
    page = (workplace / "reports/smoke/index.html").read_text()
    assert "C6r" in page and 'id="fig5"' in page
    table = (workplace / "reports/smoke/claims.md").read_text()
    assert "not run |  | nats" in table and "Fig. 5. Verdicts" not in table


def test_every_number_is_in_one_table(reports):
    table = pd.read_csv(reports / "results.csv")
    metrics = json.loads((reports / "metrics.json").read_text())
    keys = ["network", "evaluation", "regime", "metric", "pictures", "touches", "modalities"]
    assert not table.duplicated(keys).any() and table[["mean", "low", "high"]].notna().all(axis=None)
    assert (table["low"] <= table["high"]).all()
    kinds = {"agreement", "classification", "density", "explained", "heldout", "missing", "refined", "shape"}
    assert set(table["evaluation"]) == kinds and set(table["network"]) == {"apoe", "baseline", "poe", "apoe_map"}
    (row,) = table[
        (table["network"] == "apoe")
        & (table["metric"] == "share of grey explained by P")
        & (table["pictures"] == 10)
        & (table["touches"] == 0)
    ].to_dict("records")
    assert row["mean"] == metrics["explained"]["grey_from_10_images"]["mean"]


def test_headline_numbers_have_intervals(reports):
    metrics = json.loads((reports / "metrics.json").read_text())
    assert metrics["model"] == "apoe"
    for group in ("nats_per_dimension", "accuracy"):
        for value in metrics[group].values():
            assert value["low"] <= value["mean"] <= value["high"]


def test_cost_counts_the_papers_parameters(reports):
    rows = json.loads((reports / "benchmark.json").read_text())["rows"]
    counted = {(r["modalities"], r["network"]): round(r["parameters"] / 1e6, 2) for r in rows}
    assert (counted[5, "poe"], counted[5, "apoe"]) == (53.20, 28.53)
    assert (counted[14, "poe"], counted[14, "apoe"]) == (131.56, 51.36)
    assert all(r["ms"] > 0 and r["peak_mib"] > 0 for r in rows)
