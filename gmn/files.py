"""Files that are written whole or not at all, and that are believed only if they are what was written."""

import hashlib
import json
import os
import shutil
import uuid
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from gmn.errors import UserError

if TYPE_CHECKING:
    import pandas

SEAL = "sha256"  # key of a file's digest of all else in it


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file beside ``path``, then move it there: ``path`` is never half written. Its folder is made.

    safetensors' own ``save_file`` would leave a file of another name behind where it is killed.

    Raises:
        UserError: the disk is full, or the folder may not be written.
    """
    if not path.name:
        raise UserError(f"{path}: a folder; give the name of a file")
    temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(temporary, path)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror}); free some disk or change its rights") from None
    finally:
        with suppress(OSError):
            temporary.unlink()


def replace_folder(new: Path, path: Path) -> None:
    """Move the folder ``new`` to ``path``, in place of what is there; where that is a link, to what it points at."""
    path = path.resolve()
    shutil.rmtree(path, ignore_errors=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(new, path)


def write_json(path: Path, value: dict) -> None:
    """Write ``value`` as indented JSON, atomically; NaN is refused."""
    write_atomically(path, json.dumps(value, indent=1, allow_nan=False) + "\n")


def plain(value: dict) -> dict:
    """``value`` as JSON gives it back: tuples are lists."""
    return json.loads(json.dumps(value, allow_nan=False))


def write_sealed(path: Path, value: dict) -> None:
    """As :func:`write_json`, with a digest by which :func:`read_sealed` knows it again."""
    write_json(path, value | {SEAL: _digest(value)})


def read_json(path: Path, remedy: str, keys: tuple[str, ...] = ()) -> dict:
    """Read JSON of :func:`write_json`.

    Args:
        path: of the file.
        remedy: what to do if it is not that.
        keys: that it must have.

    Raises:
        UserError: it is missing, damaged or something else.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path}: not found; {remedy}") from None
    except (ValueError, RecursionError):
        raise UserError(f"{path}: damaged: not JSON; {remedy}") from None
    if not isinstance(value, dict) or (lacking := [key for key in keys if key not in value]):
        why = f"{lacking[0]!r} is missing" if isinstance(value, dict) else "not an object"
        raise UserError(f"{path}: damaged: {why}; {remedy}")
    return value


def read_sealed(path: Path, remedy: str, **about: Any) -> dict:
    """Checksum-verified read of :func:`write_sealed`'s JSON, without the digest.

    Args:
        path: of the file.
        remedy: what to do if it is not that.
        about: values that say what the file is of.

    Raises:
        UserError: it is missing, altered or of something else.
    """
    value = read_json(path, remedy)
    for key, wanted in about.items():
        if value.get(key) != wanted:
            raise UserError(f"{path}: {key} is {value.get(key)!r}, wanted {wanted!r}; {remedy}")
    if value.pop(SEAL, None) != _digest(value):
        raise UserError(f"{path}: altered since it was written; {remedy}")
    return value


def write_table(path: Path, table: "pandas.DataFrame", **form) -> None:
    """Write ``table`` as CSV without its index, atomically; ``form`` as of ``to_csv``."""
    write_atomically(path, table.to_csv(index=False, lineterminator="\n", **form))


def write_sealed_table(path: Path, table: "pandas.DataFrame", **form) -> None:
    """As :func:`write_table`, with a digest of it all in a last column, by which :func:`read_sealed_table` knows it."""
    write_atomically(path, sealed_table(table.to_csv(index=False, lineterminator="\n", **form)))


def sealed_table(text: str) -> str:
    """CSV with a column more, whose last cell is the digest of all the others."""
    head, *rows = text.splitlines()
    cells = [""] * (len(rows) - 1) + [_digest_of_text(text)]
    return "".join(f"{row},{cell}\n" for row, cell in zip([head, *rows], [SEAL, *cells], strict=True))


def read_sealed_table(path: Path, remedy: str, columns: tuple[str, ...]) -> "pandas.DataFrame":
    """Checksum-verified read of :func:`write_sealed_table`'s table; otherwise as :func:`read_table`.

    Raises:
        UserError: it is missing, altered or none.
    """
    rows = [line.rpartition(",") for line in _text(path, remedy).splitlines()]
    text = "".join(f"{row}\n" for row, _, _ in rows)
    if [cell for _, _, cell in rows if cell] != [SEAL, _digest_of_text(text)]:
        raise UserError(f"{path}: altered since it was written, or written before tables had a digest; {remedy}")
    return _table(path, text, remedy, columns)


def read_table(path: Path, remedy: str, columns: tuple[str, ...], empty: bool = False) -> "pandas.DataFrame":
    """A CSV file of numbers; the first column may be of names.

    Args:
        path: of the file.
        remedy: what to do if it is none.
        columns: that it must have.
        empty: whether it may have no row.

    Raises:
        UserError: it is missing or none.
    """
    return _table(path, _text(path, remedy), remedy, columns, empty)


def _text(path: Path, remedy: str) -> str:
    """Read UTF-8 text, with or without a byte-order mark."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UserError(f"{path}: not found; {remedy}") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: damaged: not UTF-8 text; {remedy}") from None


def _table(path: Path, text: str, remedy: str, columns: tuple[str, ...], empty: bool = False) -> "pandas.DataFrame":
    import pandas as pd

    try:
        table = pd.read_csv(StringIO(text))
    except (ValueError, pd.errors.ParserError):
        raise UserError(f"{path}: damaged: not a table; {remedy}") from None
    lacking = [name for name in columns if name not in table]
    if empty and table.empty and not lacking:
        return table
    texts = [name for name in table.columns[1:] if not pd.api.types.is_numeric_dtype(table[name])]
    if lacking or texts or table.empty or table.isna().any(axis=None):
        why = f"no column {lacking[0]!r}" if lacking else f"{texts[0]}: no numbers" if texts else "empty or cut short"
        raise UserError(f"{path}: damaged: {why}; {remedy}")
    return table


def write_arrays(path: Path, arrays: dict[str, np.ndarray], about: dict | None = None) -> None:
    """Write ``arrays`` as safetensors, atomically; equal arrays give equal bytes.

    ``about``, if given, says what they are; with it goes a digest of all of it, by which :func:`read_arrays` knows it.
    """
    # save takes the memory of strided views as it lies.
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    sealed = None if about is None else {"about": json.dumps(about | {SEAL: digest_of(arrays, about)})}
    write_atomically(path, save(arrays, sealed))


def read_arrays(path: Path, remedy: str, **about: Any) -> dict[str, np.ndarray]:
    """Checksum-verified read of :func:`write_arrays`'s file.

    Args:
        path: of the file.
        remedy: what to do if it is not that.
        about: values that say what the file is of.

    Raises:
        UserError: it is missing, damaged, altered or of something else.
    """
    arrays, said = read_safetensors(path, remedy, "numpy", "about")
    for key, wanted in about.items():
        if said.get(key) != wanted:
            raise UserError(f"{path}: {key} is {said.get(key)!r}, wanted {wanted!r}; {remedy}")
    if said.pop(SEAL, None) != digest_of(arrays, said):
        raise UserError(f"{path}: altered since it was written; {remedy}")
    return arrays


def read_safetensors(path: Path, remedy: str, framework: str, key: str) -> tuple[dict, dict]:
    """All tensors of a file, and the JSON under ``key`` of its metadata; nothing is compared.

    Raises:
        UserError: it is missing or no safetensors.
    """
    if not path.exists():
        raise UserError(f"{path}: not found; {remedy}")
    try:
        with safe_open(path, framework=framework) as file:
            said = json.loads((file.metadata() or {}).get(key, "{}"))
            return {name: file.get_tensor(name) for name in file.keys()}, said  # noqa: SIM118 (no mapping)
    except (SafetensorError, OSError, ValueError) as error:
        raise UserError(f"{path}: damaged ({error}); {remedy}") from None


def digest_of(arrays: dict[str, np.ndarray], about: dict) -> str:
    """Checksum of arrays, their names, shapes and types, and of the metadata."""
    digest = hashlib.sha256(_digest(about).encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype} {array.shape} ".encode() + array.tobytes())
    return digest.hexdigest()


def _digest_of_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _digest(value: dict) -> str:
    return _digest_of_text(json.dumps(value, sort_keys=True))
