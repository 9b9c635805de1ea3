"""Results of the stages, read back: arrays over training seeds and scenes."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from gmn.data.regime import Regime
from gmn.data.shards import SceneSet
from gmn.errors import UserError
from gmn.files import read_arrays, read_sealed, read_sealed_table
from gmn.params import Settings
from gmn.paths import Paths

AGAIN = "make it again with `dvc repro`"
GROUP = 10  # scenes to classify are each other's wrong answers: SCENES of gmn.evaluation.classification
HELD_OUT = "apoe"  # the network that is trained without the held-out shapes, too


@dataclass(frozen=True)
class Results:
    """Files of one scale.

    Attributes:
        settings: of the run.
        paths: where its files are.
    """

    settings: Settings
    paths: Paths

    @property
    def networks(self) -> list[str]:
        """Those that were trained, in the order of figures and tables."""
        return self.settings.networks

    def density(self, network: str) -> dict:
        """``values[question]``: (seeds, images, touches, scenes), nats per dimension."""
        return _joined(self._read("density", "m2", network), ["values"])

    def effect_of_samples(self, network: str) -> dict:
        """``values[proposal][question]``: (seeds, counts, scenes), nats per dimension."""
        return _joined([file["effect_of_samples"] for file in self._read("density", "m2", network)], ["values"])

    def classification(self, network: str) -> dict:
        """``paper[senses]``, ``released[senses]``: (seeds, counts, scenes), 0 or 1; ``touches``, ``prior`` alike."""
        return _joined(self._read("classification", "m2", network), ["paper", "released", "touches", "prior"])

    def missing(self, network: str, regime: str) -> dict:
        """``losses``: (seeds, sizes, scenes), nats."""
        return _joined(self._read("missing", regime, network), ["losses"])

    def heldout(self, regime: str) -> dict:
        """As :meth:`density`, of network :data:`HELD_OUT` on the held-out shapes."""
        return _joined(self._read("heldout", regime, HELD_OUT), ["values"])

    def agreement(self, network: str) -> dict:
        """``<context>[<measure>]``: (seeds, scenes), NaN where a scene has none."""
        return _joined(self._read("agreement", "m2", network))

    def shape(self, network: str) -> dict:
        """``<mix>[iou | iou_sample | chamfer | squared_error | predicted_error]``: (seeds, counts, scenes); ``nothing``
        has one count."""
        return _joined(self._read("shape", "m2", network))

    def refined(self, network: str) -> dict:
        """``variance[part]``, and ``inferred, refined[context][measure]``: (seeds, scenes)."""
        return _joined(self._read("refined", "m2", network))

    def explained(self, network: str) -> dict:
        """``error, posterior[context][part]``, ``variance[part]``, ``turn[changed | variance]``, and ``energy,
        log_likelihood, squared_error, predicted_error[sense][context]``: (seeds, scenes); ``coverage[sense][context]``:
        (seeds, levels, scenes).
        """
        return _joined(self._read("explained", "m2", network))

    def curves(self, network: str, regime: str) -> pd.DataFrame:
        """Training curves, a column ``seed`` first; ``train`` only where batches show all of all scenes, else NaN."""
        tables = {seed: self._curve(network, regime, seed) for seed in self.settings.seeds}
        rows = pd.concat(tables, names=["seed"]).reset_index("seed")
        rows["train"] = rows["train"].where(rows["lesson"] == rows["lesson"].max())
        return rows

    def _curve(self, network: str, regime: str, seed: int) -> pd.DataFrame:
        path, now = self.paths.curves(network, regime, seed), self.settings.now.of(network)
        table = read_sealed_table(path, AGAIN, ("iteration", "lesson", "train", "val_missing", "val_full"))
        wanted = (now.train_missing if Regime.parse(regime).missing else now.train).iterations
        if table["iteration"].iloc[-1] != wanted:
            raise UserError(f"{path}: ends at iteration {table['iteration'].iloc[-1]}, wanted {wanted}; {AGAIN}")
        return table

    def _read(self, kind: str, regime: str, network: str) -> list[dict]:
        """The files of all training seeds."""
        found = []
        for seed in self.settings.seeds:
            of = {"kind": kind, "regime": regime, "network": network, "seed": seed}
            file = read_sealed(self.paths.measured(kind, regime, network, seed), AGAIN, of=of)
            found.append({key: value for key, value in file.items() if key != "of"})
        return found

    @cached_property
    def benchmark(self) -> dict:
        return read_sealed(self.paths.benchmark, AGAIN)

    @cached_property
    def generation(self) -> dict:
        return read_arrays(self.paths.generated(self.settings.model), AGAIN, network=self.settings.model)

    @cached_property
    def album(self) -> dict:
        """As :meth:`gmn.explore.explorer.Explorer.album` makes it."""
        return read_sealed(self.paths.album, AGAIN)

    @cached_property
    def test_scenes(self) -> SceneSet:
        return SceneSet(self.paths.scenes("test"))


def _joined(files: list[dict], keys=None) -> dict:
    """The files as one: ``keys`` (None: every table) gain a first axis of seeds, the rest is the first file's."""
    if keys is None:
        keys = [key for key, value in files[0].items() if isinstance(value, dict)]
    return files[0] | {key: _stack([file[key] for file in files]) for key in keys}


def _stack(values: list):
    if isinstance(values[0], dict):
        return {name: _stack([value[name] for value in values]) for name in values[0]}
    return np.array(values, float)


def present(values: np.ndarray) -> np.ndarray:
    """(seeds, scenes) less the scenes that have no such number."""
    return values[:, ~np.isnan(values).any(0)]


def nearest(effect: dict, question: str) -> np.ndarray:
    """The higher of the bounds by the most samples of the posterior and of the prior, (seeds, scenes).

    Args:
        effect: of :meth:`Results.effect_of_samples`.
        question: of Fig. 3.
    """
    return max((bound[question][:, -1] for bound in effect["values"].values()), key=np.mean)
