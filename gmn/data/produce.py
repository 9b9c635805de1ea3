"""Make a set of scenes on disk, shard by shard, on any number of machines, going on where a killed run stopped.

Usage::

    production = Production(SceneSettings(name="train"), 8000, 50, Path("data/train"), Path(".scratch"))
    production.make(range(0, 64), workers=2, progress=progress)  # here, and 64 to 160 elsewhere
    production.finish()

Shard k is a pure function of (settings, k): who makes it, when, and beside whom, changes no byte.
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import joblib
import mujoco
import numpy as np
from joblib.externals.loky import get_reusable_executor
from safetensors import SafetensorError, safe_open

from gmn.arguments import Count, Index, checked, listed, numbers
from gmn.data.shards import FORMAT, MANIFEST, sha256, shard_name
from gmn.errors import UserError
from gmn.files import replace_folder, write_arrays, write_sealed
from gmn.mese.senses import SENSES
from gmn.mese.settings import SceneSettings
from gmn.mese.simulate import simulate, units
from gmn.progress import Progress
from gmn.source import source_digest

STATISTICS_SCENES = 10_000  # at most so many scenes enter the channel statistics
PATIENCE = 10  # s to wait for a cluster's scheduler, and for its first worker


@checked
@dataclass(frozen=True)
class Production:
    """A set of scenes to be made.

    Attributes:
        settings: what every scene is made of.
        scenes: number of scenes.
        shard_scenes: scenes per shard; does not change any scene.
        out: the set's folder; replaced when the set is whole.
        scratch: where finished shards wait for that.
    """

    settings: SceneSettings
    scenes: Count
    shard_scenes: Count
    out: Path
    scratch: Path

    @property
    def described(self) -> dict:
        """All that the bytes depend on, as in the manifest."""
        sizes = {"scenes": self.scenes, "shard_scenes": self.shard_scenes}
        return self.settings.model_dump() | sizes | {"mujoco": mujoco.__version__}

    @cached_property
    def folder(self) -> Path:
        """Folder of unfinished shards, named by a hash of settings and code."""
        about = [self.described, FORMAT, source_digest("mese")]
        key = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:16]
        return self.scratch.absolute() / f"{self.settings.name}-{key}"

    @property
    def shards(self) -> range:
        """Numbers of all shards."""
        return range(-(-self.scenes // self.shard_scenes))

    def indices(self, k: Index) -> range:
        """The scenes of shard ``k``."""
        return range(k * self.shard_scenes, min((k + 1) * self.shard_scenes, self.scenes))

    def path(self, k: Index) -> Path:
        return self.folder / shard_name(k)

    def make(self, shards: listed(Index), workers: Count, progress: Progress, cluster: str | None = None) -> None:
        """Make those of ``shards`` that are not there yet.

        Args:
            shards: their numbers.
            workers: processes on this machine; unused with a cluster.
            progress: counts scenes.
            cluster: address of a Dask scheduler whose workers share the scratch folder, or None.

        Raises:
            UserError: no scheduler answers, it has no worker, or its workers do not share the folder.
        """
        if beyond := [k for k in shards if k not in self.shards]:
            raise UserError(f"shards: got {beyond[0]}; there are {len(self.shards)}, from 0")
        lacking = [k for k in shards if not _readable(self.path(k))]
        progress.skip(sum(len(self.indices(k)) for k in shards if k not in set(lacking)))
        jobs = (joblib.delayed(_make_shard)(self.settings, self.indices(k), self.path(k)) for k in lacking)
        with _engine(workers, cluster):
            for made in joblib.Parallel(return_as="generator_unordered")(jobs):
                progress.advance(made)
        for k in lacking:
            if not self.path(k).exists():
                raise UserError(f"{self.path(k)}: made, but not here; the cluster's workers must share {self.scratch}")

    def finish(self) -> None:
        """Write the manifest and move the set to its folder; every shard must be there."""
        if lacking := [self.path(k) for k in self.shards if not self.path(k).exists()]:
            raise UserError(f"{lacking[0]}: not there; make all {len(self.shards)} shards before the set is finished")
        for temporary in self.folder.glob("*.tmp"):
            temporary.unlink()
        manifest = {
            "format": FORMAT,
            "settings": self.described,
            "arrays": _describe(self.path(0)),
            "shards": [
                {
                    "file": self.path(k).name,
                    "scenes": len(self.indices(k)),
                    "bytes": self.path(k).stat().st_size,
                    "sha256": sha256(self.path(k)),
                }
                for k in self.shards
            ],
        } | {
            sense.name: channel_statistics(sense.channels, self._first(sense.signals[0]))
            for sense in SENSES.values()
            if sense.channels
        }
        write_sealed(self.folder / MANIFEST, manifest)
        replace_folder(self.folder, self.out)

    def _first(self, name: str) -> np.ndarray:
        """An array of the first scenes."""
        count = min(len(self.shards), -(-STATISTICS_SCENES // self.shard_scenes))
        parts = []
        for k in range(count):
            with safe_open(self.path(k), framework="numpy") as shard:
                parts.append(shard.get_tensor(name))
        return np.concatenate(parts)[:STATISTICS_SCENES]


@contextmanager
def _engine(workers: int, cluster: str | None):
    """joblib's processes here, or the workers of a Dask cluster."""
    if cluster is None:
        with joblib.parallel_config(backend="loky", n_jobs=workers):
            yield
        get_reusable_executor().shutdown()  # so that the workers' time counts as this process's
        return
    try:
        from distributed import Client
    except ImportError:
        raise UserError("cluster: needs Dask; install it with `pip install 'gmn[dask]'`") from None
    try:
        client = Client(cluster, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise UserError(
            f"cluster: no Dask scheduler answers at {cluster!r} ({error}); start one with `dask scheduler`, or use null"
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise UserError(
                f"cluster: no worker came to {cluster!r} within {PATIENCE} s; start some with `dask worker {cluster}`"
            ) from None
        with joblib.parallel_config(backend="dask", n_jobs=-1):
            yield


def _make_shard(settings: SceneSettings, indices: range, path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_arrays(path, simulate(settings, indices))
    return len(indices)


def _readable(path: Path) -> bool:
    """Whether a shard left by an earlier run is whole; writing is atomic, so its header tells."""
    try:
        with safe_open(path, framework="numpy") as shard:
            return set(shard.keys()) == set(units())
    except (OSError, SafetensorError):
        return False


def _describe(path: Path) -> dict:
    with safe_open(path, framework="numpy") as shard:
        arrays = {name: shard.get_tensor(name) for name in units()}
    return {
        name: {"shape": list(a.shape[1:]), "dtype": str(a.dtype), "unit": units()[name]} for name, a in arrays.items()
    }


@checked
def channel_statistics(names: Sequence[str], readings: numbers(..., -1)) -> dict:
    """Per channel of readings (..., D): names, minimum, maximum, mean, std, 1st and 99th percentile."""
    if not readings.size:
        raise UserError("readings: none; give one grasp's at least")
    if readings.shape[-1] != len(names):
        raise UserError(f"readings: {readings.shape[-1]} channels; there are {len(names)} names")
    flat = readings.reshape(-1, readings.shape[-1]).astype(np.float64)
    low, high = np.percentile(flat, [1, 99], axis=0)
    rows = {"min": flat.min(0), "max": flat.max(0), "mean": flat.mean(0), "std": flat.std(0), "p1": low, "p99": high}
    return {"names": list(names)} | {k: np.round(v, 6).tolist() for k, v in rows.items()}
