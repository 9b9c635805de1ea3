"""What the evaluations of one trained network on one object set have in common."""

from collections.abc import Callable

from gmn.params import Scored, Settings
from gmn.progress import Progress
from stages.paths import Paths, parent


def measure(
    kind: str,
    evaluate: Callable[..., dict],
    settings: Settings,
    chosen: Scored,
    object_set: str,
    model: str,
    seed: int,
    regime: str | None = None,
) -> None:
    """Evaluate a network and write down what is found.

    Args:
        kind: of evaluation, the name of its folder of reports.
        evaluate: a function of network, reader, number of scenes, samples, seed, device and tick.
        settings: of the run.
        chosen: how many scenes and samples.
        object_set: its name.
        model: the network.
        seed: of its training.
        regime: that it was trained in, if the kind asks about several; None: m2.

    Raises:
        UserError: weights or scenes are missing or of other settings.
    """
    from gmn.data.shards import write_json
    from stages.device import pick_device
    from stages.load import load_model

    network, (reader,) = load_model(settings, model, regime or "m2", seed, object_set)
    scenes = min(chosen.scenes, len(reader))
    about = [regime, model] if regime else [model]
    with Progress(" ".join([kind, *about]), scenes, "scenes") as progress:
        values = evaluate(network, reader, scenes, chosen.samples, settings.seed, pick_device(), progress.advance)
    write_json(parent(Paths(settings).measured(kind, *about, seed=seed)), values)
