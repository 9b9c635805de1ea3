"""Table 1."""

from gmn.params import Settings
from gmn.progress import Progress
from stages.paths import PARAMS, Paths, cores, parent

MODALITIES = (2, 5, 8, 14)


def run() -> None:
    """Measure parameters, time per iteration and peak memory of the networks (Table 1)."""
    from gmn.data.shards import write_json
    from gmn.evaluation.cost import measure, parameters
    from gmn.models.config import NETWORKS, ModelConfig
    from stages.device import pick_device

    settings = Settings.load(PARAMS)
    chosen = settings.now.benchmark
    threads, device = cores(settings.threads), pick_device().type
    rows = []
    with Progress("benchmark", len(MODALITIES) * len(NETWORKS), "networks") as progress:
        for m in MODALITIES:
            for network in NETWORKS:
                paper = ModelConfig(network, m)
                timed = paper if chosen.widths == "paper" else settings.model_config_for(network, m)
                cost = measure(timed, chosen.batch_size, chosen.iterations, threads, device)
                rows.append({"modalities": m, "network": network, "parameters": parameters(paper)} | cost)
                progress.advance(1)
    about = chosen.model_dump() | {"device": device, "threads": threads if device == "cpu" else None}
    write_json(parent(Paths(settings).cost), {"settings": about, "rows": rows})
