"""Weights as safetensors: no pickle, atomic, with their configuration inside."""

import json
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from safetensors.torch import save

from gmn.arguments import checked
from gmn.data.scaling import Scale
from gmn.errors import UserError, differences
from gmn.files import SEAL, digest_of, read_safetensors, write_atomically
from gmn.models.config import ModelConfig
from gmn.models.gmn import GMN

Model = TypeVar("Model", bound=GMN)
SUFFIX = ".safetensors"
SOURCE = "source"


@checked
def save_weights(path: Path, model: torch.nn.Module, source: str = "") -> None:
    """Write a model's weights, its configuration and, by sense, the scales of its readings.

    ``source``: checksum of the file that these weights are a rounded copy of, if they are.
    """
    model = _plain(model)
    about = {"config": model.config.described(), **({SOURCE: source} if source else {})} | {
        sense: {"high": scale.high.tolist(), "low": scale.low.tolist(), "saturate": scale.saturate}
        for sense, scale in model.scales.items()
    }
    save_tensors(path, {k: v.detach().cpu().contiguous() for k, v in model.state_dict().items()}, about)


def _plain(model: torch.nn.Module) -> GMN:
    """The network inside ``torch.compile`` or DistributedDataParallel."""
    while not isinstance(model, GMN):
        inside = getattr(model, "_orig_mod", None) or getattr(model, "module", None)
        if inside is None:
            raise UserError(f"model: got {type(model).__name__}; give a GMN")
        model = inside  # pyrefly: ignore[bad-assignment]
    return model


@checked
def load_weights(path: Path, expected: ModelConfig | None = None, kind: type[Model] = GMN) -> Model:
    """Read a model, the scales of its readings with it, ready to be used.

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
        differ = differences(config.described(), expected.described())
        raise UserError(f"{path}: weights of another configuration: {differ}; train them with `dvc repro`")
    if bad := [name for name, tensor in tensors.items() if not tensor.isfinite().all()]:
        raise UserError(f"{path}: {bad[0]}: not finite; train it again with a lower learning_rate")
    scales = {
        sense: Scale(np.array(scale["low"]), np.array(scale["high"]), scale["saturate"])
        for sense, scale in about.items()
        if sense not in ("config", SOURCE) and scale  # null in older files: a network without scales
    }
    with torch.random.fork_rng(devices=[]):  # the caller's random numbers go on as if nothing was loaded
        model = kind(config, scales)
    try:
        model.load_state_dict(tensors)
    except RuntimeError:
        raise UserError(f"{path}: its weights are not those of its configuration; train it again") from None
    kept = next(iter(tensors.values())).dtype
    return model.to(torch.float32 if kept == torch.float16 else kept).eval()  # halves are for files alone


def _config_of(path: Path, saved: dict) -> ModelConfig:
    """Fields that are younger than the file take their defaults, which are what networks were before them."""
    strange = sorted(set(saved) - set(ModelConfig.model_fields))
    if strange or not {"network", "modalities"} <= set(saved):
        why = f"unknown settings {', '.join(strange)}" if strange else "it does not say what network it is"
        raise UserError(f"{path}: not a weight file of this version: {why}; train it again with `dvc repro`")
    return ModelConfig.of(saved)


def save_tensors(path: Path, tensors: dict[str, torch.Tensor], about: dict) -> None:
    # One metadata key only: the order of several is not stable.
    sealed = about | {SEAL: digest_of(_arrays(tensors), about)}
    write_atomically(path, save(tensors, {"gmn": json.dumps(sealed)}))


def load_tensors(path: Path, remedy: str) -> tuple[dict[str, torch.Tensor], dict]:
    tensors, about = read_safetensors(path, remedy, "pt", "gmn")
    seal = about.pop(SEAL, None)  # files of older versions have none
    if seal and seal != digest_of(_arrays(tensors), about):
        raise UserError(f"{path}: altered since it was written; {remedy}")
    return tensors, about


def _arrays(tensors: dict[str, torch.Tensor]) -> dict[str, np.ndarray]:
    return {name: _array(tensor) for name, tensor in tensors.items()}


def _array(tensor: torch.Tensor) -> np.ndarray:
    """Also of kinds that numpy lacks, such as bfloat16: their bits."""
    return tensor.view(torch.int16).numpy() if tensor.dtype == torch.bfloat16 else tensor.numpy()
