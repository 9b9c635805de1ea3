"""The networks that come with the package."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from gmn.errors import UserError
from gmn.mese.pose import camera_pose, query
from gmn.models.weights import load_tensors
from gmn.trained import PRETRAINED, TrainedGMN, find_weights

ROOT = Path(__file__).parents[2]
NAMES = [path.relative_to(PRETRAINED).with_suffix("").as_posix() for path in sorted(PRETRAINED.rglob("*.safetensors"))]


NETWORKS = ["apoe", "baseline", "poe"]


def test_all_are_there():
    assert {f"laptop/m2/{network}" for network in NETWORKS} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_they_work_right_after_install(name):
    model = TrainedGMN.from_pretrained(name)
    assert model.config.network == name.split("/")[-1]
    asked = {"vision": query(camera_pose([[0.3, 1.0], [-0.4, 2.0]]))}
    pictures = model.infer({}).imagine(asked, samples=3)["vision"]
    assert pictures.shape == (3, 2, 3, 32, 32) and pictures.isfinite().all() and pictures.std(0).max() > 0


@pytest.fixture(scope="module")
def lock():
    return YAML(typ="safe").load(ROOT / "dvc.lock")["stages"]


@pytest.mark.parametrize("network", NETWORKS)
def test_they_are_those_that_the_committed_results_are_of(lock, network):
    outs = lock[f"train@{network}-m2-0"]["outs"]
    (wanted,) = [out["md5"] for out in outs if out["path"] == f"models/laptop/m2/{network}/0.safetensors"]
    _, about = load_tensors(PRETRAINED / f"laptop/m2/{network}.safetensors", "")
    assert about["source"] == wanted, "renew them: python -m stages publish"


@pytest.mark.parametrize("name", NAMES)
def test_the_card_names_them(name):
    assert f'from_pretrained("{name}")' in (PRETRAINED / name.split("/")[0] / "README.md").read_text()


def test_a_network_alone_is_a_name():
    assert find_weights("poe") == find_weights("laptop/m2/poe")


def test_an_unknown_name_says_which_are_known():
    with pytest.raises(UserError, match="laptop/m2/apo: not found.*laptop/m2/apoe"):
        TrainedGMN.from_pretrained("laptop/m2/apo")
