"""Verdicts on claims: what an interval says of a prediction, whatever we hope for."""

from collections.abc import Iterable

from gmn.evaluation.intervals import Interval

HOLDS, FAILS, UNDECIDED = "holds", "fails", "undecided"


def above(interval: Interval, threshold: float = 0.0) -> str:
    """Whether a number is above ``threshold``: decided only if the whole interval lies on one side."""
    if interval.low > threshold:
        return HOLDS
    return FAILS if interval.high < threshold else UNDECIDED


def within(interval: Interval, low: float, high: float) -> str:
    """Whether a number lies between ``low`` and ``high``: decided if the interval is all inside or all outside."""
    if low < interval.low and interval.high < high:
        return HOLDS
    return FAILS if interval.high < low or high < interval.low else UNDECIDED


def every(verdicts: Iterable[str]) -> str:
    """The verdict on a claim of several parts: it fails with any part, and holds with all."""
    verdicts = set(verdicts)
    if FAILS in verdicts:
        return FAILS
    return HOLDS if verdicts == {HOLDS} else UNDECIDED
