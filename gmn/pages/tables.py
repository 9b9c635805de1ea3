"""Tables and phrases of pages, Markdown. Pages decide nothing themselves: verdicts and marks are those of intervals."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from gmn.evaluation.claims import FIG5
from gmn.evaluation.intervals import Interval, bootstrap
from gmn.evaluation.refined import KINDS
from gmn.evaluation.results import HELD_OUT
from gmn.evaluation.verdicts import FAILS, HOLDS, UNDECIDED, above
from gmn.models.networks import NETWORKS
from gmn.pages import measures
from gmn.pages.measures import Measure
from gmn.pages.runs import Run
from gmn.roster import REFERENCE

BETTER, WORSE = " ▲", " ▼"
READINGS = {"text": "C6", "release": "C6r"}  # of a missing modality -> the claim that decides on it
COMPARED = "KNOWN", "EXPLAINED", "BOUNDS", "HUES", "COVERAGE", "REFINED", "SPREAD"
MEASURES = {name: getattr(measures, name) for name in COMPARED}


def markdown(rows: Iterable[Iterable], header: Iterable) -> str:
    """A table; its first column is text."""
    lines = [f"| {' | '.join(map(str, row))} |".replace("|  |", "| |") for row in (header, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(list(header)), *lines[1:]])


def number(value: float, form: str = ".2f") -> str:
    """As a format says, or as whole percents (``%``); never a negative zero."""
    text = f"{100 * value:.0f} %" if form == "%" else f"{value:{form}}"
    return text.removeprefix("-") if not text.strip("-0., %") else text


def interval(of: Interval | dict, form: str = ".2f") -> str:
    """``0.13 (0.06 to 0.20)``; an exact count stands alone, what was not run says so."""
    mean, low, high = (of[key] for key in ("mean", "low", "high")) if isinstance(of, dict) else of
    if low is None:
        return "not run"
    if low == high:
        return number(mean, form)
    return f"{number(mean, form)} ({number(low, form)} to {number(high, form)})"


def compared(name: str, *runs: Run) -> str:
    """A table of :data:`MEASURES`, a column a network of each run. ▲, ▼: surely above, below the baseline.

    Rows of what a run did not measure are left out.
    """
    header = ["", *(f"{NETWORKS[network].label}, `{run.settings.scale}`" for run in runs for network in run.networks)]
    if len(runs) == 1:
        header = ["", *(NETWORKS[network].label for network in runs[0].networks)]
    rows = [
        [label, *(_cell(run, network, row) for run in runs for network in run.networks)]
        for label, row in MEASURES[name].items()
        if all(run.has(measure.kind) for run in runs for measure in row)
    ]
    return markdown(rows, header)


def _cell(run: Run, network: str, row: list[Measure]) -> str:
    unmarked = [*MEASURES["COVERAGE"].values(), *MEASURES["SPREAD"].values()]
    cells = []
    for measure in row:
        text = number(measure.mean(run.results, network), measure.form)
        if network != REFERENCE and row not in unmarked:
            lead = measure.lead(run.results, network, REFERENCE)
            text += {HOLDS: BETTER, FAILS: WORSE, UNDECIDED: ""}[above(lead)]
        cells.append(text)
    return " / ".join(cells)


def widest(name: str, *runs: Run) -> str:
    """Half of the widest interval in a table of shares, as a share."""
    found = [
        measure.of(run.results, network)
        for run in runs
        for network in run.networks
        for row in MEASURES[name].values()
        for measure in row
        if measure is not measures.ELBO
    ]
    return number(max(of.high - of.low for of in found) / 2)


def seeds_apart(run: Run) -> str:
    """From the lowest to the highest training seed, of each network."""
    rows = {
        "ELBO, nats": measures.ELBO,
        "ten scenes told apart by five touches": measures.accuracy("H", 5),
        "grey explained, one picture": measures.explained("picture"),
        "grey explained, ten pictures": measures.explained("pictures"),
        "grey explained, ten touches": measures.explained("touches"),
    }
    return markdown(
        (
            [label, *(number(measure.spread(run.results, network), measure.form) for network in run.networks)]
            for label, measure in rows.items()
        ),
        ["", *(NETWORKS[network].label for network in run.networks)],
    )


def standing(run: Run, measure: Measure, network: str = "apoe", reference: str = REFERENCE) -> str:
    """``ahead of``, ``behind`` or ``level with``: by the paired interval."""
    return {HOLDS: "ahead of", FAILS: "behind", UNDECIDED: "level with"}[
        above(measure.lead(run.results, network, reference))
    ]


WON = ("ten touches", "one picture", "one picture and 15 touches", "ten pictures")


def who_wins(run: Run, contexts: Iterable[str] = WON) -> str:
    """Grey explained by each network, and who is surely ahead of or behind the baseline."""
    rows = []
    for context in contexts:
        measure = measures.explained(measures.CONTEXTS[context])
        others = [network for network in run.networks if network != REFERENCE]
        values = [number(measure.mean(run.results, network), "%") for network in run.networks]
        rows.append([context, *values, _summary({n: standing(run, measure, n) for n in others})])
    return markdown(rows, ["given", *(NETWORKS[network].label for network in run.networks), "so"])


def moved(run: Run, other: Run, contexts: Iterable[str] = WON) -> str:
    """Which networks of :func:`who_wins` stand otherwise in another run, and where."""
    both = [network for network in run.networks if network in other.networks and network != REFERENCE]
    found = []
    for context in contexts:
        measure = measures.explained(measures.CONTEXTS[context])
        old, new = ({network: standing(each, measure, network) for network in both} for each in (run, other))
        differ = {network: where for network, where in new.items() if where != old[network]}
        found += [f"from {context} {_summary(differ)}"] if differ else []
    return "; ".join(found) or "none"


def refined_by(run: Run, context: str, measure: str = "grey", form: str = "%", network: str = "apoe") -> str:
    """A number before gradient ascent and after."""
    found = (measures.refined(context, measure, kind) for kind in KINDS)
    return " → ".join(number(each.mean(run.results, network), form) for each in found)


def gained(run: Run, network: str = "apoe") -> str:
    """What gradient ascent adds to overlap, grey, chroma and the energy score, by paired intervals."""
    forms = {"iou": ".3f", "grey": ".3f", "chroma": ".3f", "energy": ".4f"}
    rows = []
    for label, context in measures.SOME.items():
        pairs = ([measures.refined(context, measure, kind) for kind in KINDS] for measure in forms)
        gains = (after.gain(before, run.results, network) for before, after in pairs)
        rows.append([label, *map(interval, gains, forms.values())])
    return markdown(rows, [NETWORKS[network].label, "overlap", "grey", "chroma", "energy score"])


def goals(run: Run, network: str = "apoe") -> str:
    """What was wanted of a network, what it reaches as inferred and refined, and which of both suffices."""
    rows = []
    for label, wanted in measures.GOALS.items():
        context, parts = measures.CONTEXTS[label], ("grey", "chroma", "iou")[: len(wanted)]
        inferred = [measures.explained(context), measures.explained(context, "chroma"), measures.shape(context, 10)]
        ways = {"as inferred": inferred[: len(parts)]}
        if label in measures.SOME:
            ways["refined"] = [measures.refined(context, part) for part in parts]
        found = {way: [of.mean(run.results, network) for of in measured] for way, measured in ways.items()}
        enough = [way for way, values in found.items() if all(np.array(values) >= wanted)]
        cells = [" / ".join(map(number, values)) for values in (wanted, *found.values())]
        rows.append([label, *cells, *[""] * (3 - len(cells)), enough[0] if enough else "**no**"])
    return markdown(rows, [NETWORKS[network].label, "wanted", "as inferred", "refined", "reached"])


def _summary(standings: dict[str, str]) -> str:
    """One sentence of who stands where, those alike together."""
    labels = {NETWORKS[network].label: where for network, where in standings.items()}
    return "; ".join(f"{' and '.join(found)} {where} the baseline" for where, found in _alike(labels).items())


def _alike(standings: dict[str, str]) -> dict[str, list[str]]:
    """What stands at each place."""
    return {where: [name for name, its in standings.items() if its == where] for where in standings.values()}


def against(run: Run, network: str, reference: str, by: dict[str, Measure]) -> str:
    """How one network stands to another by some measures: a row each for level, ahead, behind."""
    standings = {name: standing(run, measure, network, reference) for name, measure in by.items()}
    label, other = (NETWORKS[name].label for name in (network, reference))
    rows = ([f"{where} {other}", ", ".join(names)] for where, names in _alike(standings).items())
    return markdown(rows, [f"{label} is", "in"])


def verdicts(*runs: Run) -> str:
    """A row a run, a column a claim: the verdict, and how many parts hold, fail, are undecided."""
    names = [claim["id"] for claim in runs[0].claims]
    found = {run.name: {claim["id"]: claim for claim in run.claims} for run in runs}
    rows = [[f"`{run}`", *(_verdict(table[n]) if n in table else "" for n in names)] for run, table in found.items()]
    return markdown(rows, ["", *names])


def _verdict(claim: dict) -> str:
    return f"{claim['verdict']} {_counted(claim)}" if _measured(claim) else "not run"


def changed(run: Run, other: Run) -> str:
    """Claims that were measured in both runs and have another verdict in the other, with that one."""
    first = {claim["id"]: claim["verdict"] for claim in run.claims}
    moved = [c for c in other.claims if _measured(c) and c["verdict"] != first[c["id"]]]
    return ", ".join(f"{claim['id']} {claim['verdict']}" for claim in moved) or "none"


def _measured(claim: dict) -> bool:
    return any(part["ours"]["mean"] is not None for part in claim["parts"])


def _counted(claim: dict) -> str:
    """How many parts hold, fail, and are undecided."""
    found = [part["verdict"] for part in claim["parts"]]
    return " / ".join(str(found.count(verdict)) for verdict in (HOLDS, FAILS, UNDECIDED))


def decided(run: Run) -> str:
    """A row a claim: the verdict, its parts counted, and the first that decides it."""
    rows = []
    for claim in run.claims:
        alike = [part for part in claim["parts"] if part["verdict"] == claim["verdict"]]
        wanted = re.split("[;:]", alike[0]["wanted"])[0]
        deciding = f"{alike[0]['what']}: {interval(alike[0]['ours'], '.3g')}; wanted {wanted}"
        rows.append([claim["id"], claim["claim"], f"**{claim['verdict']}** ({_counted(claim)})", deciding])
    return markdown(
        rows,
        ["", "claim of the paper", "verdict (parts that hold / fail / are undecided)", "the first that decides it"],
    )


def claim(run: Run, name: str) -> dict:
    return next(found for found in run.claims if found["id"] == name)


def part(run: Run, name: str, *words: str) -> dict:
    """The part of a claim whose text holds the words."""
    (found,) = (p for p in claim(run, name)["parts"] if all(word in p["what"] for word in words))
    return found


def counted(run: Run, verdict: str) -> str:
    """How many of the paper's claims have a verdict; a second reading of one is no claim of its own."""
    count = sum(claim["verdict"] == verdict for claim in run.claims if claim["id"][-1].isdigit())
    return ("none", "one", "two", "three", "four", "five", "six", "seven", "eight")[count]


def where_missing(*runs: Run) -> str:
    """Fig. 5: how far the baseline's loss on all combinations is above APoE's, by reading, in nats.

    By the text also where every view counts alike, as in the curves, and not every number of modalities.
    """
    rows = []
    for panel, regime in FIG5.items():
        modalities, low, high = regime.removeprefix("m").split("-")
        what = f"({panel}) val_full, baseline minus APoE"
        cells = []
        for run in runs:
            theirs, ours = (run.results.missing(network, regime)["losses"] for network in (REFERENCE, "apoe"))
            by_views = np.average(theirs - ours, axis=1, weights=np.arange(int(modalities)) + 1)
            text, release = (part(run, name, what)["ours"] for name in READINGS.values())
            cells += [interval(found, ".0f") for found in (text, bootstrap(by_views), release)]
        rows.append([f"({panel}) {low} to {high} of {modalities}", *cells])
    readings = ("the text", "the text, every view alike", "the release")
    header = ["shown in training", *(f"by {reading}, `{run.name}`" for run in runs for reading in readings)]
    return markdown(rows, header)


def loss_by_shown(run: Run) -> str:
    """Loss by the text's reading where one modality is shown, and where all are, in nats."""
    rows = []
    for panel, regime in FIG5.items():
        cells = []
        for network in ("apoe", REFERENCE):
            losses = run.results.missing(network, regime)["losses"].mean((0, 2))
            cells += [number(losses[0], ",.0f"), number(losses[-1], ",.0f")]
        rows.append([f"({panel})", *cells])
    header = [
        f"{NETWORKS[network].label}, {shown} shown" for network in ("apoe", REFERENCE) for shown in ("one", "all")
    ]
    return markdown(rows, ["", *header])


def new_shapes(*runs: Run) -> str:
    """How much lower the likelihood of shapes is that training never showed, nats per dimension."""
    asked = {
        "GRAY from ten touches": ("gray", 0, 10),
        "GRAY from ten of both": ("gray", 10, 10),
        "touch from ten pictures": ("haptics", 10, 0),
        "touch from ten touches": ("haptics", 0, 10),
    }
    rows = []
    for label, (question, *views) in asked.items():
        cells = []
        for run in runs:
            known, new = (run.results.heldout(regime) for regime in ("m2", "m2-heldout"))
            place = tuple(known["counts"].index(count) for count in views)
            cost = np.subtract(*(found["values"][question][:, *place] for found in (known, new)))
            cells.append(interval(bootstrap(cost), ".3f"))
        rows.append([label, *cells])
    return markdown(rows, [f"{NETWORKS[HELD_OUT].label}", *(f"`{run.name}`" for run in runs)])


BEYOND = {  # what the paper does not ask for -> parts of stages' names
    "the latent map beside the volume": "apoe_map",
    "held-out shapes": "heldout",
    "Fig. 5 by the release's reading": "released",
    "refined samples": "refined",
}


def stage_minutes(run: Run, groups: dict[str, tuple[str, ...]]) -> str:
    """CPU time by groups of stages, what no group names after them; last, how much the paper does not ask for."""
    named = tuple(stage for stages in groups.values() for stage in stages)
    rows = [[label, number(run.minutes(*stages), ".1f")] for label, stages in groups.items()]
    rest = sum(seconds for stage, seconds in run.seconds.items() if not stage.startswith(named)) / 60
    rows += [["evaluations, figures, tables", number(rest, ".1f")], ["all", number(run.minutes(), ".1f")]]
    beyond = (
        sum(seconds for stage, seconds in run.seconds.items() if any(part in stage for part in BEYOND.values())) / 60
    )
    rows.append([f"of these beyond the paper: {', '.join(BEYOND)}", number(beyond, ".1f")])
    return markdown(rows, ["stage", "CPU minutes"])


def from_csv(root: Path, path: str, columns: Iterable[str] = (), **among: tuple[str, ...]) -> str:
    """A table that is kept as CSV, of all columns or some; of the rows whose values are ``among`` those named."""
    with (root / path).open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if all(row[name] in values for name, values in among.items())]
    chosen = list(columns or rows[0])
    return markdown(([row[name] for name in chosen] for row in rows), chosen)
