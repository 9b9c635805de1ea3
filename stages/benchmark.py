"""Table 1, and the fast route against the plain one."""

from typing import Annotated

import typer

from gmn.params import Settings
from gmn.progress import Progress
from stages.paths import PARAMS, Paths, cores, parent

MODALITIES = (2, 5, 8, 14)


def run(
    compare: Annotated[bool, typer.Option("--compare", help="Print what the fast route saves; write nothing.")] = False,
    modalities: Annotated[list[int] | None, typer.Option(help="With --compare: M; may be repeated.")] = None,
) -> None:
    """Measure parameters, time per iteration and peak memory of the networks (Table 1)."""
    from gmn.data.shards import write_json
    from gmn.evaluation.cost import measure, parameters
    from gmn.models.config import NETWORKS, ModelConfig
    from stages.device import pick_device

    settings = Settings.load(PARAMS)
    chosen = settings.now.benchmark
    device = pick_device().type
    if compare:
        _compare(modalities or MODALITIES, device)
        return
    threads = cores(settings.threads)
    rows = []
    with Progress("benchmark", len(MODALITIES) * len(NETWORKS), "networks") as progress:
        for m in MODALITIES:
            for network in NETWORKS:
                paper = ModelConfig(network, m)
                timed = paper if chosen.widths == "paper" else settings.model_config_for(network, m)
                cost = measure(
                    timed, chosen.batch_size, chosen.iterations, threads, device, precision=settings.now.train.precision
                )
                rows.append({"modalities": m, "network": network, "parameters": parameters(paper)} | cost)
                progress.advance(1)
    about = chosen.model_dump() | {"device": device, "threads": threads if device == "cpu" else None}
    write_json(parent(Paths(settings).cost), {"settings": about, "rows": rows})


def _compare(modalities, device: str) -> None:
    """One training iteration of one scene and its swapped copy at the paper's widths, one thread.

    The plain route is the transcription of the equations beside the tests: every view, step and expert alone.
    """
    import pandas as pd

    from gmn.evaluation.cost import convolution_rate, measure
    from gmn.models.config import NETWORKS, ModelConfig
    from tests.models.plain import bound

    rate = convolution_rate(1) if device == "cpu" else None
    rows = []
    with Progress("compare", len(modalities) * len(NETWORKS), "networks") as progress:
        for m in modalities:
            for network in NETWORKS:
                config = ModelConfig(network, m)
                plain, fast = (measure(config, 1, 1, 1, device, *route) for route in ((bound,), ()))
                rows.append({"M": m, "network": network} | _row(plain, fast, rate, device))
                if device == "cuda":
                    half = measure(config, 1, 5, 1, device, precision="bfloat16")
                    rows[-1] |= {"bf16 ms": half["ms"], "bf16 ratio": half["ms"] / plain["ms"]}
                progress.advance(1)
    if rate:
        print(f"a 5x5 convolution of 64 to 256 channels: {rate:.0f} GFLOP per CPU second")
    print(pd.DataFrame(rows).to_string(index=False, float_format="%.3g"))


def _row(plain: dict, fast: dict, rate: float | None, device: str) -> dict:
    key, unit = ("cpu_ms", "CPU s") if device == "cpu" else ("ms", "s")
    row = {}
    for name, cost in (("plain", plain), ("fast", fast)):
        seconds = cost[key] / 1e3
        row |= {f"{name} {unit}": seconds, f"{name} GFLOP": cost["gflop"], f"{name} MiB": cost["peak_mib"]}
        if rate:
            row[f"{name} share"] = cost["gflop"] / seconds / rate
    return row | {"ratio": fast[key] / plain[key]}
