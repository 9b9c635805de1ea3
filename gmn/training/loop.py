"""Training: read top to bottom. ``python -m stages train --model apoe --regime m2`` calls :func:`train`.

A run is a function of its settings, its data and the seed. Batch, noise and views of step ``k`` depend on
(seed, k) alone, so that a killed run ends in the same bytes as one that was not.

Several processes: ``torchrun --nproc-per-node 4 -m stages train --model apoe --regime m2``; several nodes:
the same with ``--nnodes`` and ``--rdzv-endpoint``, see docs/scaling.md.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from gmn.arguments import Index, checked, shown
from gmn.data.batches import TrainingBatches, validation_batch
from gmn.data.episodes import Episodes
from gmn.data.phases import Phase, Phases
from gmn.data.prefetch import prefetched
from gmn.data.reader import Reader, SceneReader
from gmn.data.regime import Regime
from gmn.errors import UserError
from gmn.files import digest_of, plain
from gmn.models.config import ModelConfig
from gmn.models.gmn import GMN, Bound
from gmn.models.noise import Noise
from gmn.progress import Progress
from gmn.source import source_digest
from gmn.training.checkpoint import Checkpoints
from gmn.training.distributed import ProcessGroup
from gmn.training.initialise import initialise
from gmn.training.optimizer import Optimizer
from gmn.training.replay import Replay
from gmn.training.settings import Train

VALIDATION_BATCH = 50  # scenes evaluated at a time
INITIALISATION_BATCH = 32  # scenes that weights are scaled on
PREFETCHING = 4  # threads that make batches for a GPU
FINGERPRINT = 64  # scenes of a reader of your own, by which its data are known again
REPORT_EVERY = 20  # iterations between losses that a GPU is asked for


@checked
@dataclass(frozen=True)
class Run:
    """A training run: network, optimisation and data.

    Attributes:
        config: of the network.
        settings: of the optimisation.
        regime: which modalities training scenes show.
        seed: of weights, batches and noise.
        train, val: readers of the two sets; a class of your own may take their place, see docs/extending.md.
        shown: combinations of ``train``, ``val_missing`` and ``val_full``, each (N, M) bool.
        device: where.
        processes: those that train together.
    """

    config: ModelConfig
    settings: Train
    regime: Regime
    seed: Index
    train: Reader
    val: Reader
    shown: Mapping[str, np.ndarray]
    device: torch.device
    processes: ProcessGroup = ProcessGroup()

    def __post_init__(self) -> None:
        if self.regime.modalities != self.config.count:
            raise UserError(
                f"regime {self.regime.name}: is of {self.regime.modalities} modalities, config of {self.config.count}; "
                "give both the same"
            )
        for name, reader in (("train", self.train), ("val_missing", self.val), ("val_full", self.val)):
            wanted = (len(reader), self.config.count)
            if name not in self.shown or self.shown[name].dtype != bool or self.shown[name].shape != wanted:
                got = shown(self.shown[name]) if name in self.shown else "nothing"
                raise UserError(f"shown.{name}: got {got}; give an array of shape {wanted}, bool")

    @cached_property
    def described(self) -> dict:
        """All that its bits depend on, plain values: a checkpoint is gone on from by the same run alone."""
        return plain(
            {
                "config": self.config.described(),
                "settings": self.settings.model_dump(),
                "regime": asdict(self.regime),
                "seed": self.seed,
                "train": described(self.train),
                "val": described(self.val),
                "shown": digest_of({name: np.asarray(rows) for name, rows in self.shown.items()}, {})[:16],
                "code": source_digest()[:16],
            }
        )


def described(reader: Reader) -> dict:
    """Fingerprint of a reader's data: its size and a digest of some scenes; a manifest vouches for all others."""
    manifest = reader.scenes.manifest if isinstance(reader, SceneReader) else {}
    count = 1 if manifest else min(FINGERPRINT, len(reader))
    some = reader.read(np.linspace(0, len(reader) - 1, count).astype(int))
    arrays = {str(k): tensor.cpu().numpy() for k, tensor in enumerate([*some.senses, *some.queries])}
    return {"scenes": len(reader), "views": reader.views, "digest": digest_of(arrays, manifest)[:16]}


@checked
def train(run: Run, checkpoints: Checkpoints, progress: Progress | None = None) -> tuple[GMN, list[dict]]:
    """Train to the end.

    Args:
        run: the run.
        checkpoints: where to go on from, and to save to.
        progress: told of iterations, also of those that an earlier process has done, and of the loss; None: shown
            where standard error goes, ``silent()`` of :mod:`gmn.progress` shows nothing.

    Returns:
        The model and its curves: a row per evaluation with iteration, scenes seen, the ``lesson`` that training
        since the row before began in, the losses ``train``, ``val_missing``, ``val_full`` (nats per target view,
        times M), the latter two of whole scenes, and what :meth:`Meter.parts` says of training.

    Raises:
        UserError: the loss is no longer finite, or the checkpoints are of another run.
    """
    if progress is not None:
        return _train(run, checkpoints, progress)
    with Progress(f"train {run.config.network}", run.settings.iterations, "it") as progress:
        return _train(run, checkpoints, progress)


def _train(run: Run, checkpoints: Checkpoints, progress: Progress) -> tuple[GMN, list[dict]]:
    settings, phases = run.settings, phases_of(run)
    torch.manual_seed(run.seed)
    model = GMN(run.config, run.train.scales).to(run.device)
    optimizer = Optimizer(model, settings.optimizer, settings.learning_rate, capturable=replays(run))
    step, rows = checkpoints.restore(model, optimizer, run.described)
    progress.skip(step)
    if step == 0 and settings.initialisation == "scaled":
        whole = batches_of(run, Phases([], run.train.views, INITIALISATION_BATCH))
        initialise(model, whole[0].to(run.device), noise(run, 0))

    batches = batches_of(run, phases, run.processes.own)
    iterate = iteration_of(run, model, optimizer)
    meter = Meter(run.config)
    threads = PREFETCHING if run.device.type == "cuda" else 0
    for episodes in prefetched(batches, step, settings.iterations, run.device, threads):
        optimizer.set_rate(settings.learning_rate * schedule(step, settings))
        phase = phases.at(step)
        bound, norm = iterate(episodes, noise(run, step, phase.scenes), weights(step, settings), phase)
        meter.add(bound)
        step += 1
        evaluated = step % settings.evaluate_every == 0 or step == settings.iterations
        reported = evaluated or step % REPORT_EVERY == 0 or run.device.type == "cpu"  # to ask a GPU is to wait for it
        if reported and not math.isfinite(norm):
            raise UserError(_explain_divergence(step - 1, bound, run, checkpoints))
        progress.advance(1, **{"loss": bound.loss.item()} if reported else {})
        if evaluated:
            meter.gather(run.processes, run.device)
            number = phases.number_at(rows[-1]["iteration"] if rows else 0)
            row = {"iteration": step, "scenes": phases.scenes_before(step), "lesson": number, "train": meter.loss}
            if run.processes.leads:
                row |= validations(model, run)
                rows.append(row | meter.parts())
                checkpoints.save(step, model, optimizer, rows, run.described)
            meter = Meter(run.config)
    return model, rows


def replays(run: Run) -> bool:
    """Whether iterations are recorded and replayed: fixed shapes, on one GPU."""
    return run.settings.padded and run.device.type == "cuda" and run.processes.size == 1


def iteration_of(run: Run, model: GMN, optimizer: Optimizer) -> Callable[..., tuple[Bound, torch.Tensor]]:
    """A step of the optimiser: of a batch, its noise, its :func:`weights` and the phase, to bound and gradient norm.

    On a CPU weights are left alone where the norm is not finite.
    """
    settings, network = run.settings, run.processes.share(model)

    def iterate(episodes: Episodes, drawn: Noise, weights, phase: Phase) -> tuple[Bound, torch.Tensor]:
        of_kl, share = weights
        balanced, imagined = settings.prior_weight > 1, None if settings.imagined is None else share
        with precision(settings, run.device):
            bound = network(episodes, drawn, settings.rendered, settings.padded, settings.rays, balanced, imagined)
        optimizer.zero_grad()
        # As if all views were shown, so that clipping means the same; processes average their gradients.
        bounds = bound.weighted(of_kl, settings.prior_weight).sum()
        loss = -bounds * run.train.views / phase.views * run.processes.size / phase.scenes
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
        if run.device.type == "cuda" or math.isfinite(norm):
            optimizer.step()
        return bound, norm

    return Replay(iterate) if replays(run) else iterate


def phases_of(run: Run) -> Phases:
    """The curriculum's, and last of all whole scenes of the whole set."""
    early, share = [], 0.0
    views, scenes = run.train.views, run.settings.batch_size
    for lesson in run.settings.lessons:
        share += lesson.share
        until = round(share * run.settings.iterations)
        early.append(Phase(until, lesson.views or views, lesson.scenes or scenes, lesson.first))
    return Phases(early, views, scenes)


def batches_of(run: Run, phases: Phases, own: Callable[[int], slice] = lambda batch: slice(None)) -> TrainingBatches:
    """The run's training batches, of which this process reads ``own``."""
    settings, missing = run.settings, run.regime.missing
    kind = {"shares": settings.contexts, "symmetries": settings.symmetries, "own": own}
    return TrainingBatches(run.train, run.shown["train"], phases, run.seed, run.config.reading, missing, **kind)


def weights(step: int, settings: Train) -> tuple[float, float]:
    """Of the objective: the KL's, which rises from ``kl_start`` to 1 on a line, and the share of imagined scenes."""
    done, early, late = step / settings.iterations, settings.curriculum, settings.imagined
    share = late.share if late and done >= late.start else 0.0
    if early is None:
        return 1.0, share
    begin, end = early.kl_rise
    return early.kl_start + (1 - early.kl_start) * min(1.0, max(0.0, (done - begin) / (end - begin))), share


def schedule(step: int, settings: Train) -> float:
    """Factor on the learning rate: linear warm-up, then constant or a half cosine to zero."""
    rise = min(1.0, (step + 1) / (settings.warmup + 1))
    if settings.schedule == "constant":
        return rise
    return rise * 0.5 * (1 + math.cos(math.pi * step / settings.iterations))


def noise(run: Run, step: int, scenes: int | None = None) -> Noise:
    """The random numbers of one iteration; of this process's part of ``scenes`` scenes, or of all it has."""
    own = slice(None) if scenes is None else run.processes.own(scenes)
    seed = np.random.SeedSequence([run.seed, 4, step]).generate_state(1, np.uint64)[0]
    return Noise(int(seed) >> 1, scenes, own, run.device)


def precision(settings: Train, device: torch.device):
    """Convolutions and linear layers in the chosen precision; densities, products and states stay in float32."""
    return torch.autocast(device.type, torch.bfloat16, enabled=settings.precision == "bfloat16")


def validations(model: GMN, run: Run) -> dict[str, float]:
    """``val_missing`` and ``val_full``, which is the same where no modality is ever missing."""
    missing = validate(model, run, "val_missing")
    full = validate(model, run, "val_full") if run.regime.missing else missing
    return {"val_missing": missing, "val_full": full}


@torch.no_grad()
def validate(model: GMN, run: Run, name: str) -> float:
    """The loss on the first validation scenes, the same views and noise each time."""
    count = min(run.settings.validation_scenes, len(run.val))
    meter = Meter(run.config)
    for start in range(0, count, VALIDATION_BATCH):
        indices = np.arange(start, min(start + VALIDATION_BATCH, count))
        episodes = validation_batch(run.val, run.shown[name], indices, run.seed, run.config.reading)
        with precision(run.settings, run.device):
            meter.add(model.elbo(episodes.to(run.device), noise(run, start)))
    return meter.loss


class Meter:
    """Sums bounds of several batches in float64, on their device."""

    def __init__(self, config: ModelConfig):
        self.config = config
        self.episodes, self.targets = 0.0, 0.0
        self.sums: dict[tuple[str, ...], Tensor] = {}

    def add(self, bound: Bound) -> None:
        self.episodes += bound.kl.shape[1]
        self.targets = self.targets + bound.targets.detach().sum().double()  # pyrefly: ignore[bad-assignment]
        names, steps = [m.name for m in self.config.modality_list], self.config.steps
        rows = [
            ("kl", ["global"][: len(bound.kl) - steps] + [*range(1, steps + 1)], bound.kl),
            ("nll", names, -bound.log_likelihood),
            ("expert_kl", names, bound.expert_kl if len(bound.expert_kl) == len(names) else None),
            ("kl_r", names, bound.representation_kl),
        ]
        for kind, labels, values in rows:
            if values is not None:
                key = tuple(f"{kind}_{label}" for label in labels)
                self.sums[key] = self.sums.get(key, 0.0) + values.detach().double().sum(1)

    def gather(self, processes: ProcessGroup, device: torch.device) -> None:
        """Add what the other processes have seen."""
        mine = np.array([self.episodes, float(self.targets), *self.nats.values()])
        self.episodes, self.targets, *nats = processes.total(mine, device).tolist()
        self.sums = {tuple(self.nats): torch.tensor(nats, dtype=torch.float64)}

    @property
    def nats(self) -> dict[str, float]:
        """The sums by name."""
        return {name: value for key, sums in self.sums.items() for name, value in zip(key, sums.tolist(), strict=True)}

    @property
    def loss(self) -> float:
        """Negative ELBO per target view, times M."""
        bound = sum(value for name, value in self.nats.items() if not name.startswith("expert_kl_"))
        return float(bound / float(self.targets) * self.config.count)

    def parts(self) -> dict[str, float]:
        """Per episode, nats: KL of each step, negative log-likelihood of each modality, KL of each modality's
        expert (what its sense tells; 0 where it has collapsed) and of its representation if that is latent."""
        return {name: value / self.episodes for name, value in self.nats.items()}


def _explain_divergence(step: int, bound: Bound, run: Run, checkpoints: Checkpoints) -> str:
    parts = dict(zip([m.name for m in run.config.modality_list], bound.log_likelihood.sum(1).tolist(), strict=True))
    parts["KL"] = bound.kl.sum().item()
    guilty = ", ".join(f"{k} = {v}" for k, v in parts.items() if not math.isfinite(v)) or "the gradient only"
    kept, section = checkpoints.newest(), "train_missing" if run.regime.missing else "train"
    return (
        f"training diverged at iteration {step}: not finite: {guilty}; "
        f"last good checkpoint: {kept or 'none'}; lower {section}.learning_rate"
    )
