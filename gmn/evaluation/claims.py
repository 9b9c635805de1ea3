"""The paper's claims C1-C8, and C6 by the other reading; each part as one number with an interval and a verdict.

Every part is a difference or ratio that the claim predicts to lie above a threshold (or inside a range), paired
over scenes and resampled over scenes and training seeds. Which threshold is written in the part's ``wanted``.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np

from gmn.data.regime import Regime, of_reading
from gmn.evaluation.intervals import Interval, bootstrap, interval_of, ratio_of_means
from gmn.evaluation.results import GROUP, Results, nearest, present
from gmn.evaluation.verdicts import UNDECIDED, above, every, within

# What the paper prints: parameters in millions, milliseconds an iteration (Sec. 4, Table 1).
PARAMETERS = {(5, "poe"): 53, (5, "apoe"): 29, (14, "poe"): 131, (14, "apoe"): 51}
MILLISECONDS = {(5, "poe"): 790, (5, "apoe"): 679, (14, "poe"): 2059, (14, "apoe"): 1189}
FIG5 = {"a": "m8-1-2", "b": "m8-7-8", "c": "m14-1-4", "d": "m14-11-14"}
PAIR = ("apoe", "baseline")  # of the paper's figures
MOST = -1  # the largest number of contexts


@dataclass(frozen=True)
class Part:
    """One measured part of a claim.

    Attributes:
        what: is measured.
        wanted: the prediction of the claim.
        ours: mean and 95 % interval; of an exact count the two ends are the count.
        unit: of the numbers.
        verdict: see :mod:`gmn.evaluation.verdicts`.
    """

    what: str
    wanted: str
    ours: Interval
    unit: str
    verdict: str


@dataclass(frozen=True)
class Claim:
    """A claim of the paper.

    Attributes:
        statement: in one sentence.
        source: where the paper makes it.
        networks: that it is about, or the pair that it compares.
        measure: its parts, a function of results and those.
        stages: that measure what it needs, as `dvc repro --glob` takes them.
    """

    statement: str
    source: str
    networks: tuple[str, ...]
    measure: Callable[..., list[Part]]
    stages: str


def claims(results: Results, chosen: Iterable[str] | None = None) -> list[dict]:
    """Id, statement and source in the paper, parts, the verdict on all of them, and the command that repeats it.

    Args:
        results: what the stages measured; only what the chosen claims need is read.
        chosen: ids; None: all.
    """
    table = []
    for name in chosen or CLAIMS:
        claim = CLAIMS[name]
        parts = claim.measure(results, *claim.networks)
        table.append(
            {
                "id": name,
                "claim": claim.statement,
                "source": claim.source,
                "verdict": every(part.verdict for part in parts),
                "parts": [asdict(part) | {"ours": part.ours.described()} for part in parts],
                "command": f"dvc repro --glob '{claim.stages}' && python -m stages claims {name}",
            }
        )
    return table


def positive(what: str, ours: Interval, unit: str, threshold: float = 0.0) -> Part:
    """A part that the claim predicts to lie above ``threshold``."""
    return Part(what, f"> {threshold:g}", ours, unit, above(ours, threshold))


def parameters(results: Results, *networks: str) -> list[Part]:
    parts = []
    for m, network in ((m, network) for m in (5, 14) for network in networks):
        printed = PARAMETERS[m, network]
        (count,) = (
            row["parameters"] / 1e6
            for row in results.benchmark["rows"]
            if (row["modalities"], row["network"]) == (m, network)
        )
        ours = Interval(count, count, count)
        verdict = within(ours, printed - 1, printed + 1)
        wanted = f"within 1 of {printed}: the paper prints whole millions, cut (131.6 as 131) or rounded (28.5 as 29)"
        parts.append(Part(f"{network}, M = {m}", wanted, ours, "million", verdict))
    return parts


def times(results: Results, slow: str, quick: str) -> list[Part]:
    rows = {(r["modalities"], r["network"]): r["each_ms"] for r in results.benchmark["rows"]}
    parts = []
    for m in (5, 14):
        ours = ratio_of_means(rows[m, slow], rows[m, quick])
        wanted = f"> 1; printed: {MILLISECONDS[m, slow] / MILLISECONDS[m, quick]:.2f}"
        parts.append(Part(f"PoE's time over APoE's, M = {m}", wanted, ours, "ratio", above(ours, 1)))
    return parts


def density(results: Results, first: str, second: str) -> list[Part]:
    parts = []
    for question in ("gray", "rgb", "haptics"):
        gap = _gap(results, question, first, second)
        parts.append(positive(f"{question}: APoE minus baseline, the worst of 16 points", _worst(gap), NATS))
        own, other = gap[:, 0].mean(1), gap[:, 1:].mean((1, 2))
        alone, few = bootstrap(own - other), bootstrap(gap[:, 0, 1] - gap[:, 0, MOST])
        parts.append(positive(f"{question}: gap without contexts of the sense asked for, minus gap with", alone, NATS))
        parts.append(positive(f"{question}: that gap at one context minus at ten", few, NATS))
        ours, theirs = (nearest(results.effect_of_samples(n), question) for n in (first, second))
        nearer = f"{question}: APoE minus baseline, ten contexts of the other sense, the nearer bound of many samples"
        parts.append(positive(nearer, bootstrap(ours - theirs), NATS))
    return parts


def shape_not_colour(results: Results, network: str) -> list[Part]:
    values = results.density(network)["values"]
    rows = [values[q][:, *at] for q in ("gray", "rgb") for at in ((0, MOST), (0, 0), (MOST, MOST))]
    gray = interval_of(_share, *rows[:3])
    contrast = interval_of(lambda *r: _share(*r[:3]) - _share(*r[3:]), *rows)
    return [
        positive("GRAY: what ten touches give of what ten touches and ten pictures give", gray, "share", 0.5),
        positive("that share of GRAY minus that of RGB", contrast, "share"),
    ]


def classification(results: Results, first: str, second: str) -> list[Part]:
    ours, theirs = results.classification(first)["paper"], results.classification(second)["paper"]
    gain = {s: ours[s][:, MOST] - ours[s][:, 0] for s in ours}
    gap = {s: ours[s][:, 1:].mean(1) - theirs[s][:, 1:].mean(1) for s in ours}
    of = partial(bootstrap, block=GROUP)  # scenes of a group are each other's wrong answers
    parts = [positive(f"APoE, {s}: five contexts minus none", of(gain[s]), ACCURACY) for s in ours]
    parts += [positive(f"{s}: APoE minus baseline, 1-5 contexts", of(gap[s]), ACCURACY) for s in ours]
    alike = of(ours["H+I"][:, MOST] - ours["I"][:, MOST])
    parts.append(Part("APoE: H+I minus I, five contexts", "within 0.1", alike, ACCURACY, within(alike, -0.1, 0.1)))
    parts.append(positive("APoE: I minus H, five contexts", of(ours["I"][:, MOST] - ours["H"][:, MOST]), ACCURACY))
    parts.append(positive("baseline's deficit on I minus that on H+I", of(gap["I"] - gap["H+I"]), ACCURACY))
    return parts


def missing(results: Results, first: str, second: str, reading: str) -> list[Part]:
    parts, runs = [], of_reading(results.settings.regimes, reading, results.settings.reading)
    for letter, split in FIG5.items():
        if split not in runs:
            what = f"({letter}) {split}, reading {reading}"
            parts.append(Part(what, "a run", Interval(*3 * [np.nan]), LOSS, UNDECIDED))
            continue
        name = runs[split]
        regime = Regime.parse(name)
        full, excess = {}, {}
        for network in (first, second):
            losses = results.missing(network, name)["losses"]  # (seeds, sizes, scenes)
            full[network] = losses.mean(1)
            excess[network] = full[network] - np.einsum("ksn,s->kn", losses, regime.train_sizes()[1:])
        behind = bootstrap(full[second] - full[first])
        parts.append(positive(f"({letter}) val_full, baseline minus APoE", behind, LOSS))
        if letter != "c":  # there the paper says that the baseline is slow, not that it overfits
            worse = bootstrap(excess[second] - excess[first])
            parts.append(positive(f"({letter}) val_full minus val_missing, baseline minus APoE", worse, LOSS))
    return parts


def agreement(results: Results, network: str) -> list[Part]:
    both, nothing = (results.agreement(network)[name] for name in ("both", "nothing"))
    apart = both["variance_hidden"] - both["variance_seen"]
    return [
        positive("IoU of two samples' silhouettes: given picture and touches, minus given nothing",
                 bootstrap(both["iou"] - nothing["iou"]), "IoU"),
        positive("IoU of samples' and true silhouettes, given both", bootstrap(both["truth_iou"]), "IoU", 0.5),
        positive("variance of hidden cubes' chroma minus of seen cubes', given both",
                 bootstrap(present(apart)), "of the true chroma squared", 0.05),
        positive("share of seen cubes' chroma that is imagined right, given both",
                 bootstrap(1 - present(both["error_seen"])), "share", 0.5),
    ]  # fmt: skip


def similar_bound(results: Results, first: str, second: str) -> list[Part]:
    """The ELBO of complete validation scenes; similar: within 5 % of its distance from the best possible."""
    losses = {network: results.missing(network, "m2")["losses"][:, -1] for network in (first, second)}
    config = results.settings.model_config_for(first, 2)
    best = sum(m.size * config.best_log_density(m) for m in config.modality_list)
    margin = 0.05 * float(np.mean(best + losses[second]))
    ours = bootstrap(losses[second] - losses[first])
    return [
        Part("ELBO at M = 2, APoE minus baseline", f"within {margin:.1f}: 5 % of the distance from the best possible",
             ours, LOSS, within(ours, -margin, margin))
    ]  # fmt: skip


NATS, ACCURACY, LOSS = "nats / dimension", "share of ten", "nats / view x M"

CLAIMS = {
    "C1": Claim(
        "Parameters: PoE 53M and APoE 29M at M = 5, 131M and 51M at M = 14",
        source="Table 1",
        networks=("poe", "apoe"),
        measure=parameters,
        stages="benchmark",
    ),
    "C2": Claim(
        "An iteration of PoE takes longer than one of APoE at M = 5 and 14",
        source="Table 1",
        networks=("poe", "apoe"),
        measure=times,
        stages="benchmark",
    ),
    "C3": Claim(
        "APoE is above the baseline at every point, most with no context of the sense asked for and few of the other",
        source="Fig. 3",
        networks=PAIR,
        measure=density,
        stages="evaluate@density-*",
    ),
    "C4": Claim(
        "Touch carries shape, not colour: with touch alone GRAY approaches its bound and RGB does not",
        source="Fig. 3",
        networks=("apoe",),
        measure=shape_not_colour,
        stages="evaluate@density-*",
    ),
    "C5": Claim(
        "Accuracy rises with contexts; APoE is above the baseline, most on single senses; its I is near H+I, its H "
        "lower",
        source="Fig. 4",
        networks=PAIR,
        measure=classification,
        stages="evaluate@classification-*",
    ),
    "C6": Claim(
        "Trained on 1-2 (a) or 7-8 (b) of 8 modalities, 1-4 (c) or 11-14 (d) of 14, the baseline overfits (in c: is "
        "slow), APoE does not; missing as in the text: hidden, and not asked for",
        source="Fig. 5",
        networks=PAIR,
        measure=partial(missing, reading="paper"),
        stages="evaluate-missing@*",
    ),
    "C6r": Claim(
        "The same, missing as in the authors' release, which drew Fig. 5: hidden, but asked for",
        source="Fig. 5",
        networks=PAIR,
        measure=partial(missing, reading="released"),
        stages="evaluate-missing@*",
    ),
    "C7": Claim(
        "Across samples shapes agree; colours vary except where the context picture shows them",
        source="Fig. 1",
        networks=("apoe",),
        measure=agreement,
        stages="evaluate@agreement-*",
    ),
    "C8": Claim(
        "APoE and baseline reach a similar ELBO at M = 2",
        source="Fig. S4",
        networks=PAIR,
        measure=similar_bound,
        stages="evaluate@missing-m2-*",
    ),
}


def _gap(results: Results, question: str, first: str, second: str) -> np.ndarray:
    """First minus second, (seeds, own contexts, contexts of the other sense, scenes)."""
    gap = np.subtract(*(results.density(network)["values"][question] for network in (first, second)))
    return gap if question != "haptics" else gap.swapaxes(1, 2)


def _worst(gap: np.ndarray) -> Interval:
    """The lowest mean of the points of (seeds, own, other, scenes), and the lowest ends of their intervals.

    It lies above zero where every point does, and below where any does.
    """
    points = gap.reshape(len(gap), -1, gap.shape[-1]).swapaxes(0, 1)
    together = 1 - 0.05 / len(points)  # Bonferroni: 95 % for all points at once
    intervals = [interval_of(lambda r: r.mean(-1), point, confidence=together) for point in points]
    return Interval(*np.min(intervals, axis=0).tolist())


def _share(reached: np.ndarray, none: np.ndarray, most: np.ndarray) -> np.ndarray:
    return (reached.mean(-1) - none.mean(-1)) / (most.mean(-1) - none.mean(-1))
