"""``python -m stages STAGE``: see ``--help``."""

import os
import signal
import sys

import typer

from gmn.errors import UserError
from stages import (
    album,
    benchmark,
    check,
    claims,
    evaluate,
    explore,
    figures,
    generation,
    imagine,
    look,
    publish,
    rate,
    report,
    score,
    simulate,
    speed,
    split,
    train,
)
from stages.clock import timed

os.environ.setdefault("MPLBACKEND", "Agg")  # no window is ever opened
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
STAGES = (
    check,
    simulate,
    split,
    train,
    evaluate,
    generation,
    benchmark,
    score,
    claims,
    figures,
    album,
    report,
    look,
    imagine,
    explore,
    publish,
    speed,
    rate,
)
for stage in STAGES:
    app.command(stage.__name__.removeprefix("stages."))(timed(stage.run))


class Stopped(BaseException):
    """By a signal."""


def _stop(number: int, frame) -> None:
    raise Stopped(number)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        app()
    except Stopped as stopped:
        (number,) = stopped.args
        name = signal.Signals(number).name
        print(f"stopped by {name}; what was finished is kept, the same command goes on from there", file=sys.stderr)
        sys.exit(128 + number)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except FileNotFoundError as error:
        print(f"error: {error.filename}: not found; make it with `dvc repro`", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"error: {where}{error.strerror or error}; check the disk's space and rights", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
