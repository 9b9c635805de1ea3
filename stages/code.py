"""What code each stage runs: digests that stages depend on, blind to comments and docstrings."""

import ast
import hashlib
from functools import cache
from pathlib import Path

from gmn.files import write_json
from gmn.paths import CODE
from gmn.source import content

PACKAGES = "gmn", "stages"
APART = "gmn/pretrained"  # results
# Imported, and no dependency of those who import them: each with its reason. What they import is not looked at either.
DECIDE_NOTHING = {
    "gmn.arguments": "messages",
    "gmn.data.settings": "its values are params",
    "gmn.errors": "messages",
    "gmn.evaluation.settings": "its values are params",
    "gmn.explore.settings": "its values are params",
    "gmn.files": "writes what it is given",
    "gmn.lock": "who comes first",
    "gmn.params": "the settings that a stage reads are its params",
    "gmn.paths": "the outs themselves",
    "gmn.progress": "messages",
    "gmn.roster": "the networks of a stage are its params",
    "gmn.section": "messages",
    "gmn.source": "compares code itself: unfinished work of other code is begun anew",
    "stages.cores": "the number itself is a param",
    "stages.options": "messages",
    "gmn.data.shards": "what is read is compared with the manifest's hashes; who writes names it",
    "gmn.reference": "for `benchmark --compare`, which is no stage",
}


def run() -> None:
    """Write a digest of every module, of all that it imports and of the tables beside them."""
    modules = sorted(name for package in PACKAGES for name in _modules(package))
    write_json(CODE, _nested({name: digest(name) for name in modules}))


def digest(name: str) -> str:
    """Of a module and what it imports, by what :func:`gmn.source.content` leaves of their files."""
    paths = {path for module in closure(name) for path in (_path(module), *_tables(_path(module).parent))}
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(_digest(path))
    return total.hexdigest()[:16]


@cache
def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.as_posix().encode() + content(path)).digest()


def closure(name: str) -> set[str]:
    """A module and those of ours that it imports, at its top or inside functions, and so on."""
    seen, new = set(), {name}
    while new:
        seen |= new
        new = {other for module in new for other in _imports(module)} - seen
        new = new if name in DECIDE_NOTHING else new - set(DECIDE_NOTHING)
    return seen


@cache
def _imports(name: str) -> frozenset[str]:
    found = set()
    for node in ast.walk(ast.parse(_path(name).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    ours = {name for name in found if name.split(".")[0] in PACKAGES}
    return frozenset(name for name in ours if _path(name).exists())


def _path(name: str) -> Path:
    path = Path(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _modules(package: str) -> list[str]:
    """By their dotted names; packages that hold others are part of those who import them."""
    files = [path for path in Path(package).rglob("*.py") if not path.is_relative_to(APART)]
    inner = [path for path in files if path.name != "__init__.py"]
    alone = [path.parent for path in files if path.name == "__init__.py" and list(path.parent.glob("*.py")) == [path]]
    return [".".join(path.with_suffix("").parts) for path in inner + alone]


@cache
def _tables(folder: Path) -> list[Path]:
    """Those that the code of a package reads; templates are deps of their stages."""
    return sorted(folder.glob("*/*.csv"))


def _nested(flat: dict[str, str]) -> dict:
    tree: dict = {}
    for name, value in flat.items():
        *parents, last = name.split(".")
        inner = tree
        for part in parents:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return tree
