"""Bad arguments of every public function and class: refused with a message, whatever they are.

Each call below is good; one of its arguments is replaced by a bad member of its type.
"""

import importlib
import inspect
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import gymnasium
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gmn.arguments import checked, listed, numbers, one_of
from gmn.commands.imagine import labelled
from gmn.data import batches, modalities, produce, regime, scaling, shards
from gmn.data import settings as data_settings
from gmn.data.arrays import ArrayReader
from gmn.data.episodes import Episodes
from gmn.data.phases import Phases
from gmn.data.reader import SceneReader
from gmn.errors import UserError
from gmn.evaluation import intervals
from gmn.evaluation.trial import Trial
from gmn.explore import explorer, scene, server
from gmn.explore.explorer import STORED
from gmn.mese import camera, env, grasp, pose, simulate
from gmn.mese import object as mese_object
from gmn.mese.settings import SceneSettings
from gmn.models import weights
from gmn.models.config import ModelConfig
from gmn.models.gmn import GMN
from gmn.models.noise import Noise
from gmn.progress import silent
from gmn.section import Section
from gmn.trained import TrainedGMN, belief, find_weights
from gmn.training import checkpoint, distributed, loop
from gmn.training import settings as training_settings
from tests.conftest import reader_for, tiny_config, tiny_model

ROOT = Path(__file__).parents[1]
RNG = np.random.default_rng(0)
CPU = torch.device("cpu")


def bad() -> st.SearchStrategy:
    """Members of every type that mean nothing where another type, shape or range is wanted."""
    whole = st.sampled_from([-1, 0, -(10**15), 10**15, 2**70, 10**400])
    real = st.sampled_from([float("nan"), float("inf"), -float("inf"), -1.5, 0.5, 1e300, 1e-320])
    text = st.sampled_from(["", "x", "yes", "a\0b", "caf\u00e9", "9" * 50])
    odd = st.sampled_from([None, True, False, b"x", object(), len, int, 1j, ..., slice(None), range(0), Path("none")])
    numpys = st.sampled_from(
        [np.int64(-3), np.uint8(255), np.float32("nan"), np.float64(2.5), np.bool_(True), np.datetime64("nat")]
    )
    arrays = st.builds(
        lambda shape, kind: np.zeros(shape, kind),
        st.sampled_from([(), (0,), (1,), (2,), (3,), (0, 2), (2, 2), (3, 7), (1, 2, 3), (2, 2, 2, 2)]),
        st.sampled_from([np.int8, np.uint8, np.float32, np.float64, np.complex64, bool, object, "U1"]),
    )
    other = st.sampled_from(
        [
            np.full((2, 2), np.nan), np.ma.masked_less([[0.0, 2.0]], 1), np.full((3, 2), 90.0), torch.zeros(2, 2),
            torch.full((3, 7), torch.inf), torch.zeros(2).to_sparse(), [[1, 2], [3]], SimpleNamespace(),
        ]
    )  # fmt: skip
    single = st.one_of(whole, real, text, odd, numpys, arrays, other)
    return st.one_of(
        single,
        st.lists(single, max_size=3),
        st.tuples(single, single),
        st.dictionaries(st.sampled_from(["vision", "haptics", "x", "walk", "train", 3]), single, max_size=2),
    )


@pytest.fixture(scope="module")
def there(scenes, settings, folder, tmp_path_factory):
    """What good arguments are made of."""
    base = tmp_path_factory.mktemp("there")
    model = TrainedGMN(tiny_config("apoe", 2), dict(reader_for(scenes, tiny_model("apoe", 2)).scales)).float().eval()
    weights.save_weights(base / "w.safetensors", model)
    reader = reader_for(scenes, model)
    sensed = scene.SensedScene.make(settings, 0)
    whole = np.ones((7, 2), bool)
    object_ = sensed.object
    world = env.MESE(image_size=16, render_mode="rgb_array")
    world.reset(seed=0)
    training = dict(iterations=2, batch_size=2, learning_rate=1e-3, evaluate_every=2, validation_scenes=2)
    run = dict(
        config=model.config, settings=training_settings.Train(**training), regime=regime.Regime.parse("m2"), seed=0,
        train=reader, val=reader, shown={name: whole for name in ("train", "val_missing", "val_full")}, device=CPU,
        processes=distributed.ProcessGroup(),
    )  # fmt: skip
    return SimpleNamespace(**locals())


ANGLES = np.array([[0.1, 0.2], [0.3, 0.4]])
PICTURES = np.zeros((2, 150, 150, 3), np.uint8)
READINGS = np.zeros((2, 132))
EARS = modalities.Modality("ears", sense="sound", shape=(2,), query=1)
HEARD = np.zeros((3, 2, 2)), np.zeros((3, 2, 1))

# Of what is there: the callable and good arguments.
CALLS: dict[str, Callable] = {
    "SceneSettings": lambda t: (SceneSettings, t.settings.model_dump()),
    "SceneSettings.stream": lambda t: (t.settings.stream, dict(index=0, part=0)),
    "simulate": lambda t: (simulate.simulate, dict(settings=t.settings, indices=[0], threads=1)),
    "simulate.units": lambda t: (simulate.units, {}),
    "pose.sample_angles": lambda t: (pose.sample_angles, dict(rng=RNG, n=2)),
    "pose.sample_orientation": lambda t: (pose.sample_orientation, dict(rng=RNG)),
    "pose.sample_spot": lambda t: (pose.sample_spot, dict(rng=RNG)),
    "pose.camera_axes": lambda t: (pose.camera_axes, dict(angles=ANGLES)),
    "pose.camera_pose": lambda t: (pose.camera_pose, dict(angles=ANGLES)),
    "pose.wrist_axes": lambda t: (pose.wrist_axes, dict(angles=ANGLES)),
    "pose.wrist_pose": lambda t: (pose.wrist_pose, dict(angles=ANGLES)),
    "pose.query": lambda t: (pose.query, dict(pose=pose.camera_pose(ANGLES))),
    "pose.turn_query": lambda t: (
        pose.turn_query,
        dict(query=pose.query(pose.camera_pose(ANGLES)), turn=np.zeros(2)),
    ),
    "camera.View": lambda t: (camera.View, dict(vars(camera.View.at(ANGLES[0])))),
    "camera.View.at": lambda t: (camera.View.at, dict(angles=ANGLES[0])),
    "camera.View.project": lambda t: (camera.View.at(ANGLES[0]).project, dict(points=np.zeros((2, 3)))),
    "camera.View.rays": lambda t: (camera.View.at(ANGLES[0]).rays, dict(columns=np.zeros(2), rows=np.zeros(2))),
    "camera.look": lambda t: (camera.look, dict(obj=t.object_, angles=ANGLES[:1], size=8)),
    "camera.resize": lambda t: (camera.resize, dict(pictures=PICTURES, size=8, crop=132)),
    "Object": lambda t: (mese_object.Object, dict(vars(t.object_))),
    "Object.of": lambda t: (mese_object.Object.of, dict(arrays=t.sensed.arrays)),
    "object.rotation": lambda t: (mese_object.rotation, dict(quaternion=mese_object.UPRIGHT)),
    "grasp.accepted": lambda t: (grasp.accepted, dict(readings=READINGS)),
    "grasp.Grasper": lambda t: (grasp.Grasper, dict(cubes=5, lanes=1, threads=1)),
    "grasp.Grasper.begin": lambda t: (t.world._grasper.begin, dict(objects=[t.object_], angles=ANGLES[:1])),
    "grasp.Grasper.advance": lambda t: (t.world._grasper.advance, dict(control=np.zeros(13), read=True)),
    "grasp.Grasper.feel": lambda t: (t.world._grasper.feel, dict(objects=[t.object_], angles=ANGLES[:1])),
    "MESE": lambda t: (env.MESE, dict(render_mode=None, cubes=5, image_size=16, views=2)),
    "MESE.reset": lambda t: (t.world.reset, dict(seed=0, options={})),
    "MESE.step": lambda t: (t.world.step, dict(action=t.world.paper_action((0, 0), (0, 0)))),
    "MESE.step, an action's part": lambda t: (
        lambda **action: t.world.step(action),
        t.world.paper_action((0, 0), (0, 0)),
    ),
    "MESE.paper_action": lambda t: (env.MESE.paper_action, dict(camera=(0, 0), wrist=(0, 0), control_step=1)),
    "Modality": lambda t: (modalities.Modality, dict(vars(t.model.modalities[0]))),
    "Modality.cut": lambda t: (t.model.modalities[0].cut, dict(whole=np.zeros((3, 16, 16)))),
    "Modality.paste": lambda t: (
        t.model.modalities[0].paste,
        dict(part=np.zeros((3, 16, 16)), whole=np.zeros((3, 16, 16))),
    ),
    "modality_set": lambda t: (modalities.modality_set, dict(count=2, image_size=16, crop_size=16)),
    "whole": lambda t: (modalities.whole, dict(name="vision", array="image", poses="camera", shape=[15, 16, 16, 3])),
    "place_of": lambda t: (modalities.place_of, dict(sense="vision", modalities=t.model.modalities)),
    "Regime": lambda t: (regime.Regime, dict(vars(t.run["regime"]))),
    "Regime.parse": lambda t: (regime.Regime.parse, dict(name="m2")),
    "Regime.sample_train": lambda t: (t.run["regime"].sample_train, dict(rng=RNG, n=2)),
    "Regime.sample_full": lambda t: (t.run["regime"].sample_full, dict(rng=RNG, n=2)),
    "regime.of_reading": lambda t: (regime.of_reading, dict(names=["m2"], reading="paper", default="paper")),
    "regime.subsets": lambda t: (regime.subsets, dict(rng=RNG, sizes=np.ones(2, int), m=2)),
    "Scale": lambda t: (scaling.Scale, dict(low=np.zeros(2), high=np.ones(2), saturate=True)),
    "Scale.fitted": lambda t: (
        scaling.Scale.fitted,
        dict(sense="haptics", kind="robust", statistics=t.scenes.manifest["haptics"]),
    ),
    "Scale.of": lambda t: (t.model.scales["haptics"].of, dict(channels=(0, 1))),
    "Scale.scaled": lambda t: (t.model.scales["haptics"].scaled, dict(readings=READINGS)),
    "Scale.readings": lambda t: (t.model.scales["haptics"].readings, dict(scaled=READINGS)),
    "fitted_scales": lambda t: (
        scaling.fitted_scales,
        dict(modalities=t.model.modalities, kind="robust", manifest=t.scenes.manifest),
    ),
    "SceneSet": lambda t: (shards.SceneSet, dict(folder=t.folder)),
    "SceneSet.read": lambda t: (t.scenes.read, dict(name="walk", indices=[0])),
    "SceneSet.read_all": lambda t: (t.scenes.read_all, dict(name="walk", stop=2)),
    "SceneSet.object": lambda t: (t.scenes.object, dict(index=0)),
    "SceneSet.check": lambda t: (t.scenes.check, dict(settings={})),
    "shards.shard_name": lambda t: (shards.shard_name, dict(k=0)),
    "shards.sha256": lambda t: (shards.sha256, dict(path=t.folder / shards.MANIFEST)),
    "SceneReader": lambda t: (
        SceneReader,
        dict(scenes=t.scenes, modalities=t.model.modalities, scales=dict(t.model.scales)),
    ),
    "SceneReader.read": lambda t: (t.reader.read, dict(indices=np.arange(2), variant=None)),
    "Episodes": lambda t: (Episodes, dict(vars(t.reader.read(np.arange(2))))),
    "TrainingBatches": lambda t: (
        batches.TrainingBatches,
        dict(
            reader=t.reader,
            combinations=t.whole,
            phases=Phases([], 15, 2),
            seed=0,
            reading="paper",
            missing=False,
            symmetries=False,
        ),
    ),
    "validation_batch": lambda t: (
        batches.validation_batch,
        dict(reader=t.reader, combinations=t.whole, indices=np.arange(2), seed=0, reading="paper"),
    ),
    "Production": lambda t: (
        produce.Production,
        dict(settings=t.settings, scenes=7, shard_scenes=3, out=t.base / "out", scratch=t.base / "scratch"),
    ),
    "Production.indices": lambda t: (production(t).indices, dict(k=0)),
    "Production.path": lambda t: (production(t).path, dict(k=0)),
    "Production.make": lambda t: (production(t).make, dict(shards=[], workers=1, progress=silent(), cluster=None)),
    "Production.finish": lambda t: (production(t).finish, {}),
    "channel_statistics": lambda t: (
        produce.channel_statistics,
        dict(names=[f"reading-{k}" for k in range(132)], readings=READINGS),
    ),
    "bootstrap": lambda t: (intervals.bootstrap, dict(values=np.arange(6.0), seed=0, block=2)),
    "interval_of": lambda t: (
        partial(intervals.interval_of, lambda x: x.mean(-1), np.arange(6.0)),
        dict(seed=0, confidence=0.9, block=1),
    ),
    "share_explained": lambda t: (
        intervals.share_explained,
        dict(errors=np.arange(6.0), variances=np.arange(1, 7.0)),
    ),
    "ratio_of_means": lambda t: (intervals.ratio_of_means, dict(above=np.ones(3), below=np.ones(2), seed=0)),
    "Trial": lambda t: (Trial, dict(model=t.model, reader=t.reader, chosen=data_scored(), seed=0)),
    "SensedScene.make": lambda t: (scene.SensedScene.make, dict(settings=t.settings, index=0)),
    "SensedScene": lambda t: (scene.SensedScene, dict(arrays=t.sensed.arrays, object=t.object_)),
    "SensedScene.contexts": lambda t: (t.sensed.contexts, dict(given={"vision": [0], "haptics": [0]})),
    "SensedScene.picture": lambda t: (t.sensed.picture, dict(sense="haptics", k=0, size=8)),
    "SensedScene.pictures": lambda t: (t.sensed.pictures, dict(given={"vision": [0]}, size=8)),
    "SensedScene.truth": lambda t: (t.sensed.truth, dict(angles=ANGLES)),
    "scene.orbit": lambda t: (scene.orbit, dict(views=2)),
    "scene.imagine": lambda t: (
        scene.imagine,
        dict(belief=t.model.infer({}), angles=ANGLES, samples=1),
    ),
    "Observation": lambda t: (explorer.Observation, dict(sense="vision", views=range(1))),
    "one_by_one": lambda t: (explorer.one_by_one, dict(views=2)),
    "Explorer": lambda t: (
        explorer.Explorer,
        dict(models={"apoe": t.model}, settings=t.settings, scenes=2, observations=STORED, views=2, samples=2),
    ),
    "Explorer.scene": lambda t: (page(t).scene, dict(index=0)),
    "Explorer.imagine": lambda t: (page(t).imagine, dict(index=0, given=[0])),
    "server.application": lambda t: (server.application, dict(explorer=page(t), page="")),
    "server.listen": lambda t: (lambda port: server.listen(port).close(), dict(port=port())),
    "ModelConfig": lambda t: (ModelConfig, {key: getattr(t.model.config, key) for key in ModelConfig.model_fields}),
    "ModelConfig.of": lambda t: (ModelConfig.of, dict(values=t.model.config.described())),
    "GMN": lambda t: (GMN, dict(config=t.model.config, scales=dict(t.model.scales))),
    "Noise": lambda t: (Noise, dict(seed=0, scenes=None, own=slice(None), device=CPU)),
    "save_weights": lambda t: (weights.save_weights, dict(path=t.base / "again", model=t.model)),
    "load_weights": lambda t: (weights.load_weights, dict(path=t.base / "w.safetensors", expected=None)),
    "find_weights": lambda t: (find_weights, dict(name="laptop/m2/apoe")),
    "TrainedGMN.from_pretrained": lambda t: (TrainedGMN.from_pretrained, dict(name=t.base / "w.safetensors")),
    "TrainedGMN.infer": lambda t: (t.model.infer, dict(contexts={}, refine=0)),
    "TrainedGMN.infer, of a sense": lambda t: (
        lambda senses, queries: t.model.infer({"haptics": (senses, queries)}),
        dict(zip(("senses", "queries"), t.sensed.contexts({"haptics": [0]})["haptics"], strict=True)),
    ),
    "Belief": lambda t: (belief.Belief, dict(model=t.model, contexts={}, refine=0)),
    "Belief.imagine": lambda t: (t.model.infer({}).imagine, dict(queries={}, samples=1, seed=0, size=None)),
    "Belief.gain": lambda t: (t.model.infer({}).gain, dict(candidates={}, about=[[0, 0, 0]], samples=2, seed=0)),
    "Belief.log_likelihood": lambda t: (
        t.model.infer({}).log_likelihood,
        dict(observations=t.sensed.contexts({"vision": [0]}), samples=1, seed=0),
    ),
    "Train": lambda t: (training_settings.Train, t.training),
    "Lesson": lambda t: (training_settings.Lesson, dict(share=0.5, views=1, scenes=1, first=1)),
    "Imagined": lambda t: (training_settings.Imagined, dict(share=0.1, start=0.75)),
    "Curriculum": lambda t: (training_settings.Curriculum, dict(lessons=[], kl_start=0.1, kl_rise=[0.0, 0.5])),
    "Contexts": lambda t: (data_settings.Contexts, dict(alone=0.1, few=0.1, crossed=0.1)),
    "ObjectSet": lambda t: (data_settings.ObjectSet, dict(scenes=1, cubes=5, shapes="all")),
    "PicturedSet": lambda t: (data_settings.PicturedSet, dict(scenes=4, cubes=5, shapes="all")),
    "Run": lambda t: (loop.Run, t.run),
    "train": lambda t: (loop.train, dict(run=loop.Run(**t.run), checkpoints=t.base / "c", progress=None)),
    "Checkpoints": lambda t: (checkpoint.Checkpoints, dict(folder=t.base / "checkpoints")),
    "ProcessGroup": lambda t: (distributed.ProcessGroup, dict(rank=0, size=1)),
    "ProcessGroup.own": lambda t: (distributed.ProcessGroup(0, 2).own, dict(batch=4)),
    "ArrayReader": lambda t: (ArrayReader, dict(modalities=(EARS,), arrays={"ears": HEARD})),
    "ArrayReader.read": lambda t: (ArrayReader((EARS,), {"ears": HEARD}).read, dict(indices=[0], variant=None)),
    "labelled": lambda t: (labelled, dict(models=["apoe"])),
}


def production(t) -> produce.Production:
    return produce.Production(t.settings, 7, 3, t.base / "out", t.base / "scratch")


def page(t) -> explorer.Explorer:
    return explorer.Explorer({"apoe": t.model}, t.settings, 2, STORED, 2, 2)


def port() -> int:
    with server.socket.socket() as free:
        free.bind((server.HOST, 0))
        return free.getsockname()[1]


def data_scored() -> Section:
    from gmn.evaluation.settings import Scored

    return Scored(scenes=2, samples=1)


# Public, and not called with bad arguments: each with its reason.
TENSORS = "tensors in, tensors out, of the network's own making"
TRIALS = "of a Trial, which is checked"
FILES = "of the settings and their files, which are checked when they are read"
RESULTS = "of Results, whose files are checked when they are read"
ELSEWHERE = {
    "gmn.models.encoders": TENSORS, "gmn.models.frames": TENSORS, "gmn.models.gaussians": TENSORS,
    "gmn.models.inference": TENSORS, "gmn.models.networks": TENSORS, "gmn.models.renderers": TENSORS,
    "gmn.models.representations": TENSORS, "gmn.models.senses": TENSORS, "gmn.models.volume_encoders": TENSORS,
    "gmn.models.volume_renderers": TENSORS, "gmn.models.gmn": TENSORS, "gmn.training.initialise": TENSORS,
    "gmn.training.loop": TENSORS, "gmn.evaluation.trial": TRIALS, "gmn.evaluation.agreement": TRIALS,
    "gmn.evaluation.scores": TENSORS, "gmn.evaluation.classification": TRIALS, "gmn.evaluation.density": TRIALS,
    "gmn.evaluation.explained": TRIALS, "gmn.evaluation.heldout": TRIALS, "gmn.evaluation.missing": TRIALS,
    "gmn.evaluation.shape": TRIALS, "gmn.evaluation.refined": TRIALS, "gmn.evaluation.results": FILES,
    "gmn.evaluation.claims": FILES,
    "gmn.evaluation.tidy": FILES, "gmn.params": FILES, "gmn.section": FILES, "gmn.errors": "raised, not called",
    "gmn.progress": "of stages and training, which are checked", "gmn.figures.all": RESULTS,
    "gmn.figures.style": RESULTS, "gmn.figures.series": RESULTS,
    "gmn.trained.occupancy": TENSORS, "gmn.trained.refine": TENSORS,
    "gmn.trained.mesh": "of what a Belief says, which is checked",
}  # fmt: skip
MADE_INSIDE = {
    "render", "trace", "table", "Channel", "grasp", "enough_shapes", "Sets", "Simulate", "Interval", "serve",
    "save_tensors", "load_tensors", "process_group", "Reader",
}  # fmt: skip


def test_every_public_name_is_called():
    """Those of the API reference; a new one wants its row above."""
    pages = "".join(page.read_text() for page in (ROOT / "docs/api").glob("*.rst"))
    called = {part for name in CALLS for part in re.findall(r"\w+", name)}
    for name in sorted(set(re.findall(r"automodule:: (\S+)", pages)) - set(ELSEWHERE)):
        for each, found in vars(importlib.import_module(name)).items():
            public = inspect.isfunction(found) or (inspect.isclass(found) and not issubclass(found, torch.nn.Module))
            if public and found.__module__ == name and not each.startswith("_"):
                assert each in called | MADE_INSIDE, f"{name}.{each}"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CALLS)
def test_a_bad_argument_is_refused_with_a_message(there, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    call, good = CALLS[name](there)
    if not good:
        return

    @settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(sorted(good)), bad())
    def refused(argument, value):
        try:
            call(**{**good, argument: value})
        except (UserError, gymnasium.error.Error, OSError) as error:  # of a path that is none, Python's own
            assert str(error) and len(str(error)) < 5000

    refused()


@checked
def asked(count: one_of(1, 3) = 1, several: listed(int) = (), pairs: numbers(..., 2, least=0, unit="0 or more") = ()):
    return count, several, pairs


def test_numbers_of_all_libraries_are_pythons():
    count, several, _ = asked(np.int64(3), np.arange(2))
    assert (type(count), several, {type(each) for each in several}) == (int, [0, 1], {int})
    made = SceneSettings(image_size=np.int64(16), image_noise=np.float32(0.5), name=np.str_("made"))
    assert [type(value) for value in (made.image_size, made.image_noise, made.name)] == [int, float, str]
    config = tiny_config("apoe", np.int64(2), representation=np.int64(8), std={"vision": np.float32(1), "haptics": 1})
    assert [type(value) for value in (config.representation, config.modalities, config.std["vision"])] == [
        int,
        int,
        float,
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"count": True}, "count: got True; must be a whole number"),
        ({"count": 2}, "count: got 2; must be 1 or 3"),
        ({"several": [0, 1.5]}, "several.1: got 1.5; must be a whole number"),
        ({"several": 3}, "several: got 3; must be several in a row"),
        ({"pairs": [[1, 2, 3]]}, r"pairs: got \[\[1, 2, 3\]\]; wanted shape \(..., 2\)"),
        ({"pairs": [1, -2]}, "pairs: got .*; has values outside 0 or more: -2"),
        ({"pairs": [1, np.nan]}, "pairs: got .*; must be finite"),
        ({"pairs": np.ma.masked_less([1, 2], 2)}, "pairs: got .*; it has masked values"),
        ({"pairs": ["a", "b"]}, "pairs: got .*; not an array of numbers: its dtype is"),
    ],
)
def test_a_message_names_argument_value_and_remedy(arguments, message):
    with pytest.raises(UserError, match=f"^{message}"):
        asked(**arguments)
    with pytest.raises(TypeError, match="unexpected keyword"):  # a call that fits no function is Python's own error
        asked(**arguments, other=1)
