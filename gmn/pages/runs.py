"""Kept runs: a folder of ``reports`` each."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gmn.errors import UserError
from gmn.evaluation.results import AGAIN, Results
from gmn.files import read_json, read_table
from gmn.params import Settings
from gmn.paths import Paths

CLAIMED = ("scale", "seeds", "iterations", "claims")  # what claims.json tells


@dataclass(frozen=True)
class Run:
    """What one folder of ``reports`` holds.

    Attributes:
        settings: of the run: its scale and training seeds.
        folder: of its files.
    """

    settings: Settings
    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def results(self) -> Results:
        return _ReadOnce(self.settings, _Folder(self.settings, self.folder))

    @property
    def networks(self) -> list[str]:
        """Those that were measured at M = 2, in the order of figures."""
        return [name for name in self.settings.networks if (self.folder / "explained/m2" / name).is_dir()]

    def has(self, kind: str) -> bool:
        """Whether an evaluation of M = 2 was made of it."""
        return (self.folder / kind / "m2").is_dir()

    @cached_property
    def about(self) -> dict:
        """claims.json: scale, training seeds, iterations, claims."""
        return read_json(self.folder / "claims.json", AGAIN, CLAIMED)

    @property
    def claims(self) -> list[dict]:
        return self.about["claims"]

    def minutes(self, *stages: str) -> float:
        """CPU time of the stages whose names start so; of all if none is named."""
        return sum(seconds for stage, seconds in self.seconds.items() if stage.startswith(stages or ("",))) / 60

    @cached_property
    def seconds(self) -> dict[str, float]:
        """CPU time of each stage, whatever else the machine did; empty where it was not kept."""
        path = self.folder / "time.csv"
        if not path.exists():
            return {}
        table = read_table(path, f"delete it, or {AGAIN}", ("stage", "cpu_seconds"))
        return table.set_index("stage")["cpu_seconds"].to_dict()


class _ReadOnce(Results):
    """A page asks for the same file many times."""

    @cached_property
    def _known(self) -> dict[tuple[str, str, str], list[dict]]:
        return {}

    def _read(self, kind: str, regime: str, network: str) -> list[dict]:
        of = kind, regime, network
        if of not in self._known:
            self._known[of] = super()._read(*of)
        return self._known[of]


class _Folder(Paths):
    """Files of a run whose folder is not named like its scale."""

    def __init__(self, settings: Settings, reports: Path):
        super().__init__(settings)
        self.reports = reports


class Runs:
    """The kept runs by name.

    Args:
        settings: of all scales.
        root: of the repository.
    """

    def __init__(self, settings: Settings, root: Path):
        self.settings, self.reports = settings, root / "reports"

    def __contains__(self, name: str) -> bool:
        return (self.reports / name / "claims.json").exists()

    def __getitem__(self, name: str) -> Run:
        folder = self.reports / name
        about = read_json(folder / "claims.json", f"{AGAIN} at scale {name}", CLAIMED)
        regimes = sorted({path.name for path in folder.glob("missing/m*-*")})
        update = {"scale": about["scale"], "seeds": about["seeds"], "regimes": regimes}
        return Run(self.settings.model_copy(update=update), folder)

    def best(self, scale: str, kind: str = "explained/m2") -> Run:
        """The run of a scale with the most training seeds.

        Args:
            scale: of its settings.
            kind: a folder of results that the run must have.

        Raises:
            UserError: there is none.
        """
        found = [self[path.parent.name] for path in sorted(self.reports.glob("*/claims.json"))]
        able = [run for run in found if run.settings.scale == scale and run.networks and (run.folder / kind).is_dir()]
        if not able:
            raise UserError(
                f"{self.reports}: no run of scale {scale} has {kind}; make one: dvc exp run -S scale={scale}"
            )
        return max(able, key=lambda run: len(run.settings.seeds))
