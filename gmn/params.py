"""params.yaml, read whole: each component's settings beside its code, put together and held against each other."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

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
from gmn.roster import NAMES, PAPERS
from gmn.section import Section, Seed, explain, hint, part_of
from gmn.training.settings import Train

VIEWS = SceneSettings.model_fields["views"].default  # of a scene: evaluations give up to all as context
KINDS = tuple(evaluation.Evaluations.model_fields)
MOST = 1024  # processes, or threads
ADDRESS = r"^([a-z]+://)?[^\s/:]+:[0-9]{1,5}$"  # tcp://host:port
Model = part_of(ModelConfig, "Model", without=("network", "modalities", "image_size", "crop_size", "extent", "reading"))


_TRAININGS = "train", "train_missing"


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


def _suffix(text: str) -> str:
    if not re.fullmatch("(-[a-z0-9-]+)?", text):
        raise ValueError("use a suffix of the scale's name such as -seeds: small letters, digits, dashes; or ''")
    return text


class Network(Section):
    """A network and how it is trained: all senses in every scene, and some missing."""

    model: Model = Model()
    train: Train
    train_missing: Train


class Scale(Network, evaluation.Evaluations):
    """Sizes of everything: a section for each component; under ``networks`` those of a network that has its own."""

    simulate: Simulate
    networks: dict[Literal[NAMES], Network] = {}
    generation: evaluation.Generation
    album: Album
    benchmark: evaluation.Benchmark

    def of(self, network: str) -> Network:
        """A network's own settings, or those of all."""
        return self.networks.get(network, self)

    def config(self, network: str, modalities: int, reading: str) -> ModelConfig:
        """Of a network for the pictures of this scale."""
        world, model = self.simulate.world, self.of(network).model
        sizes = {"image_size": world.image_size, "crop_size": world.crop_size}
        # pyrefly: ignore[bad-argument-type]
        return ModelConfig(network=network, modalities=modalities, reading=reading, **sizes, **dict(model))

    def faults(self) -> Iterator[str]:
        """What single values do not show, each with its key."""
        for key, value, most, what in self._limits():
            if value > most:
                yield f"{key}: got {value}; there are {most} {what}: lower it"
        known = {name for count in MODALITIES for m in modality_set(count, 64, 48) for name in (m.name, m.sense)}
        for network, key in {"": "", **{name: f"networks.{name}." for name in self.networks}}.items():
            for name in self.of(network).model.std:
                if name not in known:
                    yield f"{key}model.std: {name!r} is no modality{hint(name, known)}"
            if self.of(network).model.geometry == "map":
                for part in _TRAININGS:
                    if rays := getattr(self.of(network), part).rays:
                        yield f"{key}{part}.rays: got {rays}; pictures of a map are scored whole: use null"
            for modalities in MODALITIES:
                try:
                    self.config(network, modalities, "paper")
                except UserError as error:
                    yield f"{key}model: {error}"

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
        for kind in (kind for kind in KINDS if kind != "missing"):
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
        of_test = dict.fromkeys((kind for kind in (*KINDS, "album") if kind != "classification"), "test")
        for kind, name in (of_test | {"heldout": "heldout", "missing": "val"}).items():
            yield f"{kind}.scenes", getattr(self, kind).scenes, sets[name], f"scenes of {name}"
        yield "density.most_samples_scenes", self.density.most_samples_scenes, sets["test"], "scenes of test"
        yield "missing.complete_scenes", self.missing.complete_scenes, sets["val"], "scenes of val"
        told_apart = 2 * min(sets["test4"], sets["test6"])
        yield "classification.scenes", self.classification.scenes, told_apart, "scenes of test4 and test6, half of each"
        owners = {"": self, **{f"networks.{name}.": own for name, own in self.networks.items()}}
        trainings = {f"{key}{part}": getattr(own, part) for key, own in owners.items() for part in _TRAININGS}
        for key, train in trainings.items():
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
    variant: Annotated[str, AfterValidator(_suffix)]
    networks: Annotated[list[Literal[NAMES]], Field(min_length=1), AfterValidator(_distinct)]
    model: Literal[NAMES]
    reading: Literal["paper", "released"]
    seed: Seed
    seeds: Annotated[list[Seed], Field(min_length=1), AfterValidator(_distinct)]
    regimes: Annotated[list[Annotated[str, AfterValidator(_of_fig5)]], AfterValidator(_distinct)]
    workers: Annotated[int, Field(ge=0, le=MOST)]
    cluster: Annotated[str, Field(pattern=ADDRESS)] | None
    threads: Annotated[int, Field(ge=0, le=MOST)]
    scales: dict[str, Scale]

    @property
    def run(self) -> str:
        """The run's name, and that of its folders."""
        return self.scale + self.variant

    @property
    def now(self) -> Scale:
        """Settings of the chosen scale."""
        return self.scales[self.scale]

    def model_config_for(self, network: str, modalities: int, reading: str | None = None) -> ModelConfig:
        """Configuration of a network at the chosen scale; ``reading`` None: that of the settings.

        Raises:
            UserError: there is no such network or modality set.
        """
        if network not in NAMES:
            raise UserError(f"network: got {network!r}; use one of {', '.join(NAMES)}{hint(network, NAMES)}")
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
        if lacking := [name for name in PAPERS if name not in self.networks]:
            yield f"networks: got {self.networks}; add {', '.join(lacking)}, which the paper's claims compare"
        if self.model not in self.networks:
            yield f"model: got {self.model!r}; use one of networks: {', '.join(self.networks)}"
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
        values, bases, faults = _expanded(_read(path))
        try:
            settings = cls.model_validate(values)
        except ValidationError as error:
            faults += [explain(e, cls) for e in error.errors()]
        else:
            faults += [] if faults else settings.faults()
        for name, base in bases.items():  # what is wrong there is not said again here
            faults = _less(faults, f"scales.{name}.", f"scales.{base}.")
        # pyrefly: ignore[unsupported-operation]
        for scale in {re.match(r"(scales\.[^.]*\.)?", fault)[0] for fault in faults} - {""}:
            for network in NAMES:
                faults = _less(faults, f"{scale}networks.{network}.", scale)
        if faults:
            raise UserError("\n".join(f"{path}: {fault}" for fault in faults))
        return settings

    def described(self) -> dict[str, Any]:
        """Plain values of all that applies, at ``now`` those of the chosen scale: what stages depend on.

        Sections that stages depend on as a whole are a line each: DVC keeps a copy for each stage, and reads all of
        them each time.
        """
        values, now = self.model_dump(exclude={"scales", "variant"}), self.now.model_dump()
        shared = {part: now.pop(part) for part in Network.model_fields}
        networks = {name: shared | now["networks"].get(name, {}) for name in self.networks}
        simulate = _lines(now["simulate"] | {"sets": None}) | {"sets": _lines(now["simulate"]["sets"])}
        own = {"simulate": simulate, "networks": {name: _lines(parts) for name, parts in networks.items()}}
        return values | {"run": self.run, "now": _lines(now) | own}


def _lines(sections: Mapping[str, Any]) -> dict[str, Any]:
    """Each section as params.yaml would have it in one line."""
    return {
        name: json.dumps(value).replace('"', "") if isinstance(value, Mapping) else value
        for name, value in sections.items()
    }


def _expanded(values: Any) -> tuple[Any, dict[str, str], list[str]]:
    """Scales with all that they have from others, a network's own settings with those of all; bases; and faults.

    Values of other kinds stay as they are: validation says what is wrong with them.
    """
    bases, faults = {}, []
    if not isinstance(values, Mapping) or not isinstance(scales := values.get("scales"), Mapping):
        return values, bases, faults

    def expand(name, above: tuple = ()) -> Any:
        scale = scales[name]
        if not isinstance(scale, Mapping) or "base" not in scale:
            return scale
        base, own = scale["base"], {key: value for key, value in scale.items() if key != "base"}
        if not isinstance(base, str) or base not in scales or base in (name, *above):
            others = [str(other) for other in scales if other != name]
            why = f"got {short(repr(base))}; use another scale, without a circle: {', '.join(others)}"
            faults.append(f"scales.{name}.base: {why}{hint(str(base), others)}")
            return None
        bases[name] = base
        below = expand(base, (name, *above))
        return below and merged(below, own)

    found = {name: expand(name) for name in scales}
    found = {name: _own(scale) for name, scale in found.items() if scale is not None or scales[name] is None}
    return {**values, "scales": found}, bases, list(dict.fromkeys(faults))


def _less(faults: list[str], here: str, there: str) -> list[str]:
    """Without those of keys ``here`` that stand under ``there``, too."""
    return [f for f in faults if not (f.startswith(here) and f.replace(here, there, 1) in faults)]


def _own(scale: Any) -> Any:
    """The scale, where what a network has of its own is added to what all have."""
    if not isinstance(scale, Mapping) or not isinstance(networks := scale.get("networks"), Mapping):
        return scale
    shared = {part: scale[part] for part in Network.model_fields if part in scale}
    full = {name: merged(shared, own) if isinstance(own, Mapping) else own for name, own in networks.items()}
    return {**scale, "networks": full}


def merged(below: Mapping, above: Mapping) -> dict:
    """``below`` with what ``above`` says otherwise, key by key."""
    both = {key: merged(below[key], above[key]) for key in below.keys() & above.keys()
            if isinstance(below[key], Mapping) and isinstance(above[key], Mapping)}  # fmt: skip
    return {**below, **above, **both}


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
