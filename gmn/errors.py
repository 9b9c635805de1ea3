"""What a user can mend: shown as one message, without a traceback, with exit status 2."""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager

DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EMFILE}


class UserError(Exception):
    """Wrong input: names the key or file, the value and the remedy."""


def differences(have: dict, want: dict) -> str:
    """Where two nested dictionaries differ, key by key."""
    have, want = _flat(have), _flat(want)
    keys = [key for key in {**have, **want} if have.get(key) != want.get(key)]
    return "; ".join(f"{key} is {have.get(key)!r}, wanted {want.get(key)!r}" for key in keys)


def _flat(values: dict, above: str = "") -> dict:
    flat = {}
    for key, value in values.items():
        flat |= _flat(value, f"{above}{key}.") if isinstance(value, dict) else {f"{above}{key}": value}
    return flat


@contextmanager
def exit_with_message() -> Iterator[None]:
    """End the process with one message and status 2 where a user, the disk or its rights are at fault."""
    try:
        yield
    except UserError as error:
        _end(str(error))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        remedy = "; check the disk's space and rights" if error.errno in DISK else ""
        _end(f"{where}{error.strerror or error or type(error).__name__}{remedy}")


def _end(message: str) -> None:
    print(f"error: {message}", file=sys.stderr)
    sys.exit(2)
