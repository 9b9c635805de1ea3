"""In which order stages run side by side, and how long that takes: pure arithmetic."""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """A stage that is still to run.

    Attributes:
        needs: the stages whose outs it reads.
        seconds: it takes on one core.
        most: cores it can use; it takes ``seconds / cores`` then.
    """

    needs: frozenset[str]
    seconds: float
    most: int = 1


@dataclass(frozen=True)
class Turn:
    """When a stage runs, in seconds from the beginning of all, on how many cores."""

    begin: float
    end: float
    cores: int


def remaining(stages: Mapping[str, Stage], cores: int) -> dict[str, float]:
    """Seconds of the longest chain of stages that begins with each: those with the longest go first."""
    followers: dict[str, list[str]] = {name: [] for name in stages}
    for name, stage in stages.items():
        for need in stage.needs & stages.keys():
            followers[need].append(name)
    found: dict[str, float] = {}

    def chain(name: str) -> float:
        if name not in found:
            stage = stages[name]
            own = stage.seconds / min(stage.most, cores)
            found[name] = own + max(map(chain, followers[name]), default=0.0)
        return found[name]

    for name in stages:
        chain(name)
    return found


def plan(stages: Mapping[str, Stage], cores: int, running: Mapping[str, Turn] | None = None) -> dict[str, Turn]:
    """When each stage would run.

    Whenever cores are free, of the stages that need nothing more the one with the longest chain gets all it can use.

    Args:
        stages: all that are still to run, those that run now among them; other needs are met.
        cores: of the machine.
        running: of ``stages``, those that run at time 0.
    """
    first, turns = remaining(stages, cores), dict(running or {})
    waiting = {name: set(stage.needs & stages.keys()) for name, stage in stages.items() if name not in turns}
    ends = [(turn.end, name) for name, turn in turns.items()]
    heapq.heapify(ends)
    free, now = cores - sum(turn.cores for turn in turns.values()), 0.0
    while waiting or ends:
        for name in sorted(waiting, key=lambda name: -first[name]):
            if free > 0 and not waiting[name]:
                del waiting[name]
                took = min(stages[name].most, free)
                turns[name] = Turn(now, now + stages[name].seconds / took, took)
                heapq.heappush(ends, (turns[name].end, name))
                free -= took
        now, ended = heapq.heappop(ends)
        free += turns[ended].cores
        for needs in waiting.values():
            needs.discard(ended)
    return turns


def binding(stages: Mapping[str, Stage], turns: Mapping[str, Turn]) -> list[str]:
    """The chain that ends last: before each of its stages the one, needed or on its cores, that ended when it began."""
    name = max(turns, key=lambda name: turns[name].end)
    chain = [name]
    while turns[name].begin > 0:
        before = [other for other in turns if abs(turns[other].end - turns[name].begin) < 1e-6 and other not in chain]
        name = max(before, key=lambda other: (other in stages[name].needs, turns[other].end - turns[other].begin))
        chain.append(name)
    return chain[::-1]
