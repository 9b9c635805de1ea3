"""Where every out of the pipeline lives: the same names as in dvc.yaml."""

import os
from pathlib import Path

from gmn.params import Settings

PARAMS = Path("params.yaml")
SCRATCH = Path(".scratch")


class Paths:
    """Files of the chosen scale.

    Usage::

        settings = Settings.load(PARAMS)
        Paths(settings).weights("apoe", "m2")
    """

    def __init__(self, settings: Settings):
        self.data = Path("data") / settings.scale
        self.models = Path("models") / settings.scale
        self.reports = Path("reports") / settings.scale

    @property
    def sound(self) -> Path:
        return self.data / "settings.txt"

    def scenes(self, object_set: str) -> Path:
        return self.data / object_set

    def split(self, regime: str) -> Path:
        return self.data / "splits" / f"{regime}.safetensors"

    def combinations(self, regime: str) -> Path:
        return self.reports / "combinations" / f"{regime}.csv"

    def weights(self, network: str, regime: str, seed: int) -> Path:
        return self.models / regime / network / f"{seed}.safetensors"

    def curves(self, network: str, regime: str, seed: int) -> Path:
        return self.reports / "curves" / regime / network / f"{seed}.csv"

    def measured(self, kind: str, *about: str, seed: int) -> Path:
        """Of one evaluation of a trained network: ``about`` is its name, after the regime where there are several."""
        return self.reports.joinpath(kind, *about, f"{seed}.json")

    def generated(self, network: str) -> Path:
        return self.data / "generated" / f"{network}.safetensors"

    @property
    def cost(self) -> Path:
        return self.reports / "cost.json"

    @property
    def claims(self) -> Path:
        return self.reports / "claims.json"

    @property
    def times(self) -> Path:
        return self.reports / "time.csv"

    @property
    def metrics(self) -> Path:
        return self.reports / "metrics.json"

    @property
    def figures(self) -> Path:
        return self.reports / "figures"

    @property
    def album(self) -> Path:
        return self.data / "album.json"

    @property
    def page(self) -> Path:
        return self.reports / "index.html"


def parent(path: Path) -> Path:
    """``path``, its folder made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def cores(setting: int) -> int:
    """A number of workers or threads, where 0 means all cores this process may use."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    # Processes that torchrun started on this machine share its cores.
    return setting or max(1, available // int(os.environ.get("LOCAL_WORLD_SIZE", "1")))
