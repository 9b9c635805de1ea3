"""The resume state of a run as safetensors: no pickle, atomic, with the one before kept."""

from pathlib import Path

import torch

from gmn.errors import UserError
from gmn.models.gmn import GMN
from gmn.models.weights import load_tensors, save_tensors

KEEP = 2  # checkpoints: the newest and the one before, should the newest be truncated


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
        save_tensors(self.folder / f"step-{step:08d}.safetensors", tensors, {"step": step, "rows": rows})
        for old in self._newest_first()[KEEP:]:
            old.unlink()

    def restore(self, model: GMN, optimizer: torch.optim.Optimizer) -> tuple[int, list[dict]]:
        """Load the newest whole checkpoint; (0, []) if there is none. A damaged one is named and passed over."""
        for path in self._newest_first():
            try:
                tensors, about = load_tensors(path, "the one before is used")
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
