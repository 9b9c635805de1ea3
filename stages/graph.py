"""The stages of dvc.yaml as DVC sees them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from gmn.errors import UserError
from gmn.files import read_table
from gmn.params import Settings
from gmn.paths import Paths
from stages.report import group_of
from stages.schedule import Stage

if TYPE_CHECKING:
    import pandas

UNKNOWN = 10.0  # seconds of a stage that no stage like it was timed of


@contextmanager
def dvc_errors() -> Iterator[None]:
    """What DVC finds wrong as one message."""
    from sqlite3 import Error  # of what DVC remembers about files

    from dvc.exceptions import DvcException

    try:
        yield
    except DvcException as error:
        raise UserError(f"DVC: {error}") from None
    except Error as error:
        raise UserError(f"DVC: {error}; check the disk's space and rights") from None


class Graph:
    """Stages, what each needs, and whether its outs are what it would write.

    Usage::

        graph = Graph()
        graph.needs["train@apoe-m2-0"]  # {"simulate@train", "simulate@val", "split@m2"}

    Raises:
        UserError: DVC cannot read dvc.yaml, params.yaml or dvc.lock.
    """

    def __init__(self):
        from dvc.repo import Repo
        from dvc.repo.reproduce import get_active_graph

        with dvc_errors():
            self.repo = Repo(_wait_for_lock=True)
            with self.repo.lock:
                graph = get_active_graph(self.repo.index.graph)
        self._stages = {stage.addressing: stage for stage in graph}
        self.needs = {
            name: frozenset(need.addressing for need in graph.successors(stage)) for name, stage in self._stages.items()
        }

    def mend(self) -> None:
        """Take the dead off DVC's list of who reads and writes what; a killed run leaves them, or cuts the list."""
        path = Path(self.repo.tmp_dir) / "rwlock"
        with self.repo.lock:
            try:
                listed = json.loads(path.read_text())
                writing = {file: who for file, who in listed["write"].items() if _lives(who)}
                reading = {file: [who for who in readers if _lives(who)] for file, readers in listed["read"].items()}
                path.write_text(json.dumps({"write": writing, "read": reading}))
            except FileNotFoundError:
                pass
            except (ValueError, TypeError, KeyError, AttributeError):
                path.unlink()

    def unchanged(self, name: str) -> bool:
        """Whether ``dvc repro`` would leave the stage alone, now that all it needs is made."""
        with dvc_errors(), self.repo.lock:
            return not self._stages[name].changed()


def _lives(who: dict) -> bool:
    """Whether it is a DVC that runs: not one that was killed, whose number may be another's by now."""
    try:
        process = psutil.Process(who["pid"])
        return process.status() != psutil.STATUS_ZOMBIE and any("dvc" in word for word in process.cmdline())
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def measured(settings: Settings) -> "pandas.DataFrame | None":
    """What each stage took, by its name: `reports/<scale>/time.csv`; None if there is none of the kind."""
    path = Paths(settings).times
    try:
        return read_table(path, "", ("stage", "seconds")).set_index("stage")
    except UserError:
        return None


def stages_of(needs: Mapping[str, frozenset[str]], settings: Settings, cores: int) -> dict[str, Stage]:
    """Stages with what they take by the last measurement; like others of their group where they have none.

    Args:
        needs: of :class:`Graph`.
        settings: of the run.
        cores: that all together may use.
    """
    times = measured(settings)
    known: dict[str, float] = {}
    if times is not None:
        known = times["cpu_seconds" if "cpu_seconds" in times else "seconds"].to_dict()
    groups: dict[str, list[float]] = {}
    for name, seconds in known.items():
        groups.setdefault(group_of(name), []).append(seconds)
    mean = {group: sum(values) / len(values) for group, values in groups.items()}
    return {
        name: Stage(needed, known.get(name, mean.get(group_of(name), UNKNOWN)), _most(name, settings, cores))
        for name, needed in needs.items()
    }


def _most(name: str, settings: Settings, cores: int) -> int:
    """Cores that a stage can use."""
    group, _, item = name.partition("@")
    if group == "simulate":
        chosen = settings.now.simulate
        shards = -(-getattr(chosen.sets, item).scenes // chosen.shard_scenes)
        return 1 if settings.cluster else min(cores, shards)
    computes = group.startswith(("train", "evaluate", "generation", "benchmark", "album"))
    return min(cores, settings.threads or cores) if computes else 1
