"""``python -m stages STAGE``: see ``--help``."""

import sys

import typer

from gmn.errors import UserError
from stages import (
    benchmark,
    classify,
    density,
    figures,
    generate,
    look,
    missing,
    report,
    score,
    simulate,
    speed,
    split,
    train,
)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
STAGES = (simulate, split, train, density, classify, generate, missing, benchmark, score, figures, report, look, speed)
for stage in STAGES:
    app.command(stage.__name__.removeprefix("stages."))(stage.run)


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


main()
