"""Scenes of MESE: one object, observed from V poses by every sense."""

import numpy as np

from gmn.arguments import Index, checked, listed
from gmn.errors import UserError
from gmn.mese import scene as scene_arrays
from gmn.mese.grasp import Threads
from gmn.mese.scene import Scene
from gmn.mese.senses import SENSES
from gmn.mese.settings import SceneSettings


def units() -> dict[str, str]:
    """The arrays of a scene, and their units."""
    sensed = [sense.arrays for sense in SENSES.values()]
    return {name: unit for arrays in (*sensed, scene_arrays.UNITS) for name, unit in arrays.items()}


@checked
def simulate(settings: SceneSettings, indices: listed(Index), threads: Threads = 1) -> dict[str, np.ndarray]:
    """Make scenes ``indices`` of a set.

    Returns:
        Arrays with the scenes along axis 0; N scenes, V views, n cubes: ``image`` (N, V, S, S, 3) uint8,
        ``image_crop`` (N, V, s, s, 3) uint8, ``camera`` and ``hand`` (N, V, 5) float32, ``haptics``
        (N, V, 132) float32, ``walk`` (N, n, 3) int8, ``colour`` (N, n, 3), ``orientation`` (N, 4) and
        ``spot`` (N, 3) float32, ``label`` and ``attempts`` (N,) int32. Units: :func:`units`.
    """
    if not indices:
        raise UserError("indices: none; ask for one scene at least")
    scenes = [Scene(settings, index) for index in indices]
    observed = zip(*(sense.observe(scenes, threads) for sense in SENSES.values()), strict=True)
    finished = [_finished(scene, *parts) for scene, parts in zip(scenes, observed, strict=True)]
    return {name: np.stack([arrays[name] for arrays in finished]) for name in units()}


def _finished(scene: Scene, *observed: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """All arrays of a scene, given those of each sense: noise is added signal by signal, in the order of names."""
    arrays = {name: array for part in observed for name, array in part.items()}
    owner = {signal: sense for sense in SENSES.values() for signal in sense.signals}
    for signal in sorted(owner):
        arrays[signal] = owner[signal].noisy(scene.settings, scene.noise, arrays[signal])
    single = {name: a.astype(np.float32) if a.dtype == np.float64 else a for name, a in arrays.items()}
    return single | scene.arrays()
