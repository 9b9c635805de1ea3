"""examples/gpu.sh, dry: at toy size, without a GPU."""

import shutil

import pandas as pd

from tests.pipeline.conftest import change_params, run


def test_one_call_does_everything_and_another_what_lacks(workplace, tmp_path):
    params = workplace / "params.yaml"
    text = params.read_text()
    a, z = text.index("regimes: "), text.index("workers: ")
    params.write_text(text[:a] + "regimes: [m8-1-2]\n" + text[z:])
    change_params(workplace, "{share: 0.5, views: 2, scenes: 6}", "{share: 0.5, first: 4}")
    smoke = params.read_text().split("\n  laptop:")[0]
    change_params(workplace, smoke, smoke.replace("padded: false", "padded: true"))
    for folder in ("data", "models", "reports", ".scratch"):
        shutil.rmtree(workplace / folder, ignore_errors=True)
    out = tmp_path / "out folder"
    result = run(workplace, "bash", "examples/gpu.sh", str(out), "smoke", "2")
    assert result.returncode == 0, result.stdout + result.stderr
    phases = [line.split(":")[0] for line in (out / "phases.txt").read_text().splitlines()]
    wanted = ["setup", "check", "scenes", "splits", "rate", "networks", "missing", "evaluations", "page", "keep", "all"]
    assert phases == wanted
    rates = pd.read_csv(out / "reports/rate.csv")
    assert rates["way"].tolist() == ["ragged", "padded"] and (rates["iterations_per_s"] > 0).all()
    assert (out / "reports/index.html").exists() and (out / "models/m8-1-2/baseline/0.safetensors").exists()
    assert max(path.stat().st_size for path in out.rglob("*")) < 15_000_000

    kept = (workplace / "models/smoke/m2/apoe/0.safetensors").stat().st_mtime_ns
    (workplace / "reports/smoke/calibration/m2/poe/0.json").unlink()
    again = run(workplace, "bash", "examples/gpu.sh", str(out), "smoke", "2")
    assert again.returncode == 0, again.stdout + again.stderr
    assert (workplace / "reports/smoke/calibration/m2/poe/0.json").exists()
    assert (workplace / "models/smoke/m2/apoe/0.safetensors").stat().st_mtime_ns == kept


def test_a_phase_that_fails_says_so(workplace, tmp_path):
    change_params(workplace, "seed: 0 ", "seed: x ")
    result = run(workplace, "bash", "examples/gpu.sh", str(tmp_path / "out"), "smoke")
    assert result.returncode == 1 and "failed: check" in result.stdout and "seed: got 'x'" in result.stdout
