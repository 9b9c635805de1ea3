"""Where every out of the pipeline lives: the same names as in dvc.yaml."""

from pathlib import Path

from gmn.params import Settings

PARAMS = Path("params.yaml")
CODE = Path("data/code.json")
SCRATCH = Path(".scratch")


class Paths:
    """Files of the chosen run; scenes are those of its scale.

    Usage::

        settings = Settings.load(PARAMS)
        Paths(settings).weights("apoe", "m2", 0)
    """

    def __init__(self, settings: Settings):
        self.data = Path("data") / settings.scale
        self.made = Path("data") / settings.run
        self.models = Path("models") / settings.run
        self.reports = Path("reports") / settings.run

    @property
    def settings(self) -> Path:
        return self.reports / "settings.json"

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

    def measured(self, kind: str, regime: str, network: str, seed: int) -> Path:
        """What an evaluation found of a network that was trained in a regime."""
        return self.reports / kind / regime / network / f"{seed}.json"

    def generated(self, network: str) -> Path:
        return self.made / "generation" / f"{network}.safetensors"

    @property
    def benchmark(self) -> Path:
        return self.reports / "benchmark.json"

    @property
    def table(self) -> Path:
        return self.reports / "results.csv"

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
    def headline(self) -> Path:
        """Of the run that was scored last."""
        return self.reports.with_name("headline.json")

    @property
    def figures(self) -> Path:
        return self.reports / "figures"

    @property
    def phone(self) -> Path:
        """Figures for a phone: for the page alone, so not beside those that are kept in Git."""
        return self.made / "phone"

    @property
    def album(self) -> Path:
        return self.made / "album.json"

    @property
    def page(self) -> Path:
        return self.reports / "index.html"
