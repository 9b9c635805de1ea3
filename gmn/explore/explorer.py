"""Answers to the explorer's page: scenes to choose from, and what every network imagines of them.

Pictures travel as sheets: one WebP whose rows are samples, spread or truth and whose columns are viewpoints. The page
turns the viewpoint by moving the sheet, without asking again.
"""

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations

import numpy as np
from PIL import Image

from gmn.arguments import Count, Index, Size, Steps, checked, listed
from gmn.data.modalities import HAPTICS, VISION
from gmn.errors import UserError
from gmn.explore.scene import SensedScene, imagine, orbit
from gmn.mese.senses import SENSES
from gmn.mese.settings import SceneSettings
from gmn.models.gmn import GMN
from gmn.trained.belief import Belief, Samples

FINER = 2  # times as large as trained on are pictures, where a network can draw them so
SHOWN = 4  # samples on the page; more only enter the spread
WHITE = 0.25  # the spread that is drawn as white
THUMBNAIL = 96  # pixels
QUALITY = 80


@checked
@dataclass(frozen=True)
class Observation:
    """Views that are given to the networks together.

    Attributes:
        sense: by its name.
        views: their numbers in the scene, one run of them.
    """

    sense: str
    views: range

    def __post_init__(self) -> None:
        if self.sense not in SENSES:
            raise UserError(f"sense: got {self.sense!r}; use one of {', '.join(SENSES)}")
        if not self.views:
            raise UserError("views: none; give one at least")

    @property
    def label(self) -> str:
        sense, first, last = SENSES[self.sense], self.views[0] + 1, self.views[-1] + 1
        return f"{sense.view} {first}" if first == last else f"{sense.views} {first}-{last}"


# Few enough that every combination can be computed before.
STORED = (
    Observation(VISION, range(0, 1)),
    Observation(VISION, range(1, 2)),
    Observation(HAPTICS, range(0, 1)),
    Observation(HAPTICS, range(1, 5)),
    Observation(HAPTICS, range(5, 15)),
)


@checked
def one_by_one(views: Size) -> tuple[Observation, ...]:
    """Every view of every sense of a scene."""
    return tuple(Observation(sense, range(k, k + 1)) for sense in SENSES for k in range(views))


@checked
class Explorer:
    """Scenes and the networks that imagine them.

    Args:
        models: by name, the networks of M = 2.
        settings: of the scenes.
        scenes: how many there are to choose from.
        observations: that can be given.
        views: viewpoints all around.
        samples: of z, at least :data:`SHOWN` or all are shown.
        refine: steps of gradient ascent by which each fits what is given better.
    """

    def __init__(
        self,
        models: Mapping[str, GMN],
        settings: SceneSettings,
        scenes: Count,
        observations: Sequence[Observation],
        views: Size,
        samples: Samples,
        refine: Steps = 0,
    ):
        self.models, self.settings, self.scenes = models, settings, scenes
        self.observations, self.samples, self.refine = observations, samples, refine
        self.angles = orbit(views)
        self._open = lru_cache(maxsize=32)(self._make)
        self._truth = lru_cache(maxsize=64)(self._seen)

    def about(self) -> dict:
        """What holds for all scenes; ``first``: what is given when one is opened, one look and all of other senses."""
        first = [k for k, each in enumerate(self.observations) if each.sense != VISION or 0 in each.views]
        return {
            "networks": list(self.models),
            "scenes": self.scenes,
            "observations": len(self.observations),
            "first": first,
            "views": len(self.angles),
            "shown": min(SHOWN, self.samples),
            "samples": self.samples,
            "refine": self.refine,
        }

    def scene(self, index: Index) -> dict:
        """``observations``: label, sense and picture of each; ``truth``: a sheet of one row."""
        scene = self._open(index)
        size = max((self._size(model) for model in self.models.values()), default=self.settings.image_size)
        return {
            "observations": [
                {"label": each.label, "sense": SENSES[each.sense].view, "picture": _picture(scene, each)}
                for each in self.observations
            ],
            "truth": _sheet(self._truth(index, size)[None], lossless=True),
        }

    def imagine(self, index: Index, given: listed(Index)) -> dict:
        """Pictures by every network of scene ``index``, given some observations.

        Returns:
            Per network ``sheet``: its rows are samples, then their spread; ``spread``: the mean standard deviation
            of the object's pixels over samples, and ``error``: their root mean square error, 1 being full white.
        """
        scene, views = self._open(index), self._views(given)
        answers = {}
        for name, model in self.models.items():
            truth = self._truth(index, self._size(model))
            lit = truth.any(-1)
            belief = Belief(model, scene.contexts(views), self.refine)
            imagined = imagine(belief, self.angles, self.samples, self._size(model))
            spread = imagined.std(0)
            error = np.sqrt(((imagined - truth) ** 2)[:, lit].mean())
            rows = np.concatenate(
                [imagined[:SHOWN], np.broadcast_to(spread.max(-1)[..., None] / WHITE, spread.shape)[None]]
            )
            answers[name] = {
                "sheet": _sheet(rows), "spread": round(float(spread[lit].mean()), 3), "error": round(float(error), 3)
            }  # fmt: skip
        return answers

    def shape(self, index: Index, given: Sequence[Index], network: str) -> bytes:
        """The mesh of what ``network`` takes scene ``index`` to be like when some observations are given, as PLY.

        Raises:
            UserError: no such scene, observation or network; or nowhere is anything likely.
        """
        if network not in self.models:
            raise UserError(f"network: got {network!r}; there are {', '.join(self.models)}")
        belief = Belief(self.models[network], self._open(index).contexts(self._views(given)), self.refine)
        return belief.mesh(self.samples).export(file_type="ply")  # pyrefly: ignore[bad-return]

    def _views(self, given: Sequence[int]) -> dict[str, list[int]]:
        """By sense, the views of some observations."""
        count = len(self.observations)
        if bad := [k for k in given if k >= count]:
            raise UserError(f"given: got {bad[0]}; there are {count} observations, from 0")
        views: dict[str, list[int]] = {}
        for k in given:
            views.setdefault(self.observations[k].sense, []).extend(self.observations[k].views)
        return views

    def album(self, tick: Callable[[int], None]) -> dict:
        """All that the page can ask: ``about``, ``scenes``, and ``imagined[scene][given]`` of every combination."""
        kinds = range(len(self.observations))
        subsets = list(chain.from_iterable(combinations(kinds, size) for size in range(len(self.observations) + 1)))
        imagined = []
        for index in range(self.scenes):
            answers = {}
            for given in subsets:
                answers[",".join(map(str, given))] = self.imagine(index, given)
                tick(1)
            imagined.append(answers)
        return {"about": self.about(), "scenes": [self.scene(k) for k in range(self.scenes)], "imagined": imagined}

    def _make(self, index: int) -> SensedScene:
        if index >= self.scenes:
            raise UserError(f"index: got {index}; there are {self.scenes} scenes, from 0")
        return SensedScene.make(self.settings, index)

    def _seen(self, index: int, size: int) -> np.ndarray:
        """What is truly seen from all viewpoints."""
        return self._open(index).truth(self.angles, size)

    def _size(self, model: GMN) -> int:
        """Pixels along an edge of a network's pictures."""
        return min(model.drawn, FINER) * self.settings.image_size


def _picture(scene: SensedScene, observation: Observation) -> str:
    """The first view as WebP; lossless where networks see the same pixels."""
    is_picture = scene.arrays[SENSES[observation.sense].signals[0]].dtype == np.uint8
    return _webp(scene.picture(observation.sense, observation.views[0], THUMBNAIL), lossless=is_picture)


def _sheet(rows: np.ndarray, lossless: bool = False) -> str:
    """Pictures (R, V, S, S, 3) in 0..1 side by side."""
    flat = np.concatenate(np.concatenate(list(rows), axis=1), axis=1)
    return _webp((flat.clip(0, 1) * 255).round().astype(np.uint8), lossless)


def _webp(picture: np.ndarray, lossless: bool = False) -> str:
    # Lossy, the colours of neighbouring pixels mix; without loss, what is imagined would be six times as large.
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "WEBP", lossless=lossless, quality=QUALITY, method=6)
    return "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode()
