"""One tiny set of real scenes, made once, and what the tests build from it."""

import os

# Before torch is imported, and for every process the tests start: at their sizes a second thread gains nothing, and
# waits in a loop for a core that another process keeps busy (a training of 20 s then takes 90 s of two cores).
os.environ["OMP_NUM_THREADS"] = "1"
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each of hundreds of processes compiles all modules

import numpy as np
import pytest
import torch
from pydantic import create_model

from gmn.data.episodes import Episodes
from gmn.data.produce import Production
from gmn.data.reader import SceneReader
from gmn.data.scaling import fitted_scales
from gmn.data.shards import SceneSet
from gmn.data.views import draw_views
from gmn.evaluation.settings import Scored
from gmn.evaluation.trial import Trial
from gmn.mese.settings import SceneSettings
from gmn.models import networks
from gmn.models.config import ModelConfig
from gmn.models.gmn import GMN
from gmn.progress import Progress

# Networks that differ in more than their settings: a file of gmn/models/networks each.
NETWORKS = list({network.inference: name for name, network in reversed(networks.NETWORKS.items())}.values())[::-1]
TINY = dict(
    image_size=16, crop_size=16, representation=6, state=5, latent=2, steps=3, decoder=3, kernel=3,
    std={"vision": 0.3, "haptics": 0.5},
)  # fmt: skip
VOLUME = {"geometry": "volume", "cells": 3, "first_prior": "context", "pooling": "mean"}
SHARED = VOLUME | {"prior": "shared", "pooling": "shrunk", "global_latent": 4}
GEOMETRIES = {"map": {}, "volume": VOLUME, "volume of one step": VOLUME | {"steps": 1}, "volume, shared": SHARED}


def pytest_xdist_auto_num_workers() -> int:
    """One a core, not half of them where two share one; tests of the pipeline start more processes."""
    return os.cpu_count() or 1


@pytest.fixture(scope="session")
def settings() -> SceneSettings:
    return SceneSettings(name="tiny", cubes=5, views=15, image_size=16, crop_size=16, seed=1)


@pytest.fixture(scope="session")
def folder(settings, tmp_path_factory):
    base = tmp_path_factory.mktemp("scenes")
    production = Production(settings, 7, 3, base / "tiny", base / "scratch")
    production.make(production.shards, 2, Progress("tiny", 7, "scenes"))
    production.finish()
    return base / "tiny"


@pytest.fixture(scope="session")
def scenes(folder) -> SceneSet:
    return SceneSet(folder)


def tiny_config(network: str, modalities: int, **changes) -> ModelConfig:
    return ModelConfig(network=network, modalities=modalities, **(TINY | changes))


def tiny_model(network: str, modalities: int, **changes) -> GMN:
    """A network whose every weight, also those that start at zero, has a random value."""
    torch.manual_seed(0)
    model = GMN(tiny_config(network, modalities, **changes))
    with torch.no_grad():
        model.initial.normal_()
        for weight in model.parameters():
            if not weight.any():
                weight.normal_(std=0.1)
    return model.double()


def reader_for(scenes: SceneSet, model: GMN) -> SceneReader:
    return SceneReader(scenes, model.modalities, fitted_scales(model.modalities, "robust", scenes.manifest))


def trial_for(model, reader: SceneReader, scenes: int, samples: int = 1, seed: int = 0, **more: int) -> Trial:
    """An evaluation's trial; ``more`` settings of its kind."""
    kind = create_model("Kind", __base__=Scored, **{name: (int, ...) for name in more})
    return Trial(model, reader, kind(scenes=scenes, samples=samples, **more), seed)


def doubled(episodes: Episodes) -> Episodes:
    return Episodes(
        [s.double() for s in episodes.senses], [q.double() for q in episodes.queries], episodes.context, episodes.target
    )


def episodes_for(scenes: SceneSet, model: GMN, shown=None, count: int = 3, reading: str = "paper") -> Episodes:
    """Scenes with random contexts; ``shown`` (count, M) bool."""
    if shown is None:
        shown = np.ones((count, len(model.modalities)), bool)
    views = draw_views(np.random.default_rng(0), shown, 15, reading)
    return doubled(reader_for(scenes, model).read(np.arange(count))).with_views(*views)
