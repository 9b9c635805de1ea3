"""Every measured number of a run as one tidy table, each with its interval over scenes and training seeds."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from gmn.data.modalities import HAPTICS
from gmn.data.regime import of_reading
from gmn.evaluation import agreement, classification, explained, refined, shape
from gmn.evaluation.claims import PAIR
from gmn.evaluation.intervals import bootstrap, share_explained
from gmn.evaluation.protocol import counts
from gmn.evaluation.results import GROUP, HELD_OUT, Results, present

SHARE = "share of {} explained by {}"
KEYS = ["network", "evaluation", "regime", "metric", "pictures", "touches", "modalities"]
COLUMNS = [*KEYS, "mean", "low", "high", "scenes", "seeds"]

Rows = Iterator[tuple[dict, list[np.ndarray]]]  # keys of a number; its samples (seeds, scenes), two of a share


def to_frame(results: Results) -> pd.DataFrame:
    """The table, of columns :data:`COLUMNS`.

    ``pictures`` and ``touches`` are given as context, ``modalities`` are shown (Fig. 5); empty where it is no part of
    the question. ``low`` and ``high`` are the 95 % bootstrap's.

    Raises:
        UserError: a file of results is missing or damaged.
    """
    rows = []
    for network in results.networks:
        for evaluation, measured in EVALUATIONS.items():
            for about, samples in measured(results, network):
                block = GROUP if evaluation == "classification" else 1
                of = share_explained(*samples) if len(samples) == 2 else bootstrap(*samples, block=block)
                seeds, scenes = samples[0].shape
                keys = {"network": network, "evaluation": evaluation, "regime": "m2"} | about
                rows.append(keys | of.described() | {"scenes": scenes, "seeds": seeds})
    whole = ["pictures", "touches", "modalities"]
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(whole, "Int64"))


def _given(contexts: Mapping[str, int]) -> dict:
    return dict(zip(("pictures", "touches"), counts(contexts), strict=True))


def _density(results: Results, network: str) -> Rows:
    yield from _questions(results.density(network))


def _heldout(results: Results, network: str) -> Rows:
    for regime in ("m2", "m2-heldout") if network == HELD_OUT else ():
        for about, samples in _questions(results.heldout(regime)):
            yield about | {"regime": regime}, samples


def _questions(found: dict) -> Rows:
    for question, values in found["values"].items():
        for i, pictures in enumerate(found["counts"]):
            for j, touches in enumerate(found["counts"]):
                about = {"metric": f"nats per dimension, {question}", "pictures": pictures, "touches": touches}
                yield about, [values[:, i, j]]


def _classification(results: Results, network: str) -> Rows:
    found = results.classification(network)
    for question in ("paper", "released"):
        for name, senses in classification.MIXES.items():
            for k, count in enumerate(found["counts"]):
                if count or name == "I":  # without views all are one question
                    about = {"metric": f"accuracy, by the {question} question"} | _given(dict.fromkeys(senses, count))
                    yield about, [found[question][name][:, k]]
    for k, count in enumerate(found["touch_counts"]):
        yield {"metric": "accuracy, whose pictures"} | _given({HAPTICS: count}), [found["touches"][:, k]]


def _explained(results: Results, network: str) -> Rows:
    found = results.explained(network)
    for table, distribution in (("error", "P"), ("posterior", "Q")):
        for context, parts in found[table].items():
            for part, error in parts.items():
                about = {"metric": SHARE.format(part, distribution)} | _given(explained.CONTEXTS[context])
                yield about, [error, found["variance"][part]]
    for measure in ("energy", "log_likelihood", "squared_error", "predicted_error"):
        for sense, of in found[measure].items():
            for context, values in of.items():
                about = {"metric": f"{measure.replace('_', ' ')}, {sense}"} | _given(explained.CONTEXTS[context])
                yield about, [values]
    for sense, of in found["coverage"].items():
        for context, values in of.items():
            for k, level in enumerate(found["levels"]):
                about = {"metric": f"inside {level:.0%} intervals, {sense}"} | _given(explained.CONTEXTS[context])
                if (there := present(values[:, k])).size:
                    yield about, [there]


def _shape(results: Results, network: str) -> Rows:
    found = results.shape(network)
    for mix, senses in (shape.MIXES | {"nothing": ()}).items():
        for metric, values in found[mix].items():
            for k, count in enumerate(found["counts"] if senses else [0]):
                if (there := present(values[:, k])).size:
                    yield {"metric": metric.replace("_", " ")} | _given(dict.fromkeys(senses, count)), [there]


def _refined(results: Results, network: str) -> Rows:
    found = results.refined(network)
    for kind in refined.KINDS:
        for context, of in found[kind].items():
            given = _given(refined.CONTEXTS[context])
            for part in explained.PARTS:
                yield {"metric": SHARE.format(part, f"P, {kind}")} | given, [of[part], found["variance"][part]]
            for measure in refined.MEASURES:
                yield {"metric": f"{measure.replace('_', ' ')}, {kind}"} | given, [of[measure]]
    for context, contexts in refined.CONTEXTS.items():  # paired
        before, after = (found[kind][context] for kind in refined.KINDS)
        for part in explained.PARTS:
            variance = found["variance"][part]
            gain = variance - (before[part] - after[part])  # an error whose share is the gain of shares
            yield {"metric": SHARE.format(part, "P, gain")} | _given(contexts), [gain, variance]
        for measure in ("iou", "energy"):
            yield {"metric": f"{measure}, gain"} | _given(contexts), [after[measure] - before[measure]]


def _agreement(results: Results, network: str) -> Rows:
    found = results.agreement(network)
    for context, contexts in agreement.CONTEXTS.items():
        for metric, values in found[context].items():
            if (there := present(values)).size:
                yield {"metric": metric} | _given(contexts), [there]


def _missing(results: Results, network: str) -> Rows:
    chosen, default = results.settings.regimes, results.settings.reading
    regimes = ["m2"]
    for reading in ("paper", "released") if network in PAIR else ():
        regimes += of_reading(chosen, reading, default).values()
    for regime in regimes:
        found = results.missing(network, regime)
        for k, size in enumerate(found["sizes"]):
            yield {"regime": regime, "metric": "loss, nats", "modalities": size}, [found["losses"][:, k]]


EVALUATIONS = {
    "density": _density,
    "classification": _classification,
    "explained": _explained,
    "shape": _shape,
    "refined": _refined,
    "agreement": _agreement,
    "missing": _missing,
    "heldout": _heldout,
}
