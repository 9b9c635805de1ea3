"""Pages and texts made of results: index.html, one file that needs no other; the explorer; claims.md; model cards."""

import base64
import csv
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from ruamel.yaml import YAML

from gmn.models.networks import NETWORKS
from gmn.params import Settings

SECTIONS: dict[str, list[dict]] = YAML(typ="safe").load(files("gmn.report").joinpath("figures.yaml").read_text())
LABELS = {name: network.label for name, network in NETWORKS.items()}


def page(
    settings: Settings, figures: dict[str, Path], metrics: dict, claims: dict, album: dict, minutes: dict[str, float]
) -> str:
    """The page as HTML; its pictures are inside it.

    Args:
        settings: of the run.
        figures: folders of those drawn for a ``page`` and for a ``phone``.
        metrics: of :func:`gmn.evaluation.headline.headline`.
        claims: as the stage ``claims`` writes them.
        album: of :meth:`gmn.explore.explorer.Explorer.album`.
        minutes: CPU time by stage, its matrix summed; empty where it is not known.

    Raises:
        FileNotFoundError: a figure is missing.
    """
    entries = [entry for part in SECTIONS.values() for entry in part]
    drawn = [entry["name"] for entry in entries if entry["name"] != "table1"]  # which is text here
    pictures = {
        name: {layout: quote((at / f"{name}.svg").read_bytes(), safe=" /:=,;()!*@$") for layout, at in figures.items()}
        for name in drawn
    }
    turning = {layout: base64.b64encode((at / "turntable.gif").read_bytes()).decode() for layout, at in figures.items()}
    with (figures["page"] / "table1.csv").open(encoding="utf-8") as file:
        table1 = list(csv.reader(file))
    template = _environment(escape=True).get_template("report/index.html.j2")
    return template.render(
        settings=settings,
        metrics=metrics,
        claims=claims,
        album=album,
        minutes=minutes,
        pictures=pictures,
        turning=turning,
        sections=SECTIONS,
        table1=table1,
        shown_in={claim: entry["name"] for entry in entries for claim in entry.get("claims", ())},
        names=LABELS,
    )


def explorer_page() -> str:
    """The page of the live explorer as HTML; it asks :mod:`gmn.explore.server`."""
    return _environment(escape=True).get_template("report/explore.html.j2").render(names=LABELS)


def claims_table(claims: dict) -> str:
    """The claims as Markdown: a table of verdicts, and one of every part."""
    return _environment(escape=False).get_template("report/claims.md.j2").render(claims)


def time_table(scale: str, groups: list[dict], rows: list[dict], overhead: float, whole: dict | None) -> str:
    """Where the time of a run goes and what more cores would make of it, Markdown.

    Args:
        scale: of the run.
        groups: ``name`` of a group of stages, how many ``stages``, their ``seconds`` and ``cpu_seconds``.
        rows: ``seconds`` that a run takes on so many ``cores``; ``busy`` and ``chain``, seconds that bound it from
            below; the ``last`` stages.
        overhead: CPU seconds of DVC's a stage.
        whole: a run as it was measured, if one was: ``processes``, ``seconds``, ``cpu_seconds``, ``peak_mib``.
    """
    about = {"scale": scale, "groups": groups, "rows": rows, "overhead": overhead, "whole": whole}
    return _environment(escape=False).get_template("report/schedule.md.j2").render(about)


def model_card(settings: Settings, networks: list[dict]) -> str:
    """Model card, Markdown.

    Args:
        settings: they were trained with.
        networks: headline numbers of each (:func:`gmn.evaluation.headline.headline`), and ``parameters``.
    """
    card = _environment(escape=False).get_template("report/card.md.j2")
    return card.render(settings=settings, networks=networks, names=LABELS)


def _environment(escape: bool) -> Environment:
    # Templates are named from gmn on: those of the explorer are its own.
    environment = Environment(
        loader=PackageLoader("gmn", "."),
        autoescape=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda value: "not run" if value is None else f"{value:.4g}"
    # pyrefly: ignore[bad-index]
    environment.filters["interval"] = lambda of: "" if of["low"] is None else f"{of['low']:.4g} to {of['high']:.4g}"
    return environment
