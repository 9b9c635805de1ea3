"""Scenes and trained networks of the package, in a terminal."""

import os

import typer

from gmn.commands import explore, imagine, look
from gmn.errors import exit_with_message

os.environ["MPLBACKEND"] = "Agg"  # no window is ever opened, whatever a notebook has set
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
for command in (explore, imagine, look):
    app.command(command.__name__.removeprefix("gmn.commands."))(command.run)


def main() -> None:
    """The command ``gmn``; wrong input ends it with one message and status 2."""
    with exit_with_message():
        app(prog_name="gmn")


if __name__ == "__main__":
    main()
