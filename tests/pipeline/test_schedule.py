"""Schedules by hand: what goes first, what more cores give, what bounds a run."""

import pytest

from stages.schedule import Stage, Turn, binding, plan, remaining


def stage(seconds: float, *needs: str, most: int = 1) -> Stage:
    return Stage(frozenset(needs), seconds, most)


#      scenes 40 (up to four cores) -> train 30 -> score 5
#                                   -> short 1..6 of 10 each
STAGES = {"scenes": stage(40, most=4), "train": stage(30, "scenes"), "score": stage(5, "train")} | {
    f"short {k}": stage(10, "scenes") for k in range(6)
}


def test_one_core_takes_the_sum():
    turns = plan(STAGES, 1)
    assert max(turn.end for turn in turns.values()) == pytest.approx(sum(stage.seconds for stage in STAGES.values()))


@pytest.mark.parametrize("cores", [1, 2, 3, 4, 16])
def test_needs_are_met_and_no_core_is_used_twice(cores):
    turns = plan(STAGES, cores)
    assert turns.keys() == STAGES.keys()
    for name, turn in turns.items():
        assert all(turns[need].end <= turn.begin for need in STAGES[name].needs)
        beside = [other for other in turns.values() if other.begin <= turn.begin < other.end]
        assert sum(other.cores for other in beside) <= cores
    work = sum(stage.seconds for stage in STAGES.values()) / cores
    longest = max(remaining(STAGES, cores).values())
    assert max(work, longest) <= max(turn.end for turn in turns.values()) <= work + longest


def test_the_longest_chain_goes_first():
    assert remaining(STAGES, 4)["scenes"] == 10 + 30 + 5
    turns = plan(STAGES, 2)
    assert turns["scenes"] == Turn(0, 20, 2) and turns["train"] == Turn(20, 50, 1)
    assert max(turn.end for turn in turns.values()) == 70  # 95 s of one core behind the scenes: no core is idle long


def test_many_cores_leave_the_longest_chain():
    turns = plan(STAGES, 16)
    assert max(turn.end for turn in turns.values()) == 45
    assert binding(STAGES, turns) == ["scenes", "train", "score"]


def test_what_runs_keeps_its_cores():
    running = {"scenes": Turn(0, 7, 2)}
    turns = plan(STAGES, 2, running)
    assert turns["scenes"] == Turn(0, 7, 2) and turns["train"].begin == 7
    assert plan({}, 2) == {} and plan({"scenes": STAGES["scenes"]}, 2, running) == running


def test_met_needs_may_be_left_out():
    assert plan({"score": STAGES["score"]}, 1) == {"score": Turn(0, 5, 1)}
