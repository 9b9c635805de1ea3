"""What a user can mend: shown as one message, without a traceback, with exit status 2."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class UserError(Exception):
    """Wrong input: names the key or file, the value and the remedy."""


@contextmanager
def exit_with_message() -> Iterator[None]:
    """End the process with one message and status 2 where a user, the disk or its rights are at fault."""
    try:
        yield
    except UserError as error:
        _end(str(error))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _end(f"{where}{error.strerror or error}; check the disk's space and rights")


def _end(message: str) -> None:
    print(f"error: {message}", file=sys.stderr)
    sys.exit(2)
