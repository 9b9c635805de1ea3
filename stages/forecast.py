"""Where the time of a run goes, and what more cores would make of it."""

from gmn.params import Settings
from gmn.paths import PARAMS, Paths

CORES = (1, 2, 4, 8, 16)


def run() -> None:
    """Tell how long the pipeline takes on 1 to 16 cores, by the CPU time of each stage in time.csv."""
    from gmn.errors import UserError
    from gmn.files import read_json, write_atomically
    from gmn.report import time_table
    from stages.graph import Graph, measured, stages_of
    from stages.report import group_of
    from stages.schedule import Stage, binding, plan, remaining

    settings = Settings.load(PARAMS)
    paths = Paths(settings)
    times = measured(settings)
    needs = Graph().needs
    lacking = needs.keys() - (set() if times is None or "cpu_seconds" not in times else set(times.index))
    if lacking:
        raise UserError(
            f"{paths.times}: no CPU time of {len(lacking)} stages, such as {min(lacking)}; run `make repro`"
        )
    times = times.loc[sorted(needs)]  # pyrefly: ignore[missing-attribute]
    run_path = paths.reports / "repro.json"
    whole = read_json(run_path, "run `dvc repro --force`, then `make repro`") if run_path.exists() else None
    overhead = max(0.0, whole["cpu_seconds"] - times["cpu_seconds"].sum()) / whole["stages"] if whole else 0.0

    sums = times.groupby(group_of)[["seconds", "cpu_seconds"]].sum()
    sums["stages"] = times.groupby(group_of).size()
    groups = sums.sort_values("cpu_seconds", ascending=False).rename_axis("name").reset_index().to_dict("records")
    rows = []
    for cores in CORES:
        stages = {
            name: Stage(stage.needs, stage.seconds + overhead, stage.most)
            for name, stage in stages_of(needs, settings, cores).items()
        }
        turns = plan(stages, cores)
        chain = binding(stages, turns)
        rows.append(
            {
                "cores": cores,
                "seconds": max(turn.end for turn in turns.values()),
                "busy": sum((turn.end - turn.begin) * turn.cores for turn in turns.values()) / cores,
                "chain": max(remaining(stages, cores).values()),
                "last": sorted(chain, key=lambda name: turns[name].begin - turns[name].end)[:4],
            }
        )
    text = time_table(settings.scale, groups, rows, overhead, whole)
    write_atomically(paths.reports / "schedule.md", text)
    print(text)
