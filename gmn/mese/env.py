"""MESE as a Gymnasium environment: look at one object from anywhere, and close a hand on it.

Usage::

    import gmn.mese.env  # registers the environment

    env = gymnasium.make("gmn/MESE-v0", cubes=5, image_size=64, render_mode="rgb_array")
    observation, info = env.reset(seed=0)
    action = env.unwrapped.paper_action(camera=(0.4, 1.0), wrist=(-0.2, 2.0))
    observation, reward, terminated, truncated, info = env.step(action)

A step lasts 0.04 s. A new wrist pose opens the hand and puts it there, as each grasp of the paper begins; the
same pose again goes on with the grasp under the fingers' new controls. The data sets are 25 such steps a grasp
with the controls of :func:`gmn.mese.grasp.policy`, made by the same :class:`gmn.mese.grasp.Grasper`.
"""

from collections.abc import Mapping
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from gmn.arguments import array_of, checked, numbers, shown
from gmn.errors import UserError
from gmn.mese import camera, hand, shape, third_person
from gmn.mese.channels import channels
from gmn.mese.grasp import CONTROL_STEPS, Grasper, accepted, policy
from gmn.mese.object import Object
from gmn.mese.scene import draw_object
from gmn.mese.senses import SENSES
from gmn.mese.settings import SceneSettings

ANGLES = np.array([(-np.pi / 2, np.pi / 2), (0, 2 * np.pi)])  # pitch, yaw
SETTINGS = set(SceneSettings.model_fields) - {"name", "seed", "crop_size"}


class MESE(gymnasium.Env):
    """One object in a black room, a camera and a hand.

    Action (a dictionary):
        ``camera``, ``wrist``: pitch and yaw, (2,) radians, see :mod:`gmn.mese.pose`.
        ``fingers``: controls of the 13 position servos, (13,) radians.

    Observation (a dictionary):
        ``image``: what the camera sees, (S, S, 3) uint8 RGB.
        ``haptics``: the 132 readings of :func:`gmn.mese.channels.channels`, float64, SI units.

    ``info`` has the ``control_step`` of the grasp, 1 to 25 and more, and whether readings are ``accepted``: a
    grasp of the data sets ends after 25 steps, and is thrown away where a reading exceeds 150. The reward is 0:
    the world asks nothing. An episode is one object; it is truncated after ``views`` times 25 steps. A deep or pickled
    copy goes on as the environment itself would.

    Args:
        render_mode: None or ``rgb_array``: a third-person view of object and hand, (480, 480, 3) uint8.
        settings: fields of :class:`gmn.mese.settings.SceneSettings`: cubes, shapes, views, image_size,
            rotation, lighting, image_noise, haptics_noise.

    Raises:
        UserError: an unknown setting, or one out of range.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 25}

    def __init__(self, render_mode: str | None = None, **settings: Any):
        if render_mode is not None and not (
            isinstance(render_mode, str) and render_mode in self.metadata["render_modes"]
        ):
            raise UserError(f"render_mode: got {render_mode!r}; use 'rgb_array' or None")
        if unknown := sorted(set(settings) - SETTINGS):
            raise UserError(f"{unknown[0]}: unknown setting; use {', '.join(sorted(SETTINGS))}")
        self.render_mode = render_mode
        self.settings = SceneSettings(**settings)
        size = self.settings.image_size
        ranges = {"camera": ANGLES, "fingers": hand.control_range(), "wrist": ANGLES}
        self.action_space = spaces.Dict({k: spaces.Box(*limits.T, dtype=np.float64) for k, limits in ranges.items()})
        self.observation_space = spaces.Dict(
            {
                "haptics": spaces.Box(-np.inf, np.inf, (len(channels()),), np.float64),
                "image": spaces.Box(0, 255, (size, size, 3), np.uint8),
            }
        )
        self.object: Object | None = None
        self._grasper = Grasper(self.settings.cubes, lanes=1)

    @staticmethod
    @checked
    def paper_action(camera: numbers(2), wrist: numbers(2), control_step: int = CONTROL_STEPS) -> dict[str, np.ndarray]:
        """The action of the paper's policy at a control step, 1 to 25.

        Raises:
            UserError: another control step.
        """
        if control_step not in range(1, CONTROL_STEPS + 1):
            raise UserError(f"control_step: got {control_step!r}; use 1 to {CONTROL_STEPS}")
        fingers = policy()[control_step - 1].copy()
        return {"camera": np.array(camera, float), "fingers": fingers, "wrist": np.array(wrist, float)}

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None):
        """Draw an object; the open hand and the camera wait at pitch and yaw 0.

        Args:
            seed: of this and all later episodes.
            options: ``walk`` (n, 3) int chooses the shape, ``colours`` (n, 3) in [0, 1] its colours.

        Raises:
            UserError: no such option, or no chain of the environment's number of cubes.
        """
        super().reset(seed=seed)
        self.object = self._chosen(draw_object(self.settings, self.np_random), {} if options is None else options)
        self._steps, self._control_step = 0, 0
        self._camera = self._wrist = None
        still = {"camera": np.zeros(2), "fingers": np.zeros(len(hand.control_range())), "wrist": np.zeros(2)}
        return self._advance(still)

    def step(self, action):
        """Move the camera and the hand, hold the fingers' controls for 0.04 s, sense.

        Raises:
            UserError: an action outside its space, as far as float32 tells.
        """
        self._begun("step")
        if not isinstance(action, Mapping) or (lacking := [key for key in self.action_space if key not in action]):
            why = f"{lacking[0]} is missing" if isinstance(action, Mapping) else f"got {shown(action)}"
            raise UserError(f"action: {why}; use a dictionary of {', '.join(self.action_space)}")
        observation, info = self._advance(
            {key: _within(key, box, action[key]) for key, box in self.action_space.items()}
        )
        self._steps += 1
        return observation, 0.0, False, self._steps >= self.settings.views * CONTROL_STEPS, info

    def render(self):
        """Third-person view of object and hand, (480, 480, 3) uint8; None without a render mode."""
        if self.render_mode is None:
            return None
        self._begun("render")
        return third_person.picture(self.object, self._wrist, self._readings)

    def _begun(self, what: str) -> None:
        if self.object is None:
            raise gymnasium.error.ResetNeeded(f"call reset() before {what}()")

    def _chosen(self, drawn: Object, options: dict[str, Any]) -> Object:
        if not isinstance(options, Mapping):
            raise UserError(f"options: got {shown(options)}; use a dictionary of walk and colours, or None")
        if unknown := set(options) - {"walk", "colours"}:
            raise UserError(f"options: unknown key {sorted(unknown, key=str)[0]!r}; use walk, colours")
        given = {"walk": drawn.walk, "colours": drawn.colours} | options
        walk, colours = _numbers(given["walk"]), _numbers(given["colours"])
        cells = walk.astype(np.int64) - walk[:1].astype(np.int64)
        if walk.shape != drawn.walk.shape or (cells + walk[:1] != walk).any() or not shape.is_walk(cells):
            raise UserError(
                f"options: walk: got {_listed(given['walk'])!r}; "
                f"use {self.settings.cubes} cells, whole numbers a step apart each"
            )
        if colours.shape != drawn.colours.shape or not ((colours >= 0) & (colours <= 1)).all():
            got = _listed(given["colours"])
            raise UserError(f"options: colours: got {got!r}; use {self.settings.cubes} RGB rows in [0, 1]")
        return Object(cells, colours, drawn.orientation, drawn.spot)

    def _advance(self, action) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        if not np.array_equal(action["wrist"], self._wrist):  # pyrefly: ignore[bad-argument-type]
            self._wrist, self._control_step = np.array(action["wrist"]), 0
            self._grasper.begin([self.object], self._wrist[None])  # pyrefly: ignore[bad-argument-type]
        if not np.array_equal(action["camera"], self._camera):  # pyrefly: ignore[bad-argument-type]
            self._camera = np.array(action["camera"])
            self._picture = camera.resize(camera.look(self.object, self._camera[None]), self.settings.image_size)[0]
        self._control_step += 1
        # pyrefly: ignore[unsupported-operation]
        readings = self._grasper.advance(np.asarray(action["fingers"], float))[0]
        self._readings = readings
        observation = {
            "haptics": SENSES["haptics"].noisy(self.settings, self.np_random, readings.copy()),
            "image": SENSES["vision"].noisy(self.settings, self.np_random, self._picture.copy()),
        }
        return observation, {"control_step": self._control_step, "accepted": bool(accepted(readings))}


def _within(key: str, box: spaces.Box, values: Any) -> np.ndarray:
    """An action's part, in a box whose borders may be rounded to float32; then what lies beyond them is cut off."""
    try:
        array = array_of(values).astype(float)
        if (
            array.shape != box.shape
            or (np.clip(array, box.low, box.high).astype(np.float32) != array.astype(np.float32)).any()
        ):
            raise ValueError
    except ValueError:
        low, high = box.low.tolist(), box.high.tolist()
        raise UserError(f"action: {key}: got {_listed(values)!r}; use numbers from {low} to {high}") from None
    return np.clip(array, box.low, box.high)


def _listed(values: Any) -> Any:
    """Arrays as lists, for a message of one line."""
    return values.tolist() if isinstance(values, np.ndarray) else values


def _numbers(values: Any) -> np.ndarray:
    """A copy, float64; one that has no shape of ours where ``values`` are no finite numbers."""
    try:
        array = np.array(values, float)
    except (TypeError, ValueError):
        return np.zeros((0, 0))
    return array if array.ndim == 2 and np.isfinite(array).all() else np.zeros((0, 0))


gymnasium.register("gmn/MESE-v0", entry_point="gmn.mese.env:MESE")
