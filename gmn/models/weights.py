"""Weights as safetensors: no pickle, atomic, with their configuration inside."""

import json
from dataclasses import fields
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from gmn.data.scaling import HapticScale
from gmn.errors import UserError
from gmn.files import write_atomically
from gmn.models.config import ModelConfig
from gmn.models.gmn import GMN

Model = TypeVar("Model", bound=GMN)
SUFFIX = ".safetensors"


def save_weights(path: Path, model: GMN) -> None:
    """Write a model's weights, its configuration and the scale of its haptic readings."""
    scale = model.haptic_scale
    haptics = scale and {"high": scale.high.tolist(), "low": scale.low.tolist(), "saturate": scale.saturate}
    about = {"config": model.config.described(), "haptics": haptics}
    save_tensors(path, {k: v.detach().cpu().contiguous() for k, v in model.state_dict().items()}, about)


def load_weights(path: Path, expected: ModelConfig | None = None, kind: type[Model] = GMN) -> Model:
    """Read a model, its haptic scale with it, ready to be used.

    Args:
        path: of the file.
        expected: its configuration, if any other is wrong.
        kind: of network to make.

    Raises:
        UserError: the file is missing, damaged, or of another configuration than ``expected``.
    """
    tensors, about = load_tensors(path, "train it again with `dvc repro`")
    config = _config_of(path, about.get("config", {}))
    if expected is not None and config != expected:
        have, want = config.described(), expected.described()
        differ = "; ".join(f"{k} is {have[k]!r}, wanted {want[k]!r}" for k in have if have[k] != want[k])
        raise UserError(f"{path}: weights of another configuration: {differ}; train them with `dvc repro`")
    haptics = about["haptics"]
    model = kind(
        config, haptics and HapticScale(np.array(haptics["low"]), np.array(haptics["high"]), haptics["saturate"])
    )
    model.load_state_dict(tensors)
    return model.eval()


def _config_of(path: Path, saved: dict) -> ModelConfig:
    """Fields that are younger than the file take their defaults, which are what networks were before them."""
    strange = sorted(set(saved) - {field.name for field in fields(ModelConfig)})
    if strange or not {"network", "modalities"} <= set(saved):
        why = f"unknown settings {', '.join(strange)}" if strange else "it does not say what network it is"
        raise UserError(f"{path}: not a weight file of this version: {why}; train it again with `dvc repro`")
    return ModelConfig.of(saved)


def save_tensors(path: Path, tensors: dict[str, torch.Tensor], about: dict) -> None:
    # One metadata key only: the order of several is not stable.
    write_atomically(path, save(tensors, {"gmn": json.dumps(about)}))


def load_tensors(path: Path, remedy: str) -> tuple[dict[str, torch.Tensor], dict]:
    if not path.exists():
        raise UserError(f"{path}: not found; {remedy}")
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads((file.metadata() or {}).get("gmn", "{}"))
            return {k: file.get_tensor(k) for k in file.keys()}, about  # noqa: SIM118 (no mapping)
    except (SafetensorError, OSError, ValueError) as error:
        raise UserError(f"{path}: damaged ({error}); {remedy}") from None
