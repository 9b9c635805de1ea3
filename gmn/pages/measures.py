"""What pages tell of a network: samples over training seeds and scenes, and the statistic that is made of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gmn.evaluation.explained import PARTS
from gmn.evaluation.intervals import Interval, interval_of
from gmn.evaluation.refined import KINDS
from gmn.evaluation.results import GROUP, Results, present


@dataclass(frozen=True)
class Measure:
    """One number of a network; where networks are compared, more is better.

    Attributes:
        kind: the evaluation it is of: its folder in a run's.
        samples: of results and a network: arrays (seeds, scenes), paired with those of another network.
        statistic: maps arrays (..., scenes), one per sample, to (...).
        form: of the number: a format, or ``%`` for whole percents.
        block: scenes that depend on one another, as in :func:`gmn.evaluation.intervals.interval_of`.
    """

    kind: str
    samples: Callable[[Results, str], list[np.ndarray]]
    statistic: Callable = lambda values: values.mean(-1)
    form: str = ".2f"
    block: int = 1

    def of(self, results: Results, network: str) -> Interval:
        return interval_of(self.statistic, *self.samples(results, network), block=self.block)

    def mean(self, results: Results, network: str) -> float:
        """That of :meth:`of`, without the resampling."""
        return float(self.statistic(*map(np.ravel, self.samples(results, network))))

    def lead(self, results: Results, network: str, reference: str) -> Interval:
        """Of ``network`` over ``reference``, on the same scenes."""
        return self._more(*(self.samples(results, name) for name in (network, reference)))

    def gain(self, before: "Measure", results: Results, network: str) -> Interval:
        """Over the same statistic of other samples, on the same scenes."""
        return self._more(self.samples(results, network), before.samples(results, network))

    def _more(self, ours: list[np.ndarray], theirs: list[np.ndarray]) -> Interval:
        count = len(ours)

        def difference(*both):
            return self.statistic(*both[:count]) - self.statistic(*both[count:])

        return interval_of(difference, *ours, *theirs, block=self.block)

    def spread(self, results: Results, network: str) -> float:
        """From the lowest to the highest training seed."""
        return float(np.ptp(self.statistic(*(np.asarray(sample) for sample in self.samples(results, network)))))


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Of their means."""
    return part.mean(-1) / whole.mean(-1)


def share(error: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Of the variance that is explained."""
    return 1 - ratio(error, variance)


def explained(context: str, part: str = "grey", table: str = "error") -> Measure:
    """Of unseen pictures; ``table``: ``error``, by P, or ``posterior``, by Q."""

    def samples(results: Results, network: str) -> list:
        found = results.explained(network)
        return [found[table][context][part], found["variance"][part]]

    return Measure("explained", samples, share)


def accuracy(senses: str, count: int) -> Measure:
    """Of telling ten scenes apart by ``count`` views of each of ``senses``: ``I``, ``H``, ``H+I``."""

    def samples(results: Results, network: str) -> list:
        found = results.classification(network)
        return [found["paper"][senses][:, found["counts"].index(count)]]

    return Measure("classification", samples, form="%", block=GROUP)


def recognised(touches: int) -> Measure:
    """Which of ten scenes five pictures show, where ``touches`` of each are known."""

    def samples(results: Results, network: str) -> list:
        found = results.classification(network)
        return [found["touches"][:, found["touch_counts"].index(touches)]]

    return Measure("classification", samples, form="%", block=GROUP)


def shape(mix: str, count: int) -> Measure:
    """Intersection over union of the imagined shape and the true one."""

    def samples(results: Results, network: str) -> list:
        found = results.shape(network)
        return [found[mix]["iou"][:, found["counts"].index(count)]]

    return Measure("shape", samples)


def doubt(mix: str, count: int) -> Measure:
    """The squared error of occupancy that samples' spread predicts, as a share of the true one."""

    def samples(results: Results, network: str) -> list:
        found = results.shape(network)
        place = found["counts"].index(count)
        return [found[mix][name][:, place] for name in ("predicted_error", "squared_error")]

    return Measure("shape", samples, ratio)


def refined(context: str, measure: str, kind: str = "refined") -> Measure:
    """Of samples before gradient ascent (``inferred``) or after: ``iou`` the overlap of shapes, ``grey`` or ``chroma``
    explained, ``energy`` the score of pictures.
    """

    def samples(results: Results, network: str) -> list:
        found = results.refined(network)
        of = found[kind][context][measure]
        return [of, found["variance"][measure]] if measure in PARTS else [of]

    if measure in PARTS:
        return Measure("refined", samples, share)
    return Measure("refined", samples)


def spread(context: str, kind: str) -> Measure:
    """The squared error that samples' spread predicts, as a share of that of their mean; 1 is right."""

    def samples(results: Results, network: str) -> list:
        found = results.refined(network)[kind][context]
        return [found["predicted_error"], found["squared_error"]]

    return Measure("refined", samples, ratio)


def likelihood(sense: str, context: str) -> Measure:
    """Of unseen views by samples of P, nats per number."""
    return Measure("explained", lambda results, network: [results.explained(network)["log_likelihood"][sense][context]])


def elbo(results: Results, network: str) -> list:
    return [-results.missing(network, "m2")["losses"][:, -1]]


def turned(results: Results, network: str) -> list:
    turn = results.explained(network)["turn"]
    return [turn["changed"], turn["variance"]]


def bound(proposal: str, question: str) -> Measure:
    """Fig. 3's bound of ten contexts of the other sense by the most samples of ``proposal``."""
    return Measure(
        "density",
        lambda results, network: [results.effect_of_samples(network)["values"][proposal][question][:, -1]],
        form=".3f",
    )


def covered(sense: str, context: str, level: float) -> Measure:
    def samples(results: Results, network: str) -> list:
        found = results.explained(network)
        return [found["coverage"][sense][context][:, found["levels"].index(level)]]

    return Measure("explained", samples, form="%")


def chroma(measure: str, context: str = "both") -> Measure:
    """Of the scenes that have such cubes."""
    return Measure("agreement", lambda results, network: [present(results.agreement(network)[context][measure])])


CONTEXTS = {  # of the evaluation `explained`
    "nothing": "nothing",
    "one picture": "picture",
    "one picture and 15 touches": "mixed",
    "ten pictures": "pictures",
    "ten touches": "touches",
    "ten of both": "both",
}
ELBO = Measure("missing", elbo, form=",.0f")
TURN = Measure("explained", turned, ratio)
KNOWN: dict[str, list[Measure]] = {
    "ELBO of validation scenes, nats per view x M": [ELBO],
    "ten scenes told apart by five of each sense": [accuracy("H+I", 5)],
    "by one of each sense": [accuracy("H+I", 1)],
    "by five pictures": [accuracy("I", 5)],
    "by five touches": [accuracy("H", 5)],
    "five pictures matched to one of ten scenes, each known by 15 touches": [recognised(15)],
    "overlap with the true shape, from ten pictures": [shape("pictures", 10)],
    "overlap from ten touches": [shape("touches", 10)],
    "overlap from ten of both": [shape("both", 10)],
}
EXPLAINED: dict[str, list[Measure]] = {
    name: [explained(context, part) for part in ("grey", "chroma")] for name, context in CONTEXTS.items()
} | {
    f"Q of {name}": [explained(context, part, "posterior") for part in ("grey", "chroma")]
    for name, context in CONTEXTS.items()
    if context in ("pictures", "touches")
}
BOUNDS: dict[str, list[Measure]] = {
    name: [bound(proposal, question) for proposal in ("posterior", "prior")]
    for name, question in {
        "GRAY from ten touches": "gray",
        "RGB from ten touches": "rgb",
        "touch from ten pictures": "haptics",
    }.items()
}
HUES: dict[str, list[Measure]] = {
    "hue of a hidden cube: cosine with the cube that hides it": [chroma("hue_hider")],
    "cosine with its own": [chroma("hue_own")],
    "cosine with the other cubes shown": [chroma("hue_others")],
    "variance of chroma across samples, seen cubes": [chroma("variance_seen")],
    "variance of chroma across samples, hidden cubes": [chroma("variance_hidden")],
}
SOME = {name: context for name, context in CONTEXTS.items() if context != "nothing"}  # of the evaluation `refined`
REFINED: dict[str, list[Measure]] = {
    f"{name}, {kind}": [refined(context, what, kind) for what in ("iou", "grey", "chroma")]
    for name, context in SOME.items()
    for kind in KINDS
}
GOALS: dict[str, tuple[float, ...]] = {  # grey, chroma and, where it was asked for, overlap; set before training
    "nothing": (0.03, -0.04),
    "one picture": (0.33, 0.35),
    "one picture and 15 touches": (0.73, 0.52),
    "ten pictures": (0.83, 0.79, 0.75),
    "ten touches": (0.70, -0.10, 0.75),
    "ten of both": (0.85, 0.80, 0.80),
}
SPREAD: dict[str, list[Measure]] = {name: [spread(context, kind) for kind in KINDS] for name, context in SOME.items()}
COVERAGE: dict[str, list[Measure]] = {
    "touch from ten pictures": [covered("haptics", "pictures", 0.9)],
    "touch from ten touches": [covered("haptics", "touches", 0.9)],
    "pictures from ten touches": [covered("vision", "touches", 0.9)],
    "pictures from ten pictures": [covered("vision", "pictures", 0.9)],
}
