"""The headline numbers of a network, and the few of them by which `dvc exp show` compares experiments."""

from gmn.evaluation.intervals import bootstrap, share_explained
from gmn.evaluation.results import GROUP, Results

EXPLAINED = {  # context of the evaluation `explained` -> what it is called here
    "nothing": "nothing",
    "picture": "1_image",
    "pictures": "10_images",
    "touches": "10_touches",
    "both": "10_of_both",
}


def headline(results: Results, network: str) -> dict:
    """Means with 95 % intervals over scenes and seeds of a network's M = 2 runs, for ``dvc metrics diff``."""
    density, classification = results.density(network), results.classification(network)
    curves = results.curves(network, "m2")
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
        name: bootstrap(density["values"][question][:, index[images], index[touches]]).described()
        for name, (question, images, touches) in wanted.items()
    }
    last = classification["counts"][-1]
    accuracy = {
        f"{senses}_{last}": bootstrap(hits[:, -1], block=GROUP).described()
        for senses, hits in classification["paper"].items()
    }
    found = results.explained(network)
    explained = {
        f"{part}_from_{label}": share_explained(found["error"][context][part], found["variance"][part]).described()
        for context, label in EXPLAINED.items()
        for part in ("grey", "chroma")
    }
    final = curves[curves["iteration"] == curves["iteration"].max()].mean()
    return {
        "model": network,
        "seeds": int(curves["seed"].nunique()),
        "iterations": int(final["iteration"]),
        "loss": {name: float(final[name]) for name in ("train", "val_missing", "val_full")},
        "explained": explained,
        "nats_per_dimension": nats,
        "accuracy": accuracy,
    }


def few(numbers: dict, scale: str) -> dict:
    """The main numbers of :func:`headline`, without intervals; the same names at every scale."""
    explained = {name: value["mean"] for name, value in numbers["explained"].items() if not name.endswith("10_of_both")}
    accuracy = {f"accuracy_{name}": value["mean"] for name, value in numbers["accuracy"].items()}
    about = {"scale": scale, "model": numbers["model"], "iterations": numbers["iterations"]}
    return about | {"loss": numbers["loss"]["val_full"]} | explained | accuracy
