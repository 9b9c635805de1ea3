"""The resume state of a run as safetensors: no pickle, atomic, with the one before kept."""

from pathlib import Path

import torch

from gmn.arguments import Index, checked
from gmn.errors import UserError, differences
from gmn.models.gmn import GMN
from gmn.models.weights import load_tensors, save_tensors
from gmn.training.optimizer import Optimizer

LARGEST = 15_000_000  # bytes of tensors in a file: small enough to be carried to another machine
OTHERWISE = "the one before is used"
KEEP = 2  # checkpoints: the newest and the one before, should the newest be truncated


@checked
class Checkpoints:
    """The resume state of one run, in a folder of its own; it knows the run and goes on with no other."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def save(self, step: Index, model: GMN, optimizer: Optimizer, rows: list[dict], run: dict) -> None:
        """Keep everything a run needs to go on after ``step`` iterations, in files of :data:`LARGEST` bytes at most.

        ``run``: what it is, :attr:`gmn.training.loop.Run.described`.
        """
        tensors = {f"model.{k}": v.detach().cpu().contiguous() for k, v in model.state_dict().items()}
        tensors |= {f"optimizer.{k}": v.detach().cpu().contiguous() for k, v in optimizer.state().items()}
        first, *others = _parts(tensors)
        for k, part in enumerate(others, 1):
            save_tensors(self._path(step, k), part, {"step": step})
        about = {"step": step, "rows": rows, "parts": 1 + len(others), "run": run}
        save_tensors(self._path(step), first, about)  # last: it is whole
        kept = {path.name.split(".")[0] for path in self._newest_first()[:KEEP]}
        for path in self.folder.glob("step-*"):
            if path.name.split(".")[0] not in kept:
                path.unlink()

    def restore(self, model: GMN, optimizer: Optimizer, run: dict) -> tuple[int, list[dict]]:
        """Load the newest whole checkpoint; (0, []) if there is none. A damaged one is named and passed over.

        Raises:
            UserError: it is of another run than ``run``.
        """
        for path in self._newest_first():
            try:
                tensors, about = load_tensors(path, OTHERWISE)
                for k in range(1, about["parts"]):
                    tensors |= load_tensors(self._path(about["step"], k), OTHERWISE)[0]
            except UserError as error:
                print(error)
                continue
            other = differences(about["run"], run) if "run" in about else "an older version's, which did not say"
            if other:
                raise UserError(f"{path}: of another run: {other}; use another folder, or delete it to begin anew")
            model.load_state_dict(_of("model.", tensors))
            optimizer.restore(_of("optimizer.", tensors))
            return about["step"], about["rows"]
        return 0, []

    def newest(self) -> Path | None:
        return next(iter(self._newest_first()), None)

    def clear(self) -> None:
        """Forget the run: it is finished."""
        for path in self.folder.iterdir():
            path.unlink()
        self.folder.rmdir()

    def _path(self, step: int, part: int = 0) -> Path:
        return self.folder / f"step-{step:08d}{f'.part-{part}' if part else ''}.safetensors"

    def _newest_first(self) -> list[Path]:
        """The first files of all checkpoints."""
        return sorted(self.folder.glob("step-????????.safetensors"), reverse=True)


def _of(prefix: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Those whose names begin with ``prefix``, without it."""
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _parts(tensors: dict[str, torch.Tensor]) -> list[dict[str, torch.Tensor]]:
    """Tensors in groups of :data:`LARGEST` bytes at most, or of one."""
    parts, room = [{}], LARGEST
    for name, tensor in tensors.items():
        if parts[-1] and tensor.nbytes > room:
            parts.append({})
            room = LARGEST
        parts[-1][name] = tensor
        room -= tensor.nbytes
    return parts
