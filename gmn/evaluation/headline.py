"""The few numbers by which `dvc exp show` compares networks."""

import pandas as pd

from gmn.evaluation.intervals import bootstrap


def headline(network: str, density: dict, classification: dict, curves: pd.DataFrame) -> dict:
    """Means with 95 % intervals over scenes and seeds, flat enough for ``dvc metrics diff``.

    Args:
        network: its name.
        density, classification, curves: of its M = 2 runs, see :class:`gmn.evaluation.results.Results`.
    """
    most = density["counts"][-1]
    wanted = {
        "rgb_nothing": ("rgb", 0, 0),
        "rgb_from_1_touch": ("rgb", 0, 1),
        f"rgb_from_{most}_touches": ("rgb", 0, most),
        f"rgb_from_{most}_images": ("rgb", most, 0),
        f"gray_from_{most}_touches": ("gray", 0, most),
        "haptics_from_1_image": ("haptics", 1, 0),
        f"haptics_from_{most}_images": ("haptics", most, 0),
        f"haptics_from_{most}_touches": ("haptics", 0, most),
    }
    index = {count: k for k, count in enumerate(density["counts"])}
    nats = {
        name: _interval(density["values"][question][:, index[images], index[touches]])
        for name, (question, images, touches) in wanted.items()
    }
    last = classification["counts"][-1]
    accuracy = {f"{senses}_{last}": _interval(hits[:, -1]) for senses, hits in classification["paper"].items()}
    final = curves[curves["iteration"] == curves["iteration"].max()].mean()
    return {
        "model": network,
        "seeds": int(curves["seed"].nunique()),
        "iterations": int(final["iteration"]),
        "loss": {name: float(final[name]) for name in ("train", "val_missing", "val_full")},
        "nats_per_dimension": nats,
        "accuracy": accuracy,
    }


def _interval(values) -> dict:
    return {name: round(value, 5) for name, value in bootstrap(values)._asdict().items()}
