"""Scene sets on disk: immutable safetensors shards and a manifest that vouches for them.

Usage::

    scenes = SceneSet("data/laptop/train")
    images = scenes.read("image", [3, 14, 15])  # (3, V, S, S, 3) uint8
"""

import hashlib
import json
from collections import OrderedDict
from pathlib import Path

import numpy as np
from safetensors import safe_open

from gmn.errors import UserError
from gmn.mese.thing import Object

FORMAT = 2
MANIFEST = "manifest.json"
MAPPED = 32  # shards mapped at a time


def shard_name(k: int) -> str:
    return f"shard-{k:05d}.safetensors"


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class SceneSet:
    """Random access to the scenes of a folder.

    A shard's hash is checked when it is first read. Shards are memory-mapped, a few at a time: resident memory
    does not grow with the set.

    Raises:
        UserError: the manifest or a shard is missing, foreign, truncated or altered.
    """

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        path = self.folder / MANIFEST
        try:
            self.manifest = json.loads(path.read_text())
        except FileNotFoundError:
            raise UserError(f"{path}: not found; make the set with `dvc repro simulate`") from None
        except ValueError:
            raise UserError(f"{path}: not JSON; delete {self.folder} and make the set again") from None
        if self.manifest.get("format") != FORMAT:
            raise UserError(
                f"{path}: format {self.manifest.get('format')!r}, this version reads {FORMAT}; make the set again"
            )
        self.settings = self.manifest["settings"]
        self.arrays = self.manifest["arrays"]
        self._sizes = [shard["scenes"] for shard in self.manifest["shards"]]
        self._starts = np.cumsum([0] + self._sizes)
        self._sound: set[int] = set()
        self._open: OrderedDict[int, object] = OrderedDict()  # the latest last

    def __len__(self) -> int:
        return int(self._starts[-1])

    def read(self, name: str, indices) -> np.ndarray:
        """Rows ``indices`` of array ``name``, stacked along axis 0."""
        indices = np.asarray(indices)
        shards = np.searchsorted(self._starts, indices, side="right") - 1
        rows = indices - self._starts[shards]
        return np.stack([self._shard(int(k)).get_slice(name)[int(r)] for k, r in zip(shards, rows, strict=True)])

    def read_all(self, name: str, stop: int | None = None) -> np.ndarray:
        """The whole array ``name``, or its first ``stop`` scenes."""
        stop = len(self) if stop is None else min(stop, len(self))
        count = int(np.searchsorted(self._starts, stop))
        return np.concatenate([self._shard(k).get_tensor(name) for k in range(count)])[:stop]

    def object(self, index: int) -> Object:
        """The object of scene ``index``."""
        return Object.of({name: self.read(name, [index])[0] for name in Object.ARRAYS})

    def check(self, settings: dict) -> None:
        """Verify that the folder holds the set that ``settings`` describe, every byte of it, and nothing else.

        Raises:
            UserError: names the first file that is missing, foreign, truncated, altered or swapped, or the
                settings in which the set differs.
        """
        differ = [key for key in settings if self.settings.get(key) != settings[key]]
        if differ:
            have = ", ".join(f"{key} {self.settings.get(key)!r}, wanted {settings[key]!r}" for key in differ)
            raise UserError(f"{self.folder / MANIFEST}: a set of other settings: {have}; {self._remedy}")
        known = {MANIFEST} | {shard["file"] for shard in self.manifest["shards"]}
        for path in sorted(self.folder.iterdir()):
            if path.name not in known:
                raise UserError(f"{path}: foreign: not in {MANIFEST}; remove it")
        for k in range(len(self._sizes)):
            self._shard(k)

    @property
    def _remedy(self) -> str:
        return f"delete {self.folder} and make the set again with `dvc repro`"

    def _shard(self, k: int):
        if k in self._open:
            self._open.move_to_end(k)
            return self._open[k]
        shard = self.manifest["shards"][k]
        path = self.folder / shard["file"]
        if not path.exists():
            raise UserError(f"{path}: shard is missing; {self._remedy}")
        if k not in self._sound:
            if (found := sha256(path)) != shard["sha256"]:
                raise UserError(f"{path}: shard is {self._fault(path, shard, found)}; {self._remedy}")
            self._sound.add(k)
        self._open[k] = safe_open(path, framework="numpy")
        if len(self._open) > MAPPED:
            self._open.popitem(last=False)
        return self._open[k]

    def _fault(self, path: Path, shard: dict, found: str) -> str:
        for other in self.manifest["shards"]:
            if other["sha256"] == found:
                return f"swapped: it holds {other['file']}"
        if path.stat().st_size < shard["bytes"]:
            return f"truncated: {path.stat().st_size} of {shard['bytes']} bytes"
        return "altered or foreign: its sha256 is not the manifest's"
