import pickle
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import gmn.mese.env  # noqa: F401 (registers the environment)
from gmn.errors import UserError
from gmn.mese import shape
from gmn.mese.simulate import simulate

L_SHAPE = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 1, 2)]


@pytest.fixture
def env():
    return gymnasium.make("gmn/MESE-v0", image_size=16, render_mode="rgb_array")


@pytest.mark.filterwarnings("ignore")  # advice on normalised spaces; ours have units
@pytest.mark.parametrize("settings", [{}, {"cubes": 6, "rotation": "any", "image_noise": 0.1, "haptics_noise": 0.01}])
def test_gymnasiums_own_check(settings):
    check_env(gymnasium.make("gmn/MESE-v0", image_size=16, render_mode="rgb_array", **settings).unwrapped)


def test_a_seed_gives_the_same_episode(env):
    first, _ = env.reset(seed=3)
    again, _ = env.reset(seed=3)
    other, _ = env.reset(seed=4)
    np.testing.assert_array_equal(first["image"], again["image"])
    np.testing.assert_array_equal(first["haptics"], again["haptics"])
    assert not np.array_equal(first["image"], other["image"])


def test_the_papers_policy_gives_the_data_sets_scene(settings, env):
    """The environment, told a scene's object and poses, shows its pictures and feels its readings."""
    scene = {name: array[0] for name, array in simulate(settings, range(1)).items()}
    env.reset(options={"walk": scene["walk"], "colours": scene["colour"].astype(float)})
    unwrapped = env.unwrapped
    for view in range(3):
        camera, wrist = (scene[name][view, 3:].astype(float) for name in ("camera", "hand"))
        for pose in (camera, wrist):
            pose[0] = (pose[0] + np.pi) % (2 * np.pi) - np.pi  # stored from 0 to 2 pi
        for step in range(1, 26):
            observation, reward, terminated, truncated, info = env.step(unwrapped.paper_action(camera, wrist, step))
        assert info == {"control_step": 25, "accepted": True}
        assert (reward, terminated, truncated) == (0, False, False)
        assert np.abs(observation["image"].astype(int) - scene["image"][view]).mean() < 0.1
        # The stored pose has float32's precision, and contacts amplify what it lacks.
        np.testing.assert_allclose(observation["haptics"][:22], scene["haptics"][view][:22], atol=0.02)


def test_the_same_pose_goes_on_with_the_grasp_and_a_new_one_opens_the_hand(env):
    env.reset(seed=0)
    action = env.unwrapped.paper_action((0, 0), (0.1, 0.2))
    for step in (1, 2, 3):
        closing, *_, info = env.step(action)
        assert info["control_step"] == step
    opened, *_, info = env.step(action | {"wrist": np.array([0.1, 2.2])})
    assert info["control_step"] == 1
    assert opened["haptics"][3:22].mean() < closing["haptics"][3:22].mean()


def test_an_episode_is_as_many_grasps_as_there_are_views():
    env = gymnasium.make("gmn/MESE-v0", views=2, image_size=16)
    env.reset(seed=0)
    action = env.unwrapped.paper_action((0, 0), (0, 0))
    ends = [env.step(action)[3] for _ in range(50)]
    assert ends == [False] * 49 + [True]


def test_a_bystander_sees_hand_and_object(env):
    env.reset(seed=0, options={"colours": np.tile([0, 1, 0], (5, 1))})
    picture = env.render().astype(int)
    assert picture.shape == (480, 480, 3)
    green = picture[..., 1] > picture[..., 0] + 60
    grey = (np.ptp(picture, axis=-1) < 40) & (picture.max(-1) > 40)
    assert green.sum() > 300 and grey.sum() > 3000


def test_an_object_can_be_chosen(env):
    env.reset(seed=0, options={"walk": L_SHAPE})
    for walk in (L_SHAPE, np.array(L_SHAPE, np.uint8) + 3):
        env.reset(seed=0, options={"walk": walk})
        assert shape.rotation_class(env.unwrapped.object.walk) == shape.rotation_class(np.array(L_SHAPE))


@pytest.mark.parametrize(
    "options, message",
    [
        ({"walk": L_SHAPE[:4]}, "walk: got .* use 5 cells, whole numbers a step apart each"),
        ({"walk": [(0, 0, 0)] * 5}, "walk: got"),
        ({"colours": np.full((5, 3), 2.0)}, r"colours: got .* use 5 RGB rows in \[0, 1\]"),
        ({"walk": [(k / 2, 0, 0) for k in range(5)]}, "whole numbers"),
        ({"walk": 3}, "walk: got 3;"),
        ({"walk": [[1, 2], [3]]}, "walk: got"),
        ({"colours": np.full((5, 3), np.nan)}, "colours: got"),
        ({"colours": "red"}, "colours: got 'red'"),
        ({"colour": 1}, "unknown key 'colour'"),
    ],
)
def test_impossible_objects(env, options, message):
    with pytest.raises(UserError, match=message):
        env.unwrapped.reset(options=options)


def test_wrong_settings_are_named():
    with pytest.raises(UserError, match="cubes: got 9"):
        gymnasium.make("gmn/MESE-v0", cubes=9)
    with pytest.raises(UserError, match="cube: unknown setting; use cubes, .* views"):
        gymnasium.make("gmn/MESE-v0", cube=5)
    with pytest.raises(UserError, match="render_mode: got 'human'"):
        gmn.mese.env.MESE(render_mode="human")


@pytest.mark.parametrize(
    "key, value", [("wrist", [2.0, 0.0]), ("camera", [0.0, np.nan]), ("fingers", np.full(13, 9.0)), ("fingers", [0.1])]
)
def test_an_action_outside_its_space_is_named_and_changes_nothing(env, key, value):
    unwrapped = env.unwrapped
    unwrapped.reset(seed=0)
    good = unwrapped.paper_action((0, 0), (0, 0))
    with pytest.raises(UserError, match=f"action: {key}: got "):
        unwrapped.step(good | {key: np.array(value)})
    assert unwrapped.step(good)[-1]["control_step"] == 2  # reset took the first


def test_nothing_before_reset():
    with pytest.raises(gymnasium.error.ResetNeeded, match="before step"):
        gmn.mese.env.MESE().step({})
    with pytest.raises(gymnasium.error.ResetNeeded, match="before render"):
        gmn.mese.env.MESE(render_mode="rgb_array").render()


@pytest.mark.parametrize("border", ["low", "high"])
def test_the_borders_of_the_spaces_as_float32(env, border):
    """Half pi is a little more in float32."""
    unwrapped = env.unwrapped
    unwrapped.reset(seed=0)
    action = {key: getattr(box, border).astype(np.float32) for key, box in unwrapped.action_space.items()}
    rounded = unwrapped.step(action)[0]
    unwrapped.reset(seed=0)
    exact = unwrapped.step({key: getattr(box, border) for key, box in unwrapped.action_space.items()})[0]
    np.testing.assert_allclose(rounded["haptics"][:22], exact["haptics"][:22], atol=0.01)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({}, "action: camera is missing; use a dictionary of camera, fingers, wrist"),
        ({"camera": (0, 0), "wrist": (0, 0)}, "action: fingers is missing"),
        (None, "action: got None; use a dictionary"),
        (np.zeros(17), r"action: got an array of shape \(17,\)"),
        ({"camera": None, "wrist": (0, 0), "fingers": np.zeros(13)}, "action: camera: got None"),
        ({"camera": "up", "wrist": (0, 0), "fingers": np.zeros(13)}, "action: camera: got 'up'"),
        ({"camera": np.ma.masked_less([0, 1], 1), "wrist": (0, 0), "fingers": np.zeros(13)}, "action: camera: got"),
    ],
)
def test_an_action_that_is_none(env, action, message):
    env.unwrapped.reset(seed=0)
    with pytest.raises(UserError, match=message):
        env.unwrapped.step(action)


@pytest.mark.parametrize("options", [5, 0, "walk", ["walk"], {3: 1}])
def test_options_that_are_none(env, options):
    with pytest.raises(UserError, match="options: "):
        env.unwrapped.reset(options=options)


def episode(env, steps: int) -> list[dict]:
    """Go on with a grasp and begin another."""
    observations = []
    for k in range(steps):
        wrist = (-0.2, 2.0) if k < 3 else (0.3, 1.0)
        observations.append(env.step(env.unwrapped.paper_action((0.4, 1.0), wrist, k % 25 + 1))[0])
    return observations


@pytest.mark.parametrize("twin_of", [deepcopy, lambda env: pickle.loads(pickle.dumps(env))], ids=["deepcopy", "pickle"])
@pytest.mark.parametrize("before", [0, 2, 5])
def test_a_copy_goes_on_with_the_same_readings(twin_of, before):
    env = gymnasium.make("gmn/MESE-v0", image_size=16, haptics_noise=0.01, image_noise=0.1)
    env.reset(seed=3)
    episode(env, before)
    twin = twin_of(env)
    for ours, theirs in zip(episode(env, 4), episode(twin, 4), strict=True):
        np.testing.assert_array_equal(ours["haptics"], theirs["haptics"])
        np.testing.assert_array_equal(ours["image"], theirs["image"])


def test_what_is_observed_belongs_to_the_caller(env):
    first, _ = env.reset(seed=0)
    picture, readings = env.render(), first["haptics"].copy()
    first["haptics"][:] = 0
    first["image"][:] = 0
    np.testing.assert_array_equal(env.render(), picture)
    again, _ = env.reset(seed=0)
    np.testing.assert_array_equal(again["haptics"], readings)
    colours = np.full((5, 3), 0.5)
    env.reset(options={"colours": colours})
    colours[:] = 0
    assert env.step(env.unwrapped.paper_action((0.4, 1.0), (0.0, 0.0)))[0]["image"].max() > 0
    action = env.unwrapped.paper_action((0, 0), (0, 0))
    action["fingers"][:] = 0
    assert env.unwrapped.paper_action((0, 0), (0, 0))["fingers"].any()


def test_a_registered_environment_is_described_as_json(env):
    again = gymnasium.make(gymnasium.envs.registration.EnvSpec.from_json(env.spec.to_json()))
    np.testing.assert_array_equal(again.reset(seed=1)[0]["haptics"], env.reset(seed=1)[0]["haptics"])


def test_environments_side_by_side_in_threads():
    """Each sees what it sees alone."""

    def seen(seed: int) -> np.ndarray:
        env = gymnasium.make("gmn/MESE-v0", image_size=16)
        env.reset(seed=seed)
        return np.stack([np.append(o["image"].ravel(), o["haptics"]) for o in episode(env, 4)])

    alone = [seen(seed) for seed in range(6)]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(seen, range(6)))
    np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize("step", [0, 26, -1, 1.5, "1"])
def test_control_steps_are_checked(env, step):
    with pytest.raises(UserError, match="control_step: got "):
        env.unwrapped.paper_action((0, 0), (0, 0), step)
