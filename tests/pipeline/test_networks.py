"""A fourth network by the recipe of CONTRIBUTING.md: a class, an entry of the roster, a name in dvc.yaml."""

import shutil

from gmn.files import read_sealed, write_sealed
from tests.pipeline.conftest import change_params, run, stage

TOY = '''

class Toy(APoE):
    """APoE under another name."""
'''
ENTRY = '    "toy": Entry("Toy", "toy network", "#9467bd", "D"),\n}\nLABELS'


def test_a_fourth_network_is_one_class_and_one_entry(workplace):
    networks, roster = workplace / "gmn/models/networks.py", workplace / "gmn/roster.py"
    networks.write_text(networks.read_text().replace("\n\nINFERENCE", TOY + "\n\nINFERENCE", 1))
    roster.write_text(roster.read_text().replace("}\nLABELS", ENTRY, 1))
    change_params(workplace, "networks: [apoe, baseline, poe]", "networks: [apoe, baseline, poe, toy]", "dvc.yaml")
    change_params(workplace, "model: apoe ", "model: toy ")

    result = run(
        workplace, "dvc", "repro", "--single-item", "train@toy-m2-0", "evaluate@density-m2-toy-0", "generation@toy"
    )
    assert result.returncode == 0, result.stdout + result.stderr

    reports = workplace / "reports/smoke"
    for kind in ("classification", "agreement", "explained", "occupancy", "calibration", "missing"):  # as APoE's
        found = read_sealed(reports / kind / "m2/apoe/0.json", "")
        found["of"]["network"] = "toy"
        write_sealed(reports / kind / "m2/toy/0.json", found)
    benchmark = read_sealed(reports / "benchmark.json", "")
    benchmark["rows"] += [row | {"network": "toy"} for row in benchmark["rows"] if row["network"] == "apoe"]
    write_sealed(reports / "benchmark.json", benchmark)
    shutil.rmtree(reports / "figures")
    for name in ("score", "claims", "figures", "album", "report"):
        result = stage(workplace, name)
        assert result.returncode == 0, result.stderr
    for name in ("fig3", "fig4", "explained", "agreement", "occupancy", "calibration", "samples", "touches", "figs4"):
        assert (reports / "figures" / f"{name}.svg").exists()
    assert "toy network" in (reports / "figures/table1.csv").read_text()
    assert "toy network" in (reports / "index.html").read_text()
