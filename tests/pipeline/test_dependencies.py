"""dvc.yaml tells the truth: every stage depends on the code and the settings that decide its outs."""

import json
import re
import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from gmn.roster import NAMES
from stages import code

ROOT = Path(__file__).parents[2]
PIPELINE = YAML(typ="safe").load(ROOT / "dvc.yaml")
STAGES = PIPELINE["stages"]
LOCAL = {name: value for part in PIPELINE["vars"] if isinstance(part, dict) for name, value in part.items()}
SETTINGS = "reports/${scale}${variant}/settings.json"
# Read, and no params: of all outs' paths, or how many work at once.
NO_PARAMS = {"scale", "variant", "workers", "cluster"}


def params_of(stage: dict, file: str) -> list[str]:
    found = [part[file] for part in stage.get("params", ()) if isinstance(part, dict) and file in part]
    return found[0] if found else []


@pytest.mark.parametrize("name", [name for name in STAGES if name != "code"])
def test_the_code_that_a_stage_runs_is_a_dependency(name):
    """Its command's, and what that imports by name: evaluations and networks."""
    listed, command = params_of(STAGES[name], "data/code.json"), STAGES[name]["cmd"].split()[3]
    matrix = STAGES[name].get("matrix", {})
    wanted = {f"stages.{command}"} | ({"gmn.evaluation.${item.kind}"} if command == "evaluate" else set())
    wanted |= {"gmn.params"} if command in ("check", "pages") else set()
    roots = {f"stages.{command}"} | ({f"gmn.evaluation.{LOCAL['kinds'][0]}"} if command == "evaluate" else set())
    if any("gmn.models.networks" in code.closure(root) for root in roots):
        wanted.add("gmn.models.networks" + (".${item.model}" if "model" in matrix else ""))
    assert set(listed) == wanted


def test_modules_are_imported_by_name_in_two_places():
    """Those that :func:`test_the_code_that_a_stage_runs_is_a_dependency` knows."""
    files = [path for package in code.PACKAGES for path in (ROOT / package).rglob("*.py")]
    found = {path.relative_to(ROOT).as_posix() for path in files if re.search(r"\bimport_module\(", path.read_text())}
    assert found == {"gmn/models/networks/__init__.py", "stages/evaluate.py"}


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The code and its tables in a folder of their own."""
    for package in code.PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("pretrained", "__pycache__"))
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    _forget()


def _forget() -> None:
    for cached in (code._digest, code._imports, code._modules, code._tables):
        cached.cache_clear()


EVALUATIONS = {f"gmn.evaluation.{name}" for name in ("density", "heldout", "scores")}
NETWORKS = {f"gmn.models.networks.{name}" for name in NAMES}
LEARNED = {"stages.train", "stages.evaluate", *EVALUATIONS, *NETWORKS}
MAPS = {"gmn.models.networks.apoe", "gmn.models.networks.apoe_map"}
WORLD = {"stages.simulate", "stages.split", "gmn.params", *LEARNED}


@pytest.mark.parametrize(
    "file, old, new, reaches",
    [
        ("gmn/models/lstm.py", '"""', '"""Other words. ', set()),
        ("gmn/models/lstm.py", "import torch", "import torch  # a comment", set()),
        ("gmn/models/lstm.py", "import torch", "import torch as t", LEARNED),
        ("gmn/models/networks/poe.py", "#2ca02c", "#2ca02d", {"gmn.models.networks.poe"}),
        ("gmn/models/networks/apoe.py", "len(", "abs(", MAPS),
        ("gmn/mese/tables/channels.csv", "0", "1", WORLD),
        ("gmn/evaluation/density.py", "import ", "import  ", {"gmn.evaluation.density", "gmn.evaluation.heldout"}),
        ("gmn/mese/scene.py", "import ", "import  ", {"stages.simulate"}),
        ("gmn/params.py", "import ", "import  ", {"gmn.params"}),
        ("gmn/files.py", "import ", "import  ", set()),
    ],
)
def test_a_digest_changes_where_code_does(copied, file, old, new, reaches):
    """And nowhere else."""
    roots = {"stages.score", "stages.check", *WORLD}
    before = {root: code.digest(root) for root in roots}
    path = copied / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    _forget()
    assert {root for root in roots if code.digest(root) != before[root]} == reaches


def test_every_setting_that_a_stage_reads_is_a_param(repro):
    """As the pipeline ran: tests/pipeline/traced/sitecustomize.py wrote down what each stage asked of its settings."""
    folder = repro[0]
    lock = YAML(typ="safe").load(folder / "dvc.lock")["stages"]
    traced = {path.stem: json.loads(path.read_text()) for path in (folder / ".scratch/traced").glob("*.json")}
    assert {"simulate@train", "train@apoe_map-m2-0", "claims", "figures", "report"} <= set(traced)
    for stage, read in traced.items():
        params = lock[stage].get("params", {}).get("reports/smoke/settings.json", {})
        asked = {key for key in read if key.split(".")[0] not in NO_PARAMS}
        assert not [key for key in asked if not any(_covers(known, key) for known in params)] or stage == "check", stage


def _covers(known: str, key: str) -> bool:
    """Whether a param holds what was read; ``*`` stands for a network that has nothing of its own."""
    pairs = zip(known.split("."), key.split("."), strict=False)
    return known.count(".") <= key.count(".") and all(ours == theirs or theirs == "*" for ours, theirs in pairs)


def test_the_networks_that_miss_modalities_are_the_claims(repro):
    from gmn.evaluation.claims import PAIR

    assert tuple(LOCAL["compared"]) == PAIR


def test_no_import_goes_back():
    """The layers of CONTRIBUTING.md: a module imports from its own and those before it."""
    layers = [
        "mese", "data", "models", "trained", "training", "evaluation", "explore", "figures", "report", "pages",
        "commands",
    ]  # fmt: skip
    for path in (ROOT / "gmn").rglob("*.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        ours = code._imports(name)
        assert not [other for other in ours if other.startswith("stages")], name
        layer = name.partition(".")[2].split(".")[0]
        if layer in layers:
            after = layers[layers.index(layer) + 1 :]
            assert not [other for other in ours if other.split(".")[1:2] and other.split(".")[1] in after], name
        if layer in layers[:5]:
            assert "gmn.params" not in ours, name  # a component knows its own settings alone


def test_only_the_commands_know_typer():
    for path in (ROOT / "gmn").rglob("*.py"):
        known = re.findall(r"^ *(?:import|from) (typer|dvc)\b", path.read_text(), re.MULTILINE)
        allowed = path.parent.name == "commands" or path.name == "__main__.py"
        assert set(known) <= ({"typer"} if allowed else set()), path
