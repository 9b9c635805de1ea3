"""params.yaml, read whole: each component's settings beside its code, put together and held against each other."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError
from ruamel.yaml import YAML, YAMLError

from gmn.arguments import memory, short
from gmn.data.modalities import MODALITIES, modality_set
from gmn.data.regime import Regime
from gmn.data.settings import Sets, Simulate
from gmn.errors import UserError
from gmn.evaluation import settings as evaluation
from gmn.explore.settings import Album
from gmn.mese.settings import SceneSettings
from gmn.models.config import ModelConfig
from gmn.models.memory import least_memory
from gmn.roster import NETWORKS
from gmn.section import Section, Seed, explain, hint, part_of
from gmn.training.settings import Train

VIEWS = SceneSettings.model_fields["views"].default  # of a scene: evaluations give up to all as context
MOST = 1024  # processes, or threads
ADDRESS = r"^([a-z]+://)?[^\s/:]+:[0-9]{1,5}$"  # tcp://host:port
Model = part_of(ModelConfig, "Model", without=("network", "modalities", "image_size", "crop_size", "extent", "reading"))


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


def _distinct(values: list) -> list:
    if len(set(values)) < len(values):
        raise ValueError("must not repeat a value")
    return values


class Scale(Section):
    """Sizes of everything: a section for each component."""

    simulate: Simulate
    model: Model
    train: Train
    train_missing: Train
    density: evaluation.Density
    classification: evaluation.Classification
    generation: evaluation.Generation
    missing: evaluation.Missing
    heldout: evaluation.Scored
    agreement: evaluation.Spread
    occupancy: evaluation.Occupancy
    calibration: evaluation.Spread
    explained: evaluation.Spread
    album: Album
    benchmark: evaluation.Benchmark

    def config(self, network: str, modalities: int, reading: str) -> ModelConfig:
        """Of a network for the pictures of this scale."""
        world = self.simulate.world
        sizes = {"image_size": world.image_size, "crop_size": world.crop_size}
        return ModelConfig(network=network, modalities=modalities, reading=reading, **sizes, **dict(self.model))

    def faults(self) -> Iterator[str]:
        """What single values do not show, each with its key."""
        for key, value, most, what in self._limits():
            if value > most:
                yield f"{key}: got {value}; there are {most} {what}: lower it"
        known = {name for count in MODALITIES for m in modality_set(count, 64, 48) for name in (m.name, m.sense)}
        for name in self.model.std:
            if name not in known:
                yield f"model.std: {name!r} is no modality{hint(name, known)}"
        for modalities in MODALITIES:
            try:
                self.config("apoe", modalities, "paper")
            except UserError as error:
                yield f"model: {error}"

    def too_large(self) -> Iterator[str]:
        """What this machine cannot hold, with its key; another may."""
        simulate, there = self.simulate, memory()
        scene = VIEWS * 3 * (simulate.world.image_size**2 + simulate.world.crop_size**2)
        most = max(getattr(simulate.sets, name).scenes for name in Sets.model_fields)
        wanted = {"simulate.shard_scenes": min(simulate.shard_scenes, most) * scene}
        for key, sizes in (("train", (2,)), ("train_missing", (2, 14))):
            train: Train = getattr(self, key)
            for modalities in sizes:
                needed = least_memory(self.config("poe", modalities, "paper"), train.batch_size, VIEWS)
                wanted[f"model, {key}.batch_size"] = needed
        config = self.config("poe", 2, "paper")
        latents = 4 * config.latent_channels * math.prod(config.grid)
        for kind in ("density", "classification", "heldout", "agreement", "occupancy", "calibration", "explained"):
            wanted[f"{kind}.samples"] = getattr(self, kind).samples * latents
        wanted["density.most_samples"] = self.density.most_samples * latents
        wanted["generation.samples"] = self.generation.samples * latents
        wanted["album.samples"] = self.album.samples * self.album.views * scene // VIEWS
        for key, needed in wanted.items():
            if needed > there:
                yield f"{key}: {needed / 2**30:.3g} GiB at least, this machine has {there / 2**30:.3g}: lower it"

    def _limits(self) -> Iterator[tuple[str, int, int, str]]:
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
        for key in ("train", "train_missing"):
            train: Train = getattr(self, key)
            yield f"{key}.validation_scenes", train.validation_scenes, sets["val"], "scenes of val"
            yield f"{key}.batch_size", train.batch_size, sets["train"], "scenes of train"
            yield f"{key}.rendered", train.rendered or 0, VIEWS, "views"
            for k, lesson in enumerate(train.lessons):
                lessons = f"{key}.curriculum.lessons.{k}"
                yield f"{lessons}.views", lesson.views or 0, VIEWS, "views"
                yield f"{lessons}.scenes", lesson.scenes or 0, sets["train"], "scenes of train"
                yield f"{lessons}.first", lesson.first or 0, sets["train"], "scenes of train"


class Settings(Section):
    """All of params.yaml.

    Usage::

        settings = Settings.load(Path("params.yaml"))
        settings.now.train.batch_size
    """

    scale: str
    model: Literal[tuple(NETWORKS)]
    reading: Literal["paper", "released"]
    seed: Seed
    seeds: Annotated[list[Seed], Field(min_length=1), AfterValidator(_distinct)]
    regimes: Annotated[list[Annotated[str, AfterValidator(_of_fig5)]], AfterValidator(_distinct)]
    workers: Annotated[int, Field(ge=0, le=MOST)]
    cluster: Annotated[str, Field(pattern=ADDRESS)] | None
    threads: Annotated[int, Field(ge=0, le=MOST)]
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
            raise UserError(f"network: got {network!r}; use one of {', '.join(NETWORKS)}{hint(network, NETWORKS)}")
        return self.now.config(network, modalities, reading or self.reading)

    def scene_settings(self, object_set: str) -> SceneSettings:
        """What the scenes of an object set are made of, at the chosen scale."""
        chosen = getattr(self.now.simulate.sets, object_set)
        world = dict(self.now.simulate.world)
        return SceneSettings(name=object_set, seed=self.seed, cubes=chosen.cubes, shapes=chosen.shapes, **world)

    def faults(self) -> Iterator[str]:
        """What single values do not show, each with its key."""
        if self.reading == "released" and (twice := [n for n in self.regimes if Regime.parse(n).reading]):
            names, why = ", ".join(twice), "with reading: released every regime is read so"
            yield f"regimes: got {names}; {why}: leave these out"
        if self.scale not in self.scales:
            yield f"scale: got {self.scale!r}; use one of {', '.join(self.scales)}{hint(self.scale, self.scales)}"
            return
        for name, scale in self.scales.items():
            found = [*scale.faults()]
            if name == self.scale and not found:
                found = [*scale.too_large()]
            yield from (f"scales.{name}.{fault}" for fault in found)

    @classmethod
    def load(cls, path: Path) -> "Settings":
        """Read and validate ``path``.

        Raises:
            UserError: it is missing, is no YAML, or has wrong settings: all are listed.
        """
        try:
            settings = cls.model_validate(_read(path))
        except ValidationError as error:
            raise UserError("\n".join(f"{path}: {explain(e, cls)}" for e in error.errors())) from None
        if faults := [f"{path}: {fault}" for fault in settings.faults()]:
            raise UserError("\n".join(faults))
        return settings


def _read(path: Path):
    try:
        return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path}: not found; run from the top of the repository") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start}); save it as UTF-8") from None
    except RecursionError:
        raise UserError(f"{path}: not YAML that settings can be: nested too deeply") from None
    except (YAMLError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise UserError(f"{path}: not YAML: {short(' '.join(str(error).split()))}") from None
