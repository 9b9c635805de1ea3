"""examples/gpu.sh, dry: at toy size, without a GPU, where most is finished."""

import shutil

import pandas as pd

from tests.pipeline.conftest import change_params, run

LACKING = (
    "data/smoke/test6",
    "data/smoke/splits/m8-1-2.safetensors",
    "models/smoke/m2/apoe/0.safetensors",
    "models/smoke/m8-1-2/baseline/0.safetensors",
    "reports/smoke/refined/m2/poe/0.json",
    "reports/smoke/missing/m8-1-2/apoe/0.json",
    "reports/smoke/figures",
)
KEPT = "models/smoke/m2/poe/0.safetensors", "reports/smoke/density/m2/poe/0.json", "data/smoke/train/manifest.json"


def test_one_call_makes_what_lacks(workplace, tmp_path):
    params = workplace / "params.yaml"
    text = params.read_text()
    a, z = text.index("regimes: "), text.index("workers: ")
    params.write_text(text[:a] + "regimes: [m8-1-2]\n" + text[z:])
    change_params(workplace, "{share: 0.5, views: 2, scenes: 6}", "{share: 0.5, first: 4}")
    change_params(workplace, "      rendered: 4\n", "      rendered: 4\n      padded: true\n      optimizer: adam\n")
    for name in LACKING:
        shutil.rmtree(workplace / name) if (workplace / name).is_dir() else (workplace / name).unlink()
    before = [(workplace / name).stat().st_mtime_ns for name in KEPT]
    out = tmp_path / "out folder"
    result = run(workplace, "bash", "examples/gpu.sh", str(out), "smoke", "2")
    assert result.returncode == 0, result.stdout + result.stderr
    phases = [line.split(":")[0] for line in (out / "phases.txt").read_text().splitlines()]
    wanted = ["setup", "check", "scenes", "splits", "rate", "networks", "missing", "evaluations", "page", "keep", "all"]
    assert phases == wanted
    assert all((workplace / name).exists() for name in LACKING)
    assert [(workplace / name).stat().st_mtime_ns for name in KEPT] == before
    rates = pd.read_csv(out / "reports/rate.csv")
    assert rates["way"].tolist() == ["ragged", "padded"] and (rates["iterations_per_s"] > 0).all()
    assert (out / "reports/index.html").exists() and (out / "models/m8-1-2/baseline/0.safetensors").exists()
    assert max(path.stat().st_size for path in out.rglob("*")) < 15_000_000


def test_a_phase_that_fails_says_so(workplace, tmp_path):
    change_params(workplace, "seed: 0 ", "seed: x ")
    result = run(workplace, "bash", "examples/gpu.sh", str(tmp_path / "out"), "smoke")
    assert result.returncode == 1 and "failed: check" in result.stdout and "seed: got 'x'" in result.stdout
