"""One more network by the recipe of docs/extending.md: a file, and its name in params.yaml."""

import re
import shutil
import sys

from gmn.files import read_sealed, write_sealed
from tests.pipeline.conftest import ROOT, change_params, run, stage

RECIPE = next(
    block
    for block in re.findall(r"```python\n(.*?)```", (ROOT / "docs/extending.md").read_text(), re.DOTALL)
    if "NETWORK = Network(" in block
)
LISTED = "networks: [apoe, baseline, poe, apoe_map]"
THOSE_THAT_SPELL_NAMES = (
    "tests/models/test_plain.py", "tests/models/test_parameters.py", "tests/evaluation/test_claims.py",
    "tests/test_params.py", "tests/explore/test_explorer.py", "-k", "not test_plain or (ragged and conditional)",
)  # fmt: skip


def test_one_more_network_is_one_file_and_its_name(workplace):
    (workplace / "gmn/models/networks/conditional.py").write_text(RECIPE)
    change_params(workplace, LISTED, LISTED.replace("]", ", conditional]"))
    change_params(workplace, "model: apoe ", "model: conditional ")

    tests = run(
        workplace, sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *THOSE_THAT_SPELL_NAMES
    )
    assert tests.returncode == 0, tests.stdout + tests.stderr
    result = run(
        workplace, "dvc", "repro", "--single-item", "code", "check",
        "train@conditional-m2-0", "evaluate@density-m2-conditional-0", "generation@conditional",
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    assert "train@apoe" not in run(workplace, "dvc", "status", "train@apoe-m2-0").stdout  # others are not trained again

    reports = workplace / "reports/smoke"
    for kind in ("classification", "agreement", "explained", "shape", "refined", "missing"):  # as APoE's
        found = read_sealed(reports / kind / "m2/apoe/0.json", "")
        found["of"]["network"] = "conditional"
        write_sealed(reports / kind / "m2/conditional/0.json", found)
    benchmark = read_sealed(reports / "benchmark.json", "")
    rows = [row | {"network": "conditional"} for row in benchmark["rows"] if row["network"] == "apoe"]
    write_sealed(reports / "benchmark.json", benchmark | {"rows": benchmark["rows"] + rows})
    shutil.rmtree(reports / "figures")
    for name in ("score", "claims", "table", "figures", "album", "report"):
        result = stage(workplace, name)
        assert result.returncode == 0, result.stderr
    beyond = ("explained", "agreement", "shape", "refined", "calibration", "scores", "samples", "touches")
    for name in ("fig3", "fig4", "figs4", *beyond):
        assert (reports / "figures" / f"{name}.svg").exists()
    assert "conditional" in (reports / "figures/table1.csv").read_text()
    assert "conditional" in (reports / "index.html").read_text()
