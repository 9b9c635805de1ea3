"""Table 1, and the fast route against the plain one."""

from typing import Annotated

import typer

from gmn.errors import UserError
from gmn.params import Settings
from gmn.paths import PARAMS, Paths
from gmn.progress import Progress
from stages.cores import cores


def run(
    compare: Annotated[bool, typer.Option("--compare", help="Print what the fast route saves; write nothing.")] = False,
    modalities: Annotated[list[int] | None, typer.Option(help="With --compare: M; may be repeated.")] = None,
    widths: Annotated[str, typer.Option(help="With --compare: paper, or scale: the networks of this scale.")] = "paper",
) -> None:
    """Measure parameters, time per iteration and peak memory of the networks (Table 1)."""
    import torch

    from gmn.data.modalities import MODALITIES
    from gmn.evaluation.benchmark import Way, measuring, parameters
    from gmn.files import write_sealed
    from gmn.models.config import ModelConfig
    from stages.device import pick_device

    settings = Settings.load(PARAMS)
    chosen = settings.now.benchmark
    device = pick_device().type
    if compare:
        if widths not in ("paper", "scale"):
            raise UserError(f"--widths: got {widths!r}; use paper or scale")
        make = ModelConfig if widths == "paper" else settings.model_config_for
        _compare(modalities or MODALITIES, device, _of_table(settings, widths), make)
        return
    threads = cores(settings.threads)
    rows = []
    networks = _of_table(settings, chosen.widths)
    with measuring() as measure, Progress("benchmark", len(MODALITIES) * len(networks), "networks") as progress:
        for m in MODALITIES:
            for network in networks:
                paper = ModelConfig(network=network, modalities=m)
                timed = paper if chosen.widths == "paper" else settings.model_config_for(network, m)
                way = Way(precision=settings.now.of(network).train.precision)
                cost = measure(timed, chosen.batch_size, chosen.iterations, threads, device, way)
                rows.append({"modalities": m, "network": network, "parameters": parameters(paper)} | cost)
                progress.advance(1)
    name = torch.cuda.get_device_name() if device == "cuda" else device
    about = chosen.model_dump() | {"device": name, "threads": threads if device == "cpu" else None}
    write_sealed(Paths(settings).benchmark, {"settings": about, "rows": rows})


def _of_table(settings: Settings, widths: str) -> list[str]:
    """The networks to measure: at the paper's widths those of one class are one."""
    from gmn.models.networks import NETWORKS

    if widths == "scale":
        return settings.networks
    kinds = {NETWORKS[name].inference: name for name in reversed(settings.networks)}
    return [name for name in settings.networks if name in kinds.values()]


def _compare(modalities, device: str, networks: list[str], make) -> None:
    """Training iterations: one scene on one thread of a CPU, or four on a GPU.

    The plain route is the transcription of the equations beside the tests: every view, step and expert alone.
    """
    import pandas as pd

    from gmn.evaluation.benchmark import Way, convolution_rate, measuring
    from gmn.reference import bound

    ways = {"plain": Way(bound), "fast": Way()}
    rate, batch, iterations = None, 4, 5
    if device == "cuda":
        half = {"precision": "bfloat16"}
        ways |= {
            "bf16": Way(**half),
            "bf16 channels last": Way(**half, channels_last=True),
            "bf16 compiled": Way(**half, compiled=True),
        }
    else:
        rate, batch, iterations = convolution_rate(1), 1, 1
        print(f"a 5x5 convolution of 64 to 256 channels: {rate:.0f} GFLOP per CPU second", flush=True)
    runs = len(modalities) * len(networks) * len(ways)
    with measuring() as measure, Progress("compare", runs, "runs") as progress:
        for m in modalities:
            for network in networks:
                costs = {}
                for name, way in ways.items():
                    costs[name] = measure(make(network=network, modalities=m), batch, iterations, 1, device, way)
                    progress.advance(1)
                rows = [{"M": m, "network": network, "way": name} | _row(costs, name, rate) for name in costs]
                print(pd.DataFrame(rows).to_string(index=False, float_format="%.3g"), flush=True)


def _row(costs: dict, name: str, rate: float | None) -> dict:
    cost, key = costs[name], "cpu_ms" if rate else "ms"
    seconds = cost[key] / 1e3
    row = {"CPU s" if rate else "s": seconds, "GFLOP": cost["gflop"], "MiB": cost["peak_mib"]}
    if rate:
        row["share of rate"] = cost["gflop"] / seconds / rate
    return row | {"ratio": cost[key] / costs["plain"][key]}
