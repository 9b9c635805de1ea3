"""params.yaml as typed, validated settings: every mistake at once, each with its key, value and remedy."""

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from ruamel.yaml import YAML, YAMLError

from gmn.data.modalities import MODALITIES, modality_set
from gmn.data.regime import Regime
from gmn.errors import UserError
from gmn.mese.settings import Lighting, Rotation, SceneSettings, Shapes
from gmn.models.config import FIRST_PRIORS, POOLINGS, STRIDES, ModelConfig
from gmn.roster import NETWORKS

VIEWS = 15  # of a scene
Network = Literal[tuple(NETWORKS)]
Reading = Literal["paper", "released"]

Count = Annotated[int, Field(ge=1, le=10**9)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Positive = Annotated[float, Field(ge=1e-9, le=1e9)]
Noise = Annotated[float, Field(ge=0, le=10)]
Width = Annotated[float, Field(ge=1e-3, le=1e3)]  # of a likelihood
Share = Annotated[float, Field(ge=0, le=1)]
# Pictures are halved (M = 5, 8, 14) and then shrunk by 4 at least to cells or rays.
Pixels = Annotated[int, Field(ge=8, le=150, multiple_of=8)]


def _of_fig5(name: str) -> str:
    """The name of a regime that leaves modalities out."""
    try:
        regime = Regime.parse(name)
        fits = regime.missing and not regime.held_out
    except UserError:
        fits = False
    if not fits:
        raise ValueError("use mM-A-B with M of 5, 8, 14 and 1 <= A <= B <= M, A < M, or the same with -released")
    return name


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def _distinct(values: list) -> list:
    if len(set(values)) < len(values):
        raise ValueError("must not repeat a value")
    return values


def _as_evaluated(views: int) -> int:
    if views != VIEWS:
        raise ValueError(f"must be {VIEWS}: evaluations give up to {VIEWS} views as context and ask for the last ones")
    return views


class World(_Strict):
    """What every scene has in common: gmn.mese.settings.SceneSettings."""

    views: Annotated[int, AfterValidator(_as_evaluated)]
    image_size: Pixels
    crop_size: Pixels
    rotation: Rotation
    lighting: Lighting
    image_noise: Noise
    haptics_noise: Noise


class ObjectSet(_Strict):
    """One set of scenes: how many, of what objects."""

    scenes: Count
    cubes: Annotated[int, Field(ge=1, le=6)]
    shapes: Shapes


class PicturedSet(ObjectSet):
    """One whose first four objects of different shapes Fig. 1, S5 and S6 show; three cubes make two shapes only."""

    scenes: Annotated[int, Field(ge=4)]
    cubes: Annotated[int, Field(ge=4, le=6)]


class Sets(_Strict):
    """The object sets."""

    train: ObjectSet
    val: ObjectSet
    test: PicturedSet
    test4: ObjectSet
    test6: ObjectSet
    heldout: ObjectSet


class Simulate(_Strict):
    """How scenes are made."""

    world: World
    sets: Sets
    shard_scenes: Count


class Std(BaseModel):
    """Likelihood scales by sense, or by modality: keys such as ``haptics-1``."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, allow_inf_nan=False)
    __pydantic_extra__: dict[str, Width]

    vision: Width
    haptics: Width

    @model_validator(mode="after")
    def _of_modalities(self) -> "Std":
        known = {m.name for count in MODALITIES for m in modality_set(count, 64, 48)}
        for name in self.__pydantic_extra__:
            if name not in known:
                raise ValueError(f"{name!r} is no modality{_hint(name, known | {'vision', 'haptics'})}")
        return self


class Model(_Strict):
    """Sizes and likelihood: gmn.models.config.ModelConfig."""

    representation: Annotated[int, Field(ge=2, multiple_of=2)]
    state: Count
    volume: Annotated[int, Field(ge=2, le=64)] | None
    stride: Literal[STRIDES]
    pooling: Literal[POOLINGS]
    latent: Count
    steps: Count
    decoder: Count
    kernel: Literal[1, 3, 5, 7]
    std: Std
    first_prior: Literal[FIRST_PRIORS]
    hierarchical: bool


class Lesson(_Strict):
    """A share of all iterations, and what is easier in it."""

    share: Annotated[float, Field(gt=0, lt=1)]
    views: Count | None = None
    scenes: Count | None = None
    first: Count | None = None


class Curriculum(_Strict):
    """What is easy first, and a KL that weighs less at first; see docs/learning-map.md."""

    lessons: list[Lesson]
    kl_start: Share
    kl_rise: Annotated[list[Share], Field(min_length=2, max_length=2)]

    @field_validator("lessons")
    @classmethod
    def _leave_room(cls, lessons: list[Lesson]) -> list[Lesson]:
        total = sum(lesson.share for lesson in lessons)
        if total >= 1:
            raise ValueError(f"shares add up to {total:g}; leave a part of 1 for batches of batch_size whole scenes")
        return lessons

    @field_validator("kl_rise")
    @classmethod
    def _from_to(cls, rise: list[float]) -> list[float]:
        if rise[1] - rise[0] < 1e-3:
            raise ValueError("the weight rises from a share to a larger one: write the smaller one first, 0.001 apart")
        return rise


class Contexts(_Strict):
    """Shares of training scenes with contexts that are otherwise rare: gmn.data.views.Shares."""

    alone: Share = 0.0
    few: Share = 0.0
    crossed: Share = 0.0


class Train(_Strict):
    """Optimisation; see docs/pipeline.md for the unit of each. The defaults are the paper's."""

    iterations: Count
    batch_size: Count
    curriculum: Curriculum | None = None
    learning_rate: Positive
    initialisation: Literal["default", "scaled"] = "default"
    warmup: Annotated[int, Field(ge=0)] = 0
    schedule: Literal["constant", "cosine"] = "constant"
    clip: Positive = 0.25
    contexts: Contexts = Contexts()
    rendered: Count | None = None
    padded: bool = False
    symmetries: bool = False
    haptic_scale: Literal["minmax", "robust"] = "minmax"
    precision: Literal["float32", "bfloat16"] = "float32"
    evaluate_every: Count
    validation_scenes: Count

    @model_validator(mode="after")
    def _same_shapes(self) -> "Train":
        if self.padded and any(
            lesson.views or lesson.scenes for lesson in (self.curriculum.lessons if self.curriculum else ())
        ):
            raise ValueError("padded batches have one shape: leave views and scenes out of curriculum.lessons")
        return self

    @property
    def length(self) -> str:
        """How long it is, in words."""
        easier = ", easier batches first" if self.curriculum and self.curriculum.lessons else ""
        return f"{self.iterations:,} iterations of {self.batch_size} scenes{easier}"


class Scored(_Strict):
    """An evaluation of so many scenes with so many samples of z."""

    scenes: Count
    samples: Count


class Spread(Scored):
    """Likewise; samples are compared."""

    samples: Annotated[int, Field(ge=2)]


class Density(Scored):
    """Fig. 3, and scenes and samples of its tighter bound."""

    most_samples: Count
    most_samples_scenes: Count


class Classification(Scored):
    """Scenes that are told apart, ten at a time, half of them of each object set."""

    scenes: Annotated[int, Field(ge=20, multiple_of=20)]


class Missing(_Strict):
    """Scenes of each number of modalities shown, and scenes at M = 2."""

    scenes: Count
    complete_scenes: Count


class Occupancy(Scored):
    """Scenes that a probe is fitted on, and those that it is tested on."""

    fitted: Count


class Generation(_Strict):
    samples: Annotated[int, Field(ge=2)]


class Album(_Strict):
    """Scenes and viewpoints of the report's explorer, and samples of z."""

    scenes: Count
    views: Count
    samples: Annotated[int, Field(ge=2)]


class Benchmark(_Strict):
    widths: Literal["paper", "scale"]
    batch_size: Count
    iterations: Count


class Scale(_Strict):
    simulate: Simulate
    model: Model
    train: Train
    train_missing: Train
    density: Density
    classification: Classification
    generation: Generation
    missing: Missing
    heldout: Scored
    agreement: Spread
    occupancy: Occupancy
    calibration: Spread
    explained: Spread
    album: Album
    benchmark: Benchmark

    def limits(self) -> Iterator[tuple[str, int, int, str]]:
        """Counts that cannot be more than there are: key, value, the most, of what."""
        sets = {name: getattr(self.simulate.sets, name).scenes for name in Sets.model_fields}
        of_test = dict.fromkeys(("density", "agreement", "explained", "calibration", "occupancy", "album"), "test")
        for kind, name in (of_test | {"heldout": "heldout", "missing": "val"}).items():
            yield f"{kind}.scenes", getattr(self, kind).scenes, sets[name], f"scenes of {name}"
        yield "density.most_samples_scenes", self.density.most_samples_scenes, sets["test"], "scenes of test"
        yield "missing.complete_scenes", self.missing.complete_scenes, sets["val"], "scenes of val"
        yield "occupancy.fitted", self.occupancy.fitted, sets["train"], "scenes of train"
        told_apart = 2 * min(sets["test4"], sets["test6"])
        yield "classification.scenes", self.classification.scenes, told_apart, "scenes of test4 and test6, half of each"
        views = self.simulate.world.views
        for key in ("train", "train_missing"):
            train: Train = getattr(self, key)
            yield f"{key}.validation_scenes", train.validation_scenes, sets["val"], "scenes of val"
            yield f"{key}.batch_size", train.batch_size, sets["train"], "scenes of train"
            yield f"{key}.rendered", train.rendered or 0, views, "views"
            for k, lesson in enumerate(train.curriculum.lessons if train.curriculum else ()):
                lessons = f"{key}.curriculum.lessons.{k}"
                yield f"{lessons}.views", lesson.views or 0, views, "views"
                yield f"{lessons}.scenes", lesson.scenes or 0, sets["train"], "scenes of train"
                yield f"{lessons}.first", lesson.first or 0, sets["train"], "scenes of train"


class Settings(_Strict):
    """All of params.yaml.

    Usage::

        settings = Settings.load(Path("params.yaml"))
        settings.now.train.batch_size
    """

    scale: str
    model: Network
    reading: Reading
    seed: Seed
    seeds: Annotated[list[Seed], Field(min_length=1), AfterValidator(_distinct)]
    regimes: Annotated[list[Annotated[str, AfterValidator(_of_fig5)]], AfterValidator(_distinct)]
    workers: Annotated[int, Field(ge=0)]
    cluster: str | None
    threads: Annotated[int, Field(ge=0)]
    scales: dict[str, Scale]

    @property
    def now(self) -> Scale:
        """Settings of the chosen scale."""
        return self.scales[self.scale]

    def model_config_for(self, network: str, modalities: int, reading: str | None = None) -> ModelConfig:
        """Configuration of a network at the chosen scale; ``reading`` None: that of the settings.

        Raises:
            UserError: there is no such network or modality set.
        """
        if network not in NETWORKS:
            raise UserError(f"network: got {network!r}; use one of {', '.join(NETWORKS)}{_hint(network, NETWORKS)}")
        return ModelConfig(
            network=network,
            modalities=modalities,
            image_size=self.now.simulate.world.image_size,
            crop_size=self.now.simulate.world.crop_size,
            reading=reading or self.reading,
            **self.now.model.model_dump(),
        )

    def check_networks(self) -> None:
        """Build the configuration of every network that will be trained.

        Raises:
            UserError: pictures of a modality set do not fit the model.
        """
        for modalities in sorted({2, *(Regime.parse(name).modalities for name in self.regimes)}):
            self.model_config_for("apoe", modalities)

    def scene_settings(self, object_set: str) -> SceneSettings:
        """What the scenes of an object set are made of, at the chosen scale."""
        chosen = getattr(self.now.simulate.sets, object_set)
        world = self.now.simulate.world.model_dump()
        return SceneSettings(name=object_set, seed=self.seed, cubes=chosen.cubes, shapes=chosen.shapes, **world)

    @classmethod
    def load(cls, path: Path) -> "Settings":
        """Read and validate ``path``.

        Raises:
            UserError: it is missing, is no YAML, or has wrong settings: all are listed.
        """
        try:
            values = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise UserError(f"{path}: not found; run from the top of the repository") from None
        except OSError as error:
            raise UserError(f"{path}: cannot be read ({error.strerror})") from None
        except UnicodeDecodeError as error:
            raise UserError(
                f"{path}: not UTF-8 text ({error.reason} at byte {error.start}); save it as UTF-8"
            ) from None
        except RecursionError:
            raise UserError(f"{path}: not YAML that settings can be: nested too deeply") from None
        except (YAMLError, ValueError, TypeError, AttributeError, KeyError) as error:
            raise UserError(f"{path}: not YAML: {_short(' '.join(str(error).split()))}") from None
        try:
            settings = cls.model_validate(values)
        except ValidationError as error:
            raise UserError("\n".join(f"{path}: {_explain(e)}" for e in error.errors())) from None
        if settings.reading == "released" and (twice := [n for n in settings.regimes if Regime.parse(n).reading]):
            names, why = ", ".join(twice), "with reading: released every regime is read so"
            raise UserError(f"{path}: regimes: got {names}; {why}: leave these out")
        if settings.scale not in settings.scales:
            names, hint = ", ".join(settings.scales), _hint(settings.scale, settings.scales)
            raise UserError(f"{path}: scale: got {settings.scale!r}; use one of {names}{hint}")
        beyond = [
            f"{path}: scales.{name}.{key}: got {value}; there are {most} {what}: lower it"
            for name, scale in settings.scales.items()
            for key, value, most, what in scale.limits()
            if value > most
        ]
        if beyond:
            raise UserError("\n".join(beyond))
        settings.check_networks()
        return settings


def _explain(error: dict) -> str:
    key = ".".join(str(part) for part in error["loc"]) or "(the whole file)"
    if error["type"] == "extra_forbidden":
        known = _siblings(error["loc"])
        return f"{key}: unknown key{_hint(str(error['loc'][-1]), known) or '; remove it'}"
    if error["type"] == "missing":
        return f"{key}: missing; add it"
    message = error["msg"].replace("Input should be", "must be")
    return f"{key}: got {_shown(error['input'])}; {message}"


def _shown(value) -> str:
    try:
        return _short(repr(value))
    except (ValueError, RecursionError):  # thousands of digits, or of levels
        return f"a huge {type(value).__name__}"


def _short(text: str, most: int = 200) -> str:
    return text if len(text) <= most else f"{text[:most]}..."


def _siblings(location: tuple) -> list[str]:
    """Known keys beside a location in the settings."""
    model = Settings
    for part in location[:-1]:
        if model is Settings and part == "scales":
            model = Scale
        elif part in getattr(model, "model_fields", {}):
            annotation = model.model_fields[part].annotation  # a type, a list of it, or it or None
            model = next((a for a in get_args(annotation) if a is not type(None)), annotation)
    return list(getattr(model, "model_fields", {}))


def _hint(word: str, known) -> str:
    close = difflib.get_close_matches(word, list(known), 1)
    return f"; did you mean {close[0]!r}?" if close else ""
