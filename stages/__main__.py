"""``python -m stages STAGE``: see ``--help``."""

import os
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
)
for stage in STAGES:
    app.command(stage.__name__.removeprefix("stages."))(timed(stage.run))


def main() -> None:
    try:
        app()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except FileNotFoundError as error:
        print(f"error: {error.filename}: not found; make it with `dvc repro`", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        print(f"error: {error.filename}: {error.strerror}; check the disk's space and rights", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
