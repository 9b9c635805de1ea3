"""Training: read top to bottom. ``python -m stages train --model apoe --regime m2`` calls :func:`train`.

A run is a function of its settings, its data and the seed. Batch, noise and views of step ``k`` depend on
(seed, k) alone, so that a killed run ends in the same bytes as one that was not.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from gmn.data.batches import SceneReader, TrainingBatches, validation_batch
from gmn.data.combinations import Regime
from gmn.errors import UserError
from gmn.models.config import ModelConfig
from gmn.models.gmn import GMN, Bound
from gmn.params import Train
from gmn.training.checkpoint import Checkpoints

VALIDATION_BATCH = 50  # scenes evaluated at a time


@dataclass(frozen=True)
class Run:
    """What is trained, on what.

    Attributes:
        config: of the network.
        settings: of the optimisation.
        regime: which modalities training scenes show.
        seed: of weights, batches and noise.
        iterations: how long.
        train, val: readers of the two sets.
        shown: combinations of ``train``, ``val_missing`` and ``val_full``, each (N, M) bool.
        device: where.
    """

    config: ModelConfig
    settings: Train
    regime: Regime
    seed: int
    iterations: int
    train: SceneReader
    val: SceneReader
    shown: dict[str, np.ndarray]
    device: torch.device


def train(
    run: Run, checkpoints: Checkpoints, tick: Callable[..., None], skip: Callable[[int], None]
) -> tuple[GMN, list[dict]]:
    """Train to the end.

    Args:
        run: the run.
        checkpoints: where to go on from, and to save to.
        tick: called after each iteration with ``loss``.
        skip: called once with the iterations an earlier process has done.

    Returns:
        The model and its curves: a row per evaluation with iteration, scenes seen, the losses ``train``,
        ``val_missing``, ``val_full`` (nats per target view, times M), KL per step and negative
        log-likelihood per modality (nats per scene).

    Raises:
        UserError: the loss is no longer finite.
    """
    settings = run.settings
    torch.manual_seed(run.seed)
    model = GMN(run.config).to(run.device)
    optimizer = torch.optim.Adam(model.parameters(), lr=settings.learning_rate)
    step, rows = checkpoints.restore(model, optimizer)
    skip(step)

    missing = run.regime.low < run.regime.modalities
    batches = TrainingBatches(
        run.train, run.shown["train"], settings.batch_size, run.seed, run.config.reading, missing, settings.symmetries
    )
    meter = Meter(run.config)
    while step < run.iterations:
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * schedule(step, run.iterations, settings)
        episodes = batches[step].to(run.device)
        bound = model.elbo(episodes, noise(run, step), settings.rendered)
        optimizer.zero_grad(set_to_none=True)
        loss = -bound.elbo.sum() / settings.batch_size
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
        if not math.isfinite(norm):
            raise UserError(_explain_divergence(step, bound, run.config, checkpoints))
        optimizer.step()
        meter.add(bound)
        step += 1
        tick(1, loss=bound.loss.item())
        if step % settings.evaluate_every == 0 or step == run.iterations:
            row = {"iteration": step, "scenes": step * settings.batch_size, "train": meter.loss}
            row |= {name: validate(model, run, name) for name in ("val_missing", "val_full")}
            rows.append(row | meter.parts())
            meter = Meter(run.config)
            checkpoints.save(step, model, optimizer, rows)
    return model, rows


def schedule(step: int, iterations: int, settings: Train) -> float:
    """Factor on the learning rate: linear warm-up, then constant or a half cosine to zero."""
    rise = min(1.0, (step + 1) / (settings.warmup + 1))
    if settings.schedule == "constant":
        return rise
    return rise * 0.5 * (1 + math.cos(math.pi * step / iterations))


def noise(run: Run, step: int) -> torch.Generator:
    """The random numbers of one iteration."""
    seed = np.random.SeedSequence([run.seed, 4, step]).generate_state(1, np.uint64)[0]
    return torch.Generator(run.device).manual_seed(int(seed) >> 1)


@torch.no_grad()
def validate(model: GMN, run: Run, name: str) -> float:
    """The loss on the first validation scenes, the same views and noise each time."""
    count = min(run.settings.validation_scenes, len(run.val.scenes))
    meter = Meter(run.config)
    for start in range(0, count, VALIDATION_BATCH):
        indices = np.arange(start, min(start + VALIDATION_BATCH, count))
        episodes = validation_batch(run.val, run.shown[name], indices, run.seed, run.config.reading)
        meter.add(model.elbo(episodes.to(run.device), noise(run, start)))
    return meter.loss


class Meter:
    """Sums bounds of several batches in float64."""

    def __init__(self, config: ModelConfig):
        self.config = config
        self.episodes, self.targets = 0, 0
        self.kl = np.zeros(config.steps)
        self.nll = np.zeros(config.modalities)

    def add(self, bound: Bound) -> None:
        self.episodes += bound.kl.shape[1]
        self.targets += int(bound.targets.sum())
        self.kl += bound.kl.detach().double().sum(1).cpu().numpy()
        self.nll -= bound.log_likelihood.detach().double().sum(1).cpu().numpy()

    @property
    def loss(self) -> float:
        """Negative ELBO per target view, times M."""
        return float((self.nll.sum() + self.kl.sum()) / self.targets * self.config.modalities)

    def parts(self) -> dict[str, float]:
        """KL of each step per episode, and negative log-likelihood of each modality per episode."""
        kl = {f"kl_{t + 1}": float(v) for t, v in enumerate(self.kl / self.episodes)}
        names = [f"nll_{m.name}" for m in self.config.modality_list]
        return kl | dict(zip(names, (self.nll / self.episodes).tolist(), strict=True))


def _explain_divergence(step: int, bound: Bound, config: ModelConfig, checkpoints: Checkpoints) -> str:
    parts = dict(zip([m.name for m in config.modality_list], bound.log_likelihood.sum(1).tolist(), strict=True))
    parts["KL"] = bound.kl.sum().item()
    guilty = ", ".join(f"{k} = {v}" for k, v in parts.items() if not math.isfinite(v)) or "the gradient only"
    kept = checkpoints.newest()
    return (
        f"training diverged at iteration {step}: not finite: {guilty}; "
        f"last good checkpoint: {kept or 'none'}; lower train.learning_rate"
    )
