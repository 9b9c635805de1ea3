#!/usr/bin/env bash
# All of scale `gpu` on one machine with a GPU, in one call: scenes, networks, evaluations, figures, the page.
#
#   examples/gpu.sh OUT [SCALE] [TOGETHER]
#
# OUT       folder for what is to be kept: reports, weights, log
# SCALE     gpu (default), or another of params.yaml
# TOGETHER  networks trained or evaluated side by side (default 3): one alone leaves a GPU idle
#
# The machine needs Python with PyTorch and nothing else: other packages come from wheels/ beside this repository's
# files, if that folder is there (`pip download`, see docs/scaling.md), or from the package index. If a call is cut
# off, call again: what is finished is not made again, and training resumes from its last checkpoint.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(realpath -m "$1") scale=${2:-gpu} together=${3:-3}
mkdir -p "$out"
log=$out/log.txt
python=python3
if ! python3 -c 'import gmn, mujoco, typer' 2>/dev/null; then python=$PWD/.venv/bin/python; fi

phase() {  # name, command...: run it, and note how long it took
    local name=$1 began=$SECONDS
    shift
    "$@" >>"$log" 2>&1 || { tail -n 20 "$log"; echo "failed: $name, see $log"; exit 1; }
    echo "$name: $((SECONDS - began)) s" | tee -a "$out/phases.txt"
}

setup() {
    if ! test -x "$(command -v "$python")" || ! "$python" -c 'import gmn, mujoco, typer'; then
        python3 -m venv --system-site-packages .venv || return
        local from=(--constraint constraints.txt)
        if test -d wheels; then from=(--no-index --find-links wheels); fi
        "$python" -m pip install --quiet "${from[@]}" --editable . || return
    fi
    sed -i "s/^scale: [a-z]*/scale: $scale/" params.yaml
}

stage() { "$python" -m stages "$@"; }

lacking() {  # scenes, splits, networks, missing or evaluations: the stages whose outs are not there, a line each
    "$python" - "$1" <<'EOF'
import sys

from gmn.data.regime import Regime
from gmn.data.settings import Sets
from gmn.evaluation.settings import Evaluations
from gmn.params import Settings
from gmn.paths import PARAMS, Paths

settings = Settings.load(PARAMS)
paths, runs = Paths(settings), [("m2", name) for name in settings.networks] + [("m2-heldout", "apoe")]
missing = [(regime, name) for regime in settings.regimes for name in ("apoe", "baseline")]
kinds = [kind for kind in Evaluations.model_fields if kind != "heldout"]
asked = [(kind, regime, name) for kind in kinds for regime, name in runs[:-1]]
asked += [("heldout", regime, "apoe") for regime in ("m2", "m2-heldout")]
asked += [("missing", regime, name) for regime, name in missing]


def training(regime, name, seed):
    return paths.weights(name, regime, seed), f"train --model {name} --regime {regime} --seed {seed}"


def evaluation(kind, regime, name, seed):
    command = f"evaluate {kind} --model {name} --regime {regime} --seed {seed}"
    return paths.measured(kind, regime, name, seed), command


splits = dict.fromkeys(["m2", "m2-heldout", *settings.regimes])
work = {
    "scenes": [(paths.scenes(name) / "manifest.json", f"simulate --set {name}") for name in Sets.model_fields],
    "splits": [(paths.split(Regime.parse(name).name), f"split --regime {name}") for name in splits],
    "networks": [training(*run, seed) for run in runs for seed in settings.seeds],
    "missing": [training(*run, seed) for run in missing for seed in settings.seeds],
    "evaluations": [evaluation(*each, seed) for each in asked for seed in settings.seeds],
}
print(*(command for path, command in work[sys.argv[1]] if not path.exists()), sep="\n")
EOF
}

make() {  # what lacks, so many side by side
    local commands
    commands=$(lacking "$1") || return
    test -z "$commands" || xargs -P "$2" -I{} sh -c "'$python' -m stages {}" <<<"$commands"
}

page() {
    local model
    model=$("$python" -c 'from gmn.params import Settings; from gmn.paths import PARAMS; print(Settings.load(PARAMS).model)') &&
        stage generation --model "$model" || return
    test -e "reports/$scale/benchmark.json" || stage benchmark || return
    for each in score claims figures album report; do stage $each || return; done
}

keep() {
    mkdir -p "$out/reports" "$out/models" &&
        cp -r "reports/$scale/." "$out/reports" && cp -r "models/$scale/." "$out/models" && cp params.yaml "$out"
}

phase setup setup
phase check stage check
phase scenes make scenes 1
phase splits make splits "$together"
test -e "reports/$scale/rate.csv" || phase rate stage rate
phase networks make networks "$together"
phase missing make missing "$together"
phase evaluations make evaluations "$together"
phase page page
phase keep keep
echo "all: $SECONDS s; page: $out/reports/index.html" | tee -a "$out/phases.txt"
