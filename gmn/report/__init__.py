"""The page index.html: every figure, table and headline number of one scale."""

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from gmn.params import Settings

FIGURES = {
    "fig1": "Fig. 1. Cross-modal generation: (a) the one picture and (b) the grasps that were given, (c) what is "
    "imagined from other viewpoints, (d) the truth.",
    "fig2": "Fig. 2. The three inference networks. PoE grows with the number of modalities, APoE does not.",
    "fig3": "Fig. 3. Log-likelihood of one sense against the number of contexts of the other; dotted: no context of "
    "the sense asked for.",
    "fig4": "Fig. 4. Which of ten unseen scenes do five views of both senses belong to?",
    "fig5": "Fig. 5. Missing modalities: loss while training, and loss by the number of modalities shown.",
    "table1": "Table 1. Space and time.",
    "figs1": "Fig. S1. A scene as query-sense pairs: what is seen, the hand that grasps, what its sensors feel.",
    "figs2": "Fig. S2. The generative process.",
    "figs4": "Fig. S4. ELBO over training.",
    "figs5": "Fig. S5. Contexts accumulate.",
    "figs6": "Fig. S6. From sight, from touch, from both.",
    "agreement": "Fig. 1 in numbers: do shapes agree across samples, and colours where they were seen?",
    "samples": "Fig. 3's bound against the number of samples.",
    "shape": "How much of the shape a linear probe reads from the representation.",
    "touches": "From one touch to fifteen, and shapes that training never saw.",
    "calibration": "How often the truth lies inside the predicted intervals; the diagonal is right.",
    "hand": "The hand: 19 touch sensors, 5 inertial units; the other readings are of its joints and servos.",
}


def page(settings: Settings, figures: Path, metrics: dict, claims: dict) -> str:
    """The page as HTML; pictures are linked beside it, as ``figures/NAME.svg``.

    Args:
        settings: of the run.
        figures: folder of the drawn figures.
        metrics: of :func:`gmn.evaluation.headline.headline`.
        claims: as the stage ``claims`` writes them.
    """
    missing = [name for name in FIGURES if not (figures / f"{name}.svg").exists()]
    if missing:
        raise FileNotFoundError(2, "No such file", str(figures / f"{missing[0]}.svg"))
    template = _environment(escape=True).get_template("index.html.j2")
    return template.render(settings=settings, figures=FIGURES, metrics=metrics, claims=claims)


def claims_table(claims: dict) -> str:
    """The claims as Markdown: a table of verdicts, and one of every part."""
    return _environment(escape=False).get_template("claims.md.j2").render(claims)


def _environment(escape: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("gmn.report", "."),
        autoescape=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda value: "not run" if value is None else f"{value:.4g}"
    return environment
