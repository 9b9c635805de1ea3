"""The paper's claims, and what became of them."""

from typing import Annotated

import typer

from gmn.errors import UserError
from gmn.params import Settings
from gmn.paths import PARAMS, Paths


def run(only: Annotated[list[str] | None, typer.Argument(help="C1 ...: print these, write nothing.")] = None) -> None:
    """Measure the paper's claims and decide on each."""
    from gmn.evaluation.claims import CLAIMS, claims
    from gmn.evaluation.results import Results
    from gmn.files import write_atomically, write_sealed
    from gmn.report import claims_table

    settings = Settings.load(PARAMS)
    paths = Paths(settings)
    unknown = [name for name in only or () if name not in CLAIMS]
    if unknown:
        raise UserError(f"claims: got {unknown[0]!r}; use some of {', '.join(CLAIMS)}")
    missing = settings.now.train_missing.iterations if settings.regimes else None  # Fig. 5 was not run
    found = {
        "scale": settings.scale,
        "seeds": settings.seeds,
        "iterations": {"complete": settings.now.train.iterations, "missing": missing},
        "claims": claims(Results(settings, paths), only),
    }
    text = claims_table(found)
    if only:
        print(text)
        return
    write_sealed(paths.claims, found)
    write_atomically(paths.claims.with_suffix(".md"), text)
