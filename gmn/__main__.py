"""Scenes and trained networks of the package, in a terminal."""

import os
import sys

import typer

from gmn.commands import explore, imagine, look
from gmn.errors import UserError

os.environ.setdefault("MPLBACKEND", "Agg")  # no window is ever opened
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
for command in (explore, imagine, look):
    app.command(command.__name__.removeprefix("gmn.commands."))(command.run)


def main() -> None:
    """The command ``gmn``; wrong input ends it with one message and status 2."""
    try:
        app(prog_name="gmn")
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"error: {where}{error.strerror or error}; check the disk's space and rights", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
