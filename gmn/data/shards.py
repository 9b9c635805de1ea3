"""Scene sets on disk: immutable safetensors shards and a manifest that vouches for them.

Usage::

    scenes = SceneSet("data/laptop/train")
    images = scenes.read("image", [3, 14, 15])  # (3, V, S, S, 3) uint8
"""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
from safetensors import safe_open

from gmn.arguments import Count, Index, checked
from gmn.errors import UserError
from gmn.files import read_sealed
from gmn.mese.object import Object

FORMAT = 3
MANIFEST = "manifest.json"
MAPPED = 32  # shards mapped at a time


@checked
def shard_name(k: Index) -> str:
    return f"shard-{k:05d}.safetensors"


@checked
def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@checked
class SceneSet:
    """Random access to the scenes of a folder.

    A shard's hash is checked when it is first read. Shards are memory-mapped, a few at a time: resident memory
    does not grow with the set. Threads may share a set, and processes be given one.

    Raises:
        UserError: the manifest or a shard is missing, foreign, truncated or altered.
    """

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        path = self.folder / MANIFEST
        if not path.exists():
            raise UserError(f"{path}: not found; make the set with `dvc repro simulate`")
        self.manifest = read_sealed(path, self._remedy, format=FORMAT)
        self.settings = self.manifest["settings"]
        self.arrays = self.manifest["arrays"]
        self._sizes = [shard["scenes"] for shard in self.manifest["shards"]]
        self._starts = np.cumsum([0] + self._sizes)
        self._sound: set[int] = set()
        self._open: OrderedDict[int, object] = OrderedDict()  # the latest last
        self._lock = RLock()

    def __len__(self) -> int:
        return int(self._starts[-1])

    def __getstate__(self) -> dict:
        return self.__dict__ | {"_open": OrderedDict(), "_lock": None}  # files and locks stay in their process

    def __setstate__(self, state: dict) -> None:
        self.__dict__ = state | {"_lock": RLock()}

    def read(self, name: str, indices) -> np.ndarray:
        """Rows of array ``name``, stacked along axis 0.

        Args:
            name: of the array, one of ``arrays``.
            indices: which scenes, as those of an array are chosen: a number, also a negative one, which gives one row
                without axis 0; numbers; a slice; or a mask, (len(self),) bool.

        Raises:
            UserError: there is no such array or scene.
        """
        self._known(name)
        chosen = self._numbers(indices)
        rows = self._stacked(name, chosen.ravel())
        return rows.reshape(chosen.shape + rows.shape[1:])

    def _known(self, name: str) -> None:
        if name not in self.arrays:
            raise UserError(f"{self.folder}: no array {name!r}; there are {', '.join(self.arrays)}")

    def _numbers(self, indices) -> np.ndarray:
        """Scene numbers from 0 of whatever a sequence takes."""
        everything = np.arange(len(self))
        try:
            if not isinstance(indices, slice):
                indices = np.asarray(indices)
                if not indices.size:
                    indices = indices.astype(int)
                if indices.dtype.kind not in "iub":
                    raise IndexError(f"they are {indices.dtype}, not whole numbers")
            return np.asarray(everything[indices])
        except (IndexError, ValueError, TypeError) as error:
            raise UserError(f"{self.folder}: indices: {error}; the set has {len(self)} scenes") from None

    def _stacked(self, name: str, indices: np.ndarray) -> np.ndarray:
        shards = np.searchsorted(self._starts, indices, side="right") - 1
        rows = indices - self._starts[shards]
        if not len(indices):
            return np.zeros((0, *self.arrays[name]["shape"]), self.arrays[name]["dtype"])
        return np.stack([self._shard(int(k)).get_slice(name)[int(r)] for k, r in zip(shards, rows, strict=True)])

    def read_all(self, name: str, stop: Count | None = None) -> np.ndarray:
        """The whole array ``name``, or its first ``stop`` scenes."""
        self._known(name)
        stop = len(self) if stop is None else min(stop, len(self))
        count = int(np.searchsorted(self._starts, stop))
        return np.concatenate([self._shard(k).get_tensor(name) for k in range(count)])[:stop]

    def object(self, index: int) -> Object:
        """The object of scene ``index``."""
        return Object.of({name: self.read(name, index) for name in Object.ARRAYS})

    def check(self, settings: Mapping[str, Any]) -> None:
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
        with self._lock:
            return self._opened(k)

    def _opened(self, k: int):
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
