"""Make a set of scenes on disk, shard by shard, in parallel, going on where a killed run stopped."""

import hashlib
import json
import shutil
from dataclasses import asdict
from pathlib import Path

import joblib
import numpy as np
from safetensors import SafetensorError, safe_open

from gmn.data.shards import FORMAT, MANIFEST, SceneSet, sha256, shard_name, write_json, write_shard
from gmn.mese.hand import channels
from gmn.mese.simulate import UNITS, SceneSettings, simulate
from gmn.progress import Progress

STATISTICS_SCENES = 10_000  # at most so many scenes enter the channel statistics


def produce(
    settings: SceneSettings,
    scenes: int,
    shard_scenes: int,
    out: Path,
    scratch: Path,
    workers: int,
    progress: Progress,
) -> None:
    """Write ``scenes`` scenes to ``out``.

    Finished shards wait in ``scratch``, in a folder named by a hash of the settings, until the set is whole.

    Args:
        settings: what every scene is made of.
        scenes: number of scenes.
        shard_scenes: scenes per shard; does not change any scene.
        out: the set's folder; replaced.
        scratch: where unfinished sets are kept.
        workers: processes.
        progress: counts scenes.
    """
    described = asdict(settings) | {"scenes": scenes, "shard_scenes": shard_scenes, "format": FORMAT}
    key = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:16]
    partial = scratch / f"{settings.name}-{key}"
    partial.mkdir(parents=True, exist_ok=True)

    ranges = [range(i, min(i + shard_scenes, scenes)) for i in range(0, scenes, shard_scenes)]
    missing = [k for k in range(len(ranges)) if not _readable(partial / shard_name(k))]
    progress.skip(scenes - sum(len(ranges[k]) for k in missing))
    jobs = (joblib.delayed(_make_shard)(settings, ranges[k], partial / shard_name(k)) for k in missing)
    for made in joblib.Parallel(n_jobs=workers, return_as="generator_unordered")(jobs):
        progress.advance(made)

    shards = [
        {"file": shard_name(k), "scenes": len(r), "sha256": sha256(partial / shard_name(k))}
        for k, r in enumerate(ranges)
    ]
    manifest = {
        "format": FORMAT,
        "settings": described,
        "arrays": _describe(partial / shard_name(0)),
        "shards": shards,
    }
    write_json(partial / MANIFEST, manifest)
    write_json(partial / MANIFEST, manifest | {"haptics": channel_statistics(SceneSet(partial))})
    shutil.rmtree(out, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(partial, out)


def _make_shard(settings: SceneSettings, indices: range, path: Path) -> int:
    write_shard(path, simulate(settings, indices))
    return len(indices)


def _readable(path: Path) -> bool:
    """Whether a shard left by an earlier run is whole; writing is atomic, so its header tells."""
    try:
        with safe_open(path, framework="numpy") as shard:
            return bool(shard.keys())
    except (OSError, SafetensorError):
        return False


def _describe(path: Path) -> dict:
    with safe_open(path, framework="numpy") as shard:
        arrays = {name: shard.get_tensor(name) for name in shard.keys()}
    return {
        name: {"shape": list(a.shape[1:]), "dtype": str(a.dtype), "unit": UNITS[name]} for name, a in arrays.items()
    }


def channel_statistics(scenes: SceneSet) -> dict:
    """Per haptic channel: names, minimum, maximum, mean, std, 1st and 99th percentile."""
    readings = scenes.read_all("haptics", STATISTICS_SCENES).astype(np.float64)
    flat = readings.reshape(-1, readings.shape[-1])
    low, high = np.percentile(flat, [1, 99], axis=0)
    rows = {"min": flat.min(0), "max": flat.max(0), "mean": flat.mean(0), "std": flat.std(0), "p1": low, "p99": high}
    return {"names": [c.name for c in channels()]} | {k: np.round(v, 6).tolist() for k, v in rows.items()}
