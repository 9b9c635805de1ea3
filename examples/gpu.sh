#!/usr/bin/env bash
# All of scale `gpu` on one machine with a GPU, in one call: scenes, networks, evaluations, figures, the page.
#
#   examples/gpu.sh OUT [SCALE] [TOGETHER]
#
# OUT       folder for what is to be kept: reports, weights, log, in files of at most 15 MB
# SCALE     gpu (default), or another of params.yaml
# TOGETHER  networks trained or evaluated side by side (default 3): company fills a GPU
#
# The machine needs Python with PyTorch and nothing else: other packages come from wheels/ beside this repository's
# files, if that folder is there (`pip download`, see docs/scaling.md), or from the package index. A call that was cut
# off is made again: finished scenes and checkpoints are gone on from.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(realpath -m "$1") scale=${2:-gpu} together=${3:-3}
mkdir -p "$out" .scratch/gpu
log=$out/log.txt

phase() {  # name, command...: run it, and note how long it took
    local name=$1 began=$SECONDS
    shift
    "$@" >>"$log" 2>&1 || { tail -n 20 "$log"; echo "failed: $name, see $log"; exit 1; }
    echo "$name: $((SECONDS - began)) s" | tee -a "$out/phases.txt"
}

setup() {
    if ! python3 -c 'import gmn, mujoco, typer' 2>/dev/null; then
        test -d .venv || python3 -m venv --system-site-packages .venv || return
        local from=(--constraint constraints.txt)
        if test -d wheels; then from=(--no-index --find-links wheels); fi
        .venv/bin/python -m pip install --quiet "${from[@]}" --editable . || return
    fi
    sed -i "s/^scale: [a-z]*/scale: $scale/; s/^threads: .*/threads: 1/" params.yaml
}

side_by_side() {  # stages with their options, a line each, on standard input
    xargs -P "$together" -I{} sh -c 'python -m stages {}'
}

regimes() { python -c 'from gmn.params import Settings; from gmn.paths import PARAMS; print(*Settings.load(PARAMS).regimes, sep="\n")'; }

scenes() {
    for set in train val test test4 test6 heldout; do python -m stages simulate --set $set || return; done
    { echo m2; echo m2-heldout; regimes; } | xargs -I{} python -m stages split --regime {}
}

networks() {
    {
        for model in apoe baseline poe; do echo "train --model $model --regime m2"; done
        echo "train --model apoe --regime m2-heldout"
    } | side_by_side
}

missing() {
    for regime in $(regimes); do
        for model in apoe baseline; do echo "train --model $model --regime $regime"; done
    done | side_by_side
}

evaluations() {
    {
        for kind in density classification agreement explained occupancy calibration missing; do
            for model in apoe baseline poe; do echo "evaluate $kind --model $model"; done
        done
        for regime in m2 m2-heldout; do echo "evaluate heldout --model apoe --regime $regime"; done
        for regime in $(regimes); do
            for model in apoe baseline; do echo "evaluate missing --model $model --regime $regime"; done
        done
    } | side_by_side
}

page() {
    python -m stages generation --model apoe || return
    for stage in benchmark score claims figures album report; do python -m stages $stage || return; done
}

keep() {
    mkdir -p "$out/reports" "$out/models" &&
        cp -r "reports/$scale/." "$out/reports" && cp -r "models/$scale/." "$out/models" && cp params.yaml "$out"
}

phase setup setup
if test -d .venv; then export PATH=$PWD/.venv/bin:$PATH; else hash -d python 2>/dev/null || true; fi
phase check python -m stages check
phase scenes scenes
phase rate python -m stages rate
phase networks networks
phase missing missing
phase evaluations evaluations
phase page page
phase keep keep
echo "all: $SECONDS s; page: $out/reports/index.html" | tee -a "$out/phases.txt"
