"""In the process of a stage that DVC runs: which settings it asks for, written to .scratch/traced/<stage>.json.

On PYTHONPATH of the tests' `dvc repro`; Python imports a module of this name at its start.
"""

import atexit
import json
import os
import sys
from pathlib import Path


def _trace(stage: str) -> None:
    sys.path.insert(0, os.getcwd())
    from gmn.params import Network, Settings
    from gmn.section import Section

    paths: dict[int, str] = {}  # of sections, by their ids
    kept, read, loading = [], set(), []
    plain, load = Section.__getattribute__, Settings.load.__func__

    def traced(self, name: str):
        value = plain(self, name)
        if not loading and id(self) in paths and (name == "now" or name in type(self).model_fields):
            key = paths.get(id(value)) or f"{paths[id(self)]}.{name}".lstrip(".")
            inner = list(vars(value).values()) if isinstance(value, Section) else [value]
            if isinstance(value, Section):
                kept.append(value)  # so that no other gets its id
                paths[id(value)] = key
            if key not in ("scales", "now.networks") and not any(isinstance(part, Section) for part in inner):
                read.add(key)
        return value

    def loaded(cls, path):
        loading.append(path)
        settings = load(cls, path)
        paths[id(settings)], paths[id(settings.now)] = "", "now"
        for name, own in {"*": settings.now, **settings.now.networks}.items():
            for part in Network.model_fields:
                paths[id(getattr(own, part))] = f"now.networks.{name}.{part}"
        kept.append(settings)
        loading.clear()
        return settings

    Section.__getattribute__, Settings.load = traced, classmethod(loaded)

    @atexit.register
    def write() -> None:
        folder = Path(".scratch/traced")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{stage}.json").write_text(json.dumps(sorted(read)))


if stage := os.environ.get("DVC_STAGE"):
    _trace(stage)
