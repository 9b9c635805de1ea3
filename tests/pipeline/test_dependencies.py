"""dvc.yaml tells the truth: every stage depends on the code that decides its outs, and on no other."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from gmn.roster import NETWORKS

ROOT = Path(__file__).parents[2]
PIPELINE = YAML(typ="safe").load(ROOT / "dvc.yaml")
STAGES = PIPELINE["stages"]
LOCAL = {name: value for part in PIPELINE["vars"] if isinstance(part, dict) for name, value in part.items()}

# Imported, and no dependency: each with its reason. What they import is not looked at either.
DECIDE_NOTHING = {
    "gmn/arguments.py": "messages",
    "gmn/data/settings.py": "its values are params",
    "gmn/errors.py": "messages",
    "gmn/evaluation/settings.py": "its values are params",
    "gmn/explore/settings.py": "its values are params",
    "gmn/files.py": "writes what it is given",
    "gmn/lock.py": "who comes first",
    "gmn/params.py": "the settings that a stage reads are its params",
    "gmn/paths.py": "the outs themselves",
    "gmn/progress.py": "messages",
    "gmn/roster.py": "what networks are called; figures and tables list it",
    "gmn/section.py": "messages",
    "gmn/source.py": "compares code itself: unfinished work of other code is begun anew",
    "stages/cores.py": "the number itself is a param",
    "stages/options.py": "messages",
}
READ_ONLY = {"gmn/data/shards.py": "what is read is compared with the manifest's hashes; who writes lists it"}
BY_HAND = {"gmn/reference.py": "for `benchmark --compare`, which is no stage"}


@cache
def module(name: str) -> Path | None:
    path = ROOT.joinpath(*name.split("."))
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.exists()), None)


@cache
def imports(path: Path) -> frozenset[Path]:
    """Modules of ours that a file imports, at its top or inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    ours = {name for name in found if name.split(".")[0] in ("gmn", "stages")}
    return frozenset(filter(None, map(module, ours)))


def closure(paths: set[Path]) -> set[str]:
    """Everything that files import, as names; :data:`DECIDE_NOTHING` and the like are left out."""
    seen, new = set(), set(paths)
    while new:
        path = new.pop()
        seen.add(path)
        if relative(path) not in DECIDE_NOTHING | READ_ONLY | BY_HAND:
            new |= imports(path) - seen
    names = {relative(path) for path in seen if path.name != "__init__.py" or path.stat().st_size > 400}
    return names - set(DECIDE_NOTHING) - set(READ_ONLY) - set(BY_HAND)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def deps_of(stage: dict, kind: str) -> set[str]:
    """Code that a stage lists, folders opened."""
    listed = set()
    for name in stage["deps"]:
        path = ROOT / name.replace("${item.kind}", kind)
        listed |= {relative(p) for p in path.rglob("*.py")} if path.is_dir() else {relative(path)}
    return {name for name in listed if name.endswith(".py")}


def kinds_of(stage: dict) -> list[str]:
    kinds = stage.get("matrix", {}).get("kind", [""])
    return LOCAL["kinds"] if isinstance(kinds, str) else kinds


def code_of(stage: dict, kind: str) -> set[str]:
    roots = {ROOT / "stages" / f"{stage['cmd'].split()[3]}.py"}
    return closure(roots | ({ROOT / "gmn" / "evaluation" / f"{kind}.py"} if kind else set()))


@pytest.mark.parametrize("name", STAGES)
def test_what_decides_the_outs_is_a_dependency(name):
    for kind in kinds_of(STAGES[name]):
        assert code_of(STAGES[name], kind) - deps_of(STAGES[name], kind) == set()


@pytest.mark.parametrize("name", STAGES)
def test_a_file_that_is_listed_by_itself_is_imported(name):
    """By a stage with this list, or by the settings that it reads; folders may hold more."""
    deps = STAGES[name]["deps"]
    single = {dep for dep in deps if dep.endswith(".py") and "$" not in dep}
    alike = [stage for stage in STAGES.values() if stage["deps"] == deps]
    used = set().union(*(code_of(stage, kind) for stage in alike for kind in kinds_of(stage)))
    by_settings = closure(imports(ROOT / "gmn" / "params.py")) | {"gmn/params.py"}
    assert single - used - by_settings - set(DECIDE_NOTHING) - set(READ_ONLY) == set()


def test_the_networks_are_those_of_the_roster():
    assert LOCAL["networks"] == list(NETWORKS)
    assert set(LOCAL["compared"]) <= set(NETWORKS)


def test_no_import_goes_back():
    """The layers of CONTRIBUTING.md: a module imports from its own and those before it."""
    layers = [
        "mese",
        "data",
        "models",
        "trained",
        "training",
        "evaluation",
        "explore",
        "figures",
        "report",
        "pages",
        "commands",
    ]
    for k, layer in enumerate(layers):
        for path in (ROOT / "gmn" / layer).rglob("*.py"):
            later = {other for other in imports(path) if relative(other).split("/")[1] in layers[k + 1 :]}
            assert not later, (relative(path), later)
    for path in (ROOT / "gmn").rglob("*.py"):
        assert not any(relative(other).startswith("stages/") for other in imports(path)), relative(path)


def test_only_the_commands_know_typer():
    for path in (ROOT / "gmn").rglob("*.py"):
        known = re.findall(r"^ *(?:import|from) (typer|dvc)\b", path.read_text(), re.MULTILINE)
        allowed = path.parent.name == "commands" or path.name == "__main__.py"
        assert set(known) <= ({"typer"} if allowed else set()), relative(path)
