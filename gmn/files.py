"""Files that are written whole or not at all."""

import json
import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import save

from gmn.errors import UserError

if TYPE_CHECKING:
    import pandas


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file beside ``path``, then move it there: ``path`` is never half written. Its folder is made.

    safetensors' own ``save_file`` would leave a file of another name behind where it is killed.

    Raises:
        UserError: the disk is full, or the folder may not be written.
    """
    temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UserError(f"{path}: cannot be written ({error.strerror}); free some disk or mend its rights") from None


def write_table(path: Path, table: "pandas.DataFrame", **form) -> None:
    """Write ``table`` as CSV without its index, atomically; ``form`` as of ``to_csv``."""
    write_atomically(path, table.to_csv(index=False, lineterminator="\n", **form))


def write_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write ``arrays`` as safetensors, atomically; equal arrays give equal bytes."""
    # save takes the memory of strided views as it lies.
    write_atomically(path, save({name: np.ascontiguousarray(array) for name, array in arrays.items()}))


def write_json(path: Path, value) -> None:
    """Write ``value`` as indented JSON, atomically; NaN is refused."""
    write_atomically(path, json.dumps(value, indent=1, allow_nan=False) + "\n")
