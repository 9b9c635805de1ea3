"""What the stages measured, read for the figures."""

import json
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from safetensors.numpy import load_file

from gmn.data.shards import SceneSet
from gmn.params import Settings

NETWORKS = ("apoe", "baseline", "poe")
MISSING = ("m8-1-2", "m8-7-8", "m14-1-4", "m14-11-14")


@dataclass(frozen=True)
class Results:
    """Files of one scale.

    Attributes:
        settings: of the run.
        paths: where its files are (stages.paths.Paths).
    """

    settings: Settings
    paths: object

    def density(self, network: str) -> dict:
        return json.loads(self.paths.density(network).read_text())

    def classification(self, network: str) -> dict:
        return json.loads(self.paths.classification(network).read_text())

    def missing(self, regime: str) -> dict:
        return json.loads(self.paths.missing(regime).read_text())

    def curves(self, network: str, regime: str) -> pd.DataFrame:
        return pd.read_csv(self.paths.curves(network, regime))

    @cached_property
    def cost(self) -> dict:
        return json.loads(self.paths.cost.read_text())

    @cached_property
    def generated(self) -> dict:
        return load_file(self.paths.generated(self.settings.model))

    @cached_property
    def test_scenes(self) -> SceneSet:
        return SceneSet(self.paths.scenes("test"))
