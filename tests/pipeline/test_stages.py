"""Stages as a user runs them: killed, misused, with damaged files and a full disk."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gmn.data.combinations import load
from gmn.data.regime import Regime
from gmn.data.shards import SceneSet, shard_name
from gmn.mese import shape
from tests.pipeline.conftest import ENVIRONMENT, assert_refused, change_params, run, stage
from tests.served import served


def kill_when(folder: Path, pattern: str, *command: str) -> None:
    """Start a command and kill -9 its process group as soon as a file matches ``pattern``."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, start_new_session=True, **quiet)
    until = time.monotonic() + 120
    while not list(folder.glob(pattern)):
        assert process.poll() is None and time.monotonic() < until, "finished before it could be killed"
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_help_lists_every_stage_at_once(repro):
    result = stage(repro[0], "--help")
    helpers = {"__init__", "__main__", "clock", "cores", "device", "load", "options", "plan", "trained"}
    helpers |= {"display", "driver", "graph", "schedule"}  # of `repro`
    names = {path.stem for path in (repro[0] / "stages").glob("*.py")} - helpers
    assert {"simulate", "train", "report", "look", "speed"} <= names
    for name in names:
        assert name in result.stdout
        assert served(repro[0], name, "--help").returncode == 0


def test_killed_simulation_goes_on_and_ends_in_the_same_bytes(workplace):
    finished = workplace / "data/smoke/train"
    wanted = contents(finished)
    shutil.rmtree(finished)
    begun = f".scratch/simulate/train-*/{shard_name(0)}"
    kill_when(workplace, begun, sys.executable, "-m", "stages", "simulate", "--set", "train")
    assert not finished.exists()
    result = stage(workplace, "simulate", "--set", "train")
    assert result.returncode == 0, result.stderr
    assert contents(finished) == wanted


TRAIN = {
    "stage": (sys.executable, "-m", "stages", "train", "--model", "apoe", "--regime", "m2"),
    "dvc": ("dvc", "repro", "--force", "--single-item", "train@apoe-m2-0"),
}


@pytest.mark.parametrize("command", TRAIN.values(), ids=list(TRAIN))
def test_killed_training_goes_on_and_ends_in_the_same_bytes(workplace, command):
    weights, curves = workplace / "models/smoke/m2/apoe/0.safetensors", workplace / "reports/smoke/curves/m2/apoe/0.csv"
    wanted = weights.read_bytes(), curves.read_bytes()
    weights.unlink()
    kill_when(workplace, ".scratch/train/m2-apoe-0-*/step-*.safetensors", *command)
    assert not weights.exists()
    result = run(workplace, *command)
    assert result.returncode == 0, result.stdout + result.stderr
    assert (weights.read_bytes(), curves.read_bytes()) == wanted


def test_two_processes_learn_what_one_does(workplace):
    curves = workplace / "reports/smoke/curves/m2/apoe/0.csv"
    alone = pd.read_csv(curves).drop(columns="sha256")
    result = run(
        workplace, "torchrun", "--nproc-per-node", "2", "-m", "stages", "train", "--model", "apoe", "--regime", "m2"
    )
    assert result.returncode == 0, result.stderr
    together = pd.read_csv(curves).drop(columns="sha256")
    np.testing.assert_allclose(together.to_numpy(), alone.to_numpy(), rtol=0.01, atol=0.05)


def test_wrong_settings_stop_before_any_work(workplace):
    change_params(workplace, "batch_size: 4", "batch_sise: 4")
    change_params(workplace, "reading: paper ", "reading: papers ")
    result = stage(workplace, "train", "--model", "apoe", "--regime", "m2")
    assert_refused(result, "did you mean 'batch_size'", "reading: got 'papers'")


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("simulate", "--set", "tset"), ("--set: got 'tset'", "train, val, test")),
        (("simulate", "--set", "val", "--shards", "3"), ("--shards: got '3'", "use A:B")),
        (("look", "scene.jpeg"), ("scene.jpeg", ".png")),
        (("imagine", "--scene", "12", "scene.png"), ("--scene: got 12", "11 at most")),
        (("imagine", "--touch", "16", "scene.png"), ("--touch: got 16", "15 at most")),
        (("imagine", "--seed", "99", "scene.png"), ("--seed: got 99", "leave --seed out for the package's")),
        (("imagine", "--model", "apoe", "--model", "apoe", "scene.png"), ("--model: got apoe, apoe", "once")),
        (("imagine", "--model", "pose", "scene.png"), ("network: got 'pose'", "did you mean 'poe'")),
        (("train", "--model", "apoe", "--regime", "m3"), ("regime: 'm3'",)),
        (("evaluate", "densty", "--model", "apoe"), ("densty: unknown evaluation", "density, heldout")),
        (("evaluate", "density", "--model", "apoe", "--regime", "m8-7-8"), ("--regime: got 'm8-7-8'", "m2-heldout")),
        (("claims", "C9"), ("claims: got 'C9'", "C1, C2")),
        (("train", "--model", "apeo", "--regime", "m2"), ("network: got 'apeo'", "did you mean 'apoe'")),
    ],
)
def test_wrong_arguments(repro, arguments, words):
    assert_refused(served(repro[0], *arguments), *words)


def test_an_altered_shard_is_named(workplace):
    path = workplace / "data/smoke/test" / shard_name(0)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.unlink()
    path.write_bytes(content)
    assert_refused(served(workplace, "evaluate", "density", "--model", "apoe"), shard_name(0), "altered")
    assert_refused(served(workplace, "simulate", "--set", "test", "--check"), shard_name(0), "altered")
    assert served(workplace, "simulate", "--set", "val", "--check").returncode == 0


def test_a_set_of_other_settings_is_named(workplace):
    change_params(workplace, "test:    {scenes: 12}", "test:    {scenes: 11}")
    assert_refused(stage(workplace, "simulate", "--set", "test", "--check"), "scenes 12, wanted 11")


def test_a_cluster_that_does_not_answer_is_named(workplace):
    """That the setting reaches the workers; what they make is compared in tests/data/test_produce.py."""
    change_params(workplace, "cluster: null", "cluster: tcp://127.0.0.1:9")
    shutil.rmtree(workplace / "data/smoke/val")
    result = stage(workplace, "simulate", "--set", "val")
    assert_refused(result, "no Dask scheduler answers at 'tcp://127.0.0.1:9'", "dask scheduler")


def test_jobs_of_an_array_make_the_same_set(workplace):
    finished = workplace / "data/smoke/train"
    wanted = contents(finished)
    shutil.rmtree(finished)
    for part in ("1:2", "0:1"):
        result = stage(workplace, "simulate", "--set", "train", "--shards", part)
        assert result.returncode == 0 and "24/24 scenes" in result.stderr, result.stderr
        assert not finished.exists()
    assert stage(workplace, "simulate", "--set", "train").returncode == 0
    assert contents(finished) == wanted


def test_training_without_the_held_out_shapes(workplace):
    for arguments in (("split",), ("train", "--model", "apoe")):
        result = stage(workplace, *arguments, "--regime", "m2-heldout")
        assert result.returncode == 0, result.stderr
    held_out = SceneSet(workplace / "data/smoke/heldout")
    shown = load(workplace / "data/smoke/splits/m2-heldout.safetensors", Regime.parse("m2-heldout"))["train"]
    trained = SceneSet(workplace / "data/smoke/train").read_all("walk")[shown.any(1)]
    classes = {shape.rotation_class(walk) for walk in held_out.read_all("walk")}
    assert 0 < len(trained) < 48
    assert not classes & {shape.rotation_class(walk) for walk in trained}
    assert (workplace / "models/smoke/m2-heldout/apoe/0.safetensors").exists()


def test_a_scene_can_be_looked_at(workplace):
    result = stage(workplace, "look", "--set", "test6", "--scene", "3", "pictures/scene.png")
    assert result.returncode == 0, result.stderr
    with Image.open(workplace / "pictures/scene.png") as picture:
        assert picture.width > 1000 and len(picture.getcolors(2**24)) > 100


@pytest.mark.parametrize("look, touch", [(1, 3), (0, 0), (15, 15)])
def test_a_scene_can_be_imagined(repro, tmp_path, look, touch):
    numbers = ("--scene", "5", "--look", str(look), "--touch", str(touch), "--views", "4", "--samples", "2")
    result = served(repro[0], "imagine", *numbers, str(tmp_path / "new/imagined.png"))
    assert result.returncode == 0, result.stderr
    with Image.open(tmp_path / "new/imagined.png") as picture:
        assert picture.width > 1000 and len(picture.getcolors(2**24)) > 100


def test_networks_are_imagined_side_by_side(repro, tmp_path):
    models = ("--model", "apoe", "--model", "baseline")
    one, two = (tmp_path / name for name in ("one.png", "two.png"))
    for chosen, picture in ((models[:2], one), (models, two)):
        result = served(repro[0], "imagine", "--views", "4", "--samples", "2", *chosen, str(picture))
        assert result.returncode == 0, result.stderr
    with Image.open(one) as alone, Image.open(two) as both:
        assert both.height > 1.3 * alone.height


def test_weights_of_another_configuration_say_what_differs(workplace):
    change_params(workplace, "state: 8", "state: 12")
    assert_refused(served(workplace, "evaluate", "density", "--model", "apoe"), "state is 8, wanted 12", "dvc repro")


def test_missing_results_are_named(workplace):
    (workplace / "reports/smoke/density/m2/apoe/0.json").unlink()
    assert_refused(served(workplace, "score"), "reports/smoke/density/m2/apoe/0.json", "dvc repro")


def test_a_full_disk_leaves_nothing_half_written(workplace):
    """A limit on file size stands in for the disk's end."""
    finished = workplace / "data/smoke/val"
    shutil.rmtree(finished)

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    result = stage(workplace, "simulate", "--set", "val", preexec_fn=limit)
    assert_refused(result, "cannot be written", "free some disk")
    assert not finished.exists()
    assert not list(workplace.glob(".scratch/simulate/val-*/*"))
