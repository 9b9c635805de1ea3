"""Weights and checkpoints as safetensors: no pickle, atomic, with their configuration inside."""

import json
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from gmn.data.scaling import HapticScale
from gmn.data.shards import write_atomically
from gmn.errors import UserError
from gmn.models.config import ModelConfig
from gmn.models.gmn import GMN

KEEP = 2  # checkpoints: the newest and the one before, should the newest be truncated


def save_weights(path: Path, model: GMN, scale: HapticScale) -> None:
    """Write a model's weights, its configuration and the scale of its haptic readings."""
    haptics = {"high": scale.high.tolist(), "low": scale.low.tolist(), "saturate": scale.saturate}
    about = {"config": dict(sorted(asdict(model.config).items())), "haptics": haptics}
    _save(path, {k: v.detach().cpu().contiguous() for k, v in model.state_dict().items()}, about)


def load_weights(path: Path, expected: ModelConfig | None = None) -> tuple[GMN, HapticScale]:
    """Read a model and the scale of its haptic readings.

    Raises:
        UserError: the file is missing, damaged, or of another configuration than ``expected``.
    """
    tensors, about = _load(path, "train it again with `dvc repro`")
    known = {field.name for field in fields(ModelConfig)}
    if set(about.get("config", {})) != known:
        raise UserError(f"{path}: not a weight file of this version; train it again with `dvc repro`")
    config = ModelConfig(**about["config"])
    if expected is not None and config != expected:
        have, want = asdict(config), asdict(expected)
        differ = "; ".join(f"{k} is {have[k]!r}, wanted {want[k]!r}" for k in have if have[k] != want[k])
        raise UserError(f"{path}: weights of another configuration: {differ}; train them with `dvc repro`")
    model = GMN(config)
    model.load_state_dict(tensors)
    haptics = about["haptics"]
    scale = HapticScale(np.array(haptics["low"]), np.array(haptics["high"]), haptics["saturate"])
    return model.eval(), scale


class Checkpoints:
    """The resume state of one run, in a folder of its own."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def save(self, step: int, model: GMN, optimizer: torch.optim.Optimizer, rows: list[dict]) -> None:
        """Keep everything a run needs to go on after ``step`` iterations."""
        tensors = {f"model.{k}": v.detach().cpu().contiguous() for k, v in model.state_dict().items()}
        for k, state in optimizer.state_dict()["state"].items():
            tensors |= {f"adam.{k}.{name}": value.detach().cpu().contiguous() for name, value in state.items()}
        _save(self.folder / f"step-{step:08d}.safetensors", tensors, {"step": step, "rows": rows})
        for old in self._newest_first()[KEEP:]:
            old.unlink()

    def restore(self, model: GMN, optimizer: torch.optim.Optimizer) -> tuple[int, list[dict]]:
        """Load the newest whole checkpoint; (0, []) if there is none. A damaged one is named and passed over."""
        for path in self._newest_first():
            try:
                tensors, about = _load(path, "the one before is used")
            except UserError as error:
                print(error)
                continue
            model.load_state_dict({k.removeprefix("model."): v for k, v in tensors.items() if k.startswith("model.")})
            state: dict[int, dict] = {}
            for name, value in tensors.items():
                if name.startswith("adam."):
                    _, k, entry = name.split(".")
                    state.setdefault(int(k), {})[entry] = value
            optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
            return about["step"], about["rows"]
        return 0, []

    def newest(self) -> Path | None:
        return next(iter(self._newest_first()), None)

    def clear(self) -> None:
        """Forget the run: it is finished."""
        for path in self.folder.iterdir():
            path.unlink()
        self.folder.rmdir()

    def _newest_first(self) -> list[Path]:
        return sorted(self.folder.glob("step-*.safetensors"), reverse=True)


def _save(path: Path, tensors: dict[str, torch.Tensor], about: dict) -> None:
    # One metadata key only: the order of several is not stable.
    write_atomically(path, lambda temporary: save_file(tensors, temporary, {"gmn": json.dumps(about)}))


def _load(path: Path, remedy: str) -> tuple[dict[str, torch.Tensor], dict]:
    if not path.exists():
        raise UserError(f"{path}: not found; {remedy}")
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads((file.metadata() or {}).get("gmn", "{}"))
            return {k: file.get_tensor(k) for k in file.keys()}, about  # noqa: SIM118 (no mapping)
    except (SafetensorError, OSError, ValueError) as error:
        raise UserError(f"{path}: damaged ({error}); {remedy}") from None
