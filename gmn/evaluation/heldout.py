"""Shapes that training never saw: the densities of Fig. 3 on them. Not in the paper."""

from gmn.evaluation.density import cross_modal
from gmn.evaluation.trial import Trial

SETS = ("heldout",)


def heldout(trial: Trial) -> dict:
    """As :func:`gmn.evaluation.density.cross_modal`, of scenes of the held-out shapes."""
    return cross_modal(trial)
