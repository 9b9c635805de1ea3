"""``python -m stages STAGE``: see ``--help``."""

import os
import signal
import sys

import typer

from gmn.errors import UserError, exit_with_message
from stages import (
    album,
    benchmark,
    check,
    claims,
    code,
    evaluate,
    explore,
    figures,
    forecast,
    generation,
    imagine,
    look,
    pages,
    publish,
    rate,
    report,
    repro,
    score,
    simulate,
    speed,
    split,
    table,
    train,
)
from stages.clock import timed

os.environ["MPLBACKEND"] = "Agg"  # no window is ever opened, whatever a notebook has set
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
STAGES = (
    repro,
    code,
    check,
    simulate,
    split,
    train,
    evaluate,
    generation,
    benchmark,
    score,
    claims,
    table,
    figures,
    album,
    report,
    pages,
    look,
    imagine,
    explore,
    publish,
    speed,
    rate,
    forecast,
)
for stage in STAGES:
    app.command(stage.__name__.removeprefix("stages."))(timed(stage.run))


class Stopped(BaseException):
    """By a signal."""


def _stop(number: int, frame) -> None:
    raise Stopped(number)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if (number, signal.getsignal(number)) != (signal.SIGHUP, signal.SIG_IGN):  # as nohup wants it
            signal.signal(number, _stop)
    try:
        with exit_with_message():
            _run()
    except Stopped as stopped:
        (number,) = stopped.args
        name = signal.Signals(number).name
        print(f"stopped by {name}; what was finished is kept, the same command goes on from there", file=sys.stderr)
        sys.exit(128 + number)


def _run() -> None:
    try:
        app()
    except FileNotFoundError as error:
        raise UserError(f"{error.filename}: not found; make it with `dvc repro`") from None


if __name__ == "__main__":
    main()
