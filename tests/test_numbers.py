"""Every measured number of the pages is that of its file: docs/numbers.yaml says which."""

import csv
import json
import re
import shlex
from contextlib import chdir
from dataclasses import asdict
from functools import cache
from pathlib import Path
from string import Template

import numpy as np
import pytest
from ruamel.yaml import YAML

from gmn.evaluation.claims import CLAIMS, claims
from gmn.evaluation.headline import headline
from gmn.evaluation.intervals import Interval, bootstrap, interval_of, share_explained
from gmn.evaluation.results import GROUP, Results
from gmn.models.weights import load_weights
from gmn.params import Settings
from gmn.paths import PARAMS, Paths
from gmn.report import model_card
from gmn.roster import NETWORKS
from gmn.trained import PRETRAINED

ROOT = Path(__file__).parents[1]
LEDGER = YAML(typ="safe").load(ROOT / "docs/numbers.yaml")
PAGES = LEDGER["pages"]
SETTINGS = YAML(typ="safe").load(ROOT / PARAMS)["scales"]
COMPLETE = ["README.md", "docs/results.md", "docs/certainty.md"]  # whose every number must be accounted for
KINDS = ["paper", "protocol", "settings", "definitions", "unfiled"]  # of numbers that no file of results holds
# 53M is a number, M53 and C3 are names
NUMBER = re.compile(r"(?<![\w.])-?\d(?:[\d,.]*\d)?")
UNREAD = re.compile(r"```.*?```|`[^`]*`|\]\([^)]*\)")  # code and link targets: no prose
PLACEHOLDER = re.compile(r"\{([^{}]+?)(?::([^{}:\s]*))?\}")
WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
RANGE = {"least": min, "most": max}


class Folder:
    """Files of `reports/<name>`; after a # the one training seed that is meant."""

    def __init__(self, name: str):
        self.name = name
        self.scale, _, seed = name.partition("#")
        self.path, self.seed = ROOT / "reports" / self.scale, seed or "*"

    def json(self, file: str) -> dict:
        return json.loads((self.path / file).read_text())

    def runs(self, kind: str, network: str, regime: str = "m2") -> list[dict]:
        """Of each seed; files of M = 2 of older results lie in no folder `m2`, and `occupancy` was `probe`."""
        folders = [f"{kind}/{regime}/{network}", f"{kind}/{network}", f"probe/{network}"]
        found = next(files for folder in folders if (files := sorted(self.path.glob(f"{folder}/{self.seed}.json"))))
        return [json.loads(file.read_text()) for file in found]


# Measures, as docs/numbers.yaml lists them. Arrays are (seeds, scenes).


def value(folder: Folder, file: str, path: str):
    return at(folder.json(file), path)


def setting(folder: Folder, path: str):
    return at(SETTINGS[folder.scale], path)


def scenes(folder: Folder) -> int:
    return sum(of["scenes"] for of in setting(folder, "simulate.sets").values())


def verdict(folder: Folder, claim: str) -> str:
    return claimed(folder, claim)["verdict"]


def verdicts(folder: Folder, found: str) -> int:
    """Claims of the paper with a verdict; the second reading of C6 is no claim of its own."""
    table = folder.json("claims.json")["claims"]
    return sum(claim["verdict"] == found for claim in table if re.fullmatch(r"C\d", claim["id"]))


def parts(folder: Folder, claim: str, found: str = "") -> int:
    return sum(part["verdict"].startswith(found) for part in claimed(folder, claim)["parts"])


def part(folder: Folder, claim: str, *phrases: str):
    """The part whose text starts with the first phrase, or else holds it, and holds the others."""
    choose = RANGE.get(phrases[-1])
    phrases = phrases[: -1 if choose else None]
    found = [p for p in claimed(folder, claim)["parts"] if all(phrase in p["what"] for phrase in phrases)]
    found = [p for p in found if p["what"].startswith(phrases[0])] or found
    assert choose or len(found) == 1, f"{claim} {phrases}: {[p['what'] for p in found]}"
    return (choose or next)(iter(Interval(**p["ours"]) for p in found))


def low(folder: Folder, *measure: str) -> float:
    """Of an interval."""
    return measured(folder.name, shlex.join(measure)).low


def high(folder: Folder, *measure: str) -> float:
    return measured(folder.name, shlex.join(measure)).high


def margin(folder: Folder, claim: str) -> float:
    """What `wanted` of the claim's only part names first."""
    return float(re.search(r"[\d.]+", claimed(folder, claim)["parts"][0]["wanted"])[0])


def loss(folder: Folder, network: str) -> float:
    """val_full at the end, the mean of the seeds."""
    files = folder.path.glob(f"curves/m2/{network}/{folder.seed}.csv")
    return float(np.mean([float(list(csv.DictReader(file.open()))[-1]["val_full"]) for file in files]))


def with_one(folder: Folder, network: str, regime: str) -> float:
    return float(np.mean([run["losses"][0] for run in folder.runs("missing", network, regime)]))


def kl(folder: Folder, network: str, regime: str) -> float:
    files = folder.path.glob(f"curves/{regime}/{network}/{folder.seed}.csv")
    return float(np.mean([float(list(csv.DictReader(file.open()))[-1]["kl_1"]) for file in files]))


def ahead(folder: Folder) -> float:
    losses = {name: [run["losses"][-1] for run in folder.runs("missing", name)] for name in ("baseline", "apoe")}
    return float(np.mean(losses["baseline"]) - np.mean(losses["apoe"]))


def accuracy(folder: Folder, network: str, senses: str, count: str):
    return answers(folder, network, "counts", int(count), "paper", senses)


def released(folder: Folder, network: str, senses: str, count: str):
    return answers(folder, network, "counts", int(count), "released", senses)


def by_touch(folder: Folder, network: str, count: str):
    return answers(folder, network, "touch_counts", int(count), "touches")


def by_prior(folder: Folder, network: str):
    return bootstrap([run["prior"] for run in folder.runs("classification", network)], block=GROUP)


def agreed(folder: Folder, network: str):
    """Whether two samples of the posterior and ten of the prior are both right or both wrong."""
    runs = folder.runs("classification", network)
    return bootstrap([np.equal(run["paper"]["H+I"][-1], run["prior"]) for run in runs], block=GROUP)


def occupancy(folder: Folder, network: str, sense: str, count: str):
    runs = folder.runs("occupancy", network)
    errors = [run[sense]["error"][run["counts"].index(int(count))] for run in runs]
    return share_explained(errors, [run["reference"]["error"] for run in runs])


def explained(folder: Folder, network: str, context: str, part: str):
    return of_variance(folder, "error", network, context, part)


def known(folder: Folder, network: str, context: str, part: str):
    return of_variance(folder, "posterior", network, context, part)


def turn(folder: Folder, network: str):
    turns = [run["turn"] for run in folder.runs("explained", network)]
    ratio = lambda changed, variance: changed.mean(-1) / variance.mean(-1)  # noqa: E731
    return interval_of(ratio, [t["changed"] for t in turns], [t["variance"] for t in turns])


def density(folder: Folder, network: str, question: str, images: str, touches: str):
    runs = folder.runs("density", network)
    places = [runs[0]["counts"].index(int(count)) for count in (images, touches)]
    return bootstrap([np.array(run["values"][question])[*places] for run in runs])


def reached(folder: Folder, network: str, question: str):
    runs = [np.array(run["values"][question]) for run in folder.runs("density", network)]
    share = lambda some, none, all_: (some - none).mean(-1) / (all_ - none).mean(-1)  # noqa: E731
    return interval_of(share, *([run[at] for run in runs] for at in ((0, -1), (0, 0), (-1, -1))))


def samples(folder: Folder, network: str, proposal: str, question: str):
    return bootstrap(
        [run["effect_of_samples"]["values"][proposal][question][-1] for run in folder.runs("density", network)]
    )


def bound(folder: Folder, question: str) -> float:
    return folder.runs("density", "apoe")[0]["bound"][question]


def heldout(folder: Folder, question: str, images: str, touches: str):
    whole, without = (folder.runs("heldout", "apoe", regime) for regime in ("m2", "m2-heldout"))
    places = [whole[0]["counts"].index(int(count)) for count in (images, touches)]
    of = [[np.array(run["values"][question])[*places] for run in runs] for runs in (whole, without)]
    return bootstrap(np.subtract(*of))


def coverage(folder: Folder, network: str, sense: str, context: str, level: str):
    runs = folder.runs("calibration", network)
    return bootstrap([run["coverage"][sense][context][run["levels"].index(float(level))] for run in runs])


def chroma(folder: Folder, network: str, context: str, measure: str):
    """Of cubes; of scenes that have such cubes."""
    values = np.array([run[context][measure] for run in folder.runs("agreement", network)], float)  # None: NaN
    return bootstrap(values[:, ~np.isnan(values).any(0)])


def with_hidden(folder: Folder) -> int:
    return int((~np.isnan(np.array(folder.runs("agreement", "apoe")[0]["both"]["error_hidden"], float))).sum())


def curve(folder: Folder, network: str, column: str, iteration: str) -> float:
    file = next(folder.path.glob(f"curves/m2/{network}/{folder.seed}.csv"))
    return next(float(row[column]) for row in csv.DictReader(file.open()) if row["iteration"] == iteration)


def minutes(folder: Folder, *stages: str) -> float:
    """Of the stages whose names start so, all if none is named; after `but` of all the others."""
    times = {row["stage"]: float(row["seconds"]) for row in csv.DictReader((folder.path / "time.csv").open())}
    but = stages[:1] == ("but",)
    named = tuple(stages[but:]) or ("",)
    return sum(seconds for stage, seconds in times.items() if stage.startswith(named) != but) / 60


def scenes_per_cpu_second(folder: Folder) -> float:
    cores = folder.json("benchmark.json")["settings"]["threads"]
    return scenes(folder) / (60 * minutes(folder, "simulate@") * cores)


def millions(folder: Folder, network: str) -> float:
    model = load_weights(PRETRAINED / folder.scale / "m2" / f"{network}.safetensors")
    return sum(p.numel() for p in model.parameters()) / 1e6


def widest(folder: Folder, measure: str) -> float:
    """Half the widest interval of all networks and contexts, in shares for `classification` and `occupancy`."""
    if measure == "classification":
        table = folder.runs(measure, "apoe")[0]
        found = [
            accuracy(folder, network, s, c) for network in NETWORKS for s in table["paper"] for c in table["counts"]
        ]
        found += [by_touch(folder, network, c) for network in NETWORKS for c in table["touch_counts"]]
    elif measure == "occupancy":
        counts = folder.runs(measure, "apoe")[0]["counts"]
        senses = ("sight", "touch", "both")
        found = [occupancy(folder, network, s, c) for network in NETWORKS for s in senses for c in counts]
    elif measure == "heldout":
        counts = [("0", "10"), ("10", "0"), ("10", "10")]  # pictures, touches
        found = [heldout(folder, question, *at) for question in ("gray", "haptics") for at in counts]
    else:
        wanted = folder.runs("explained", "apoe")[0]
        found = [
            of_variance(folder, table, network, context, part)
            for network in NETWORKS
            for table in ("error", "posterior")
            for context in wanted[table]
            for part in wanted["variance"]
        ]
    return max(of.high - of.low for of in found) / 2


def spread(folder: Folder, network: str, measure: str, *words: str) -> float:
    """From the lowest to the highest training seed."""
    asked = shlex.join([measure, network, *words])
    found = [measured(f"{folder.scale}#{seed}", asked) for seed in folder.json("claims.json")["seeds"]]
    return float(np.ptp([value.mean if isinstance(value, Interval) else value for value in found]))


MEASURES = {name: globals()[name] for name in LEDGER["measures"]}

# Their common parts.


def at(tree, path: str):
    for key in path.split("."):
        tree = tree[int(key) if isinstance(tree, list) else key]
    return Interval(**tree) if isinstance(tree, dict) and tree.keys() == {"mean", "low", "high"} else tree


def answers(folder: Folder, network: str, counts: str, count: int, *path: str):
    runs = folder.runs("classification", network)
    return bootstrap([at(run, ".".join(path))[run[counts].index(count)] for run in runs], block=GROUP)


def of_variance(folder: Folder, table: str, network: str, context: str, part: str):
    runs = folder.runs("explained", network)
    return share_explained([run[table][context][part] for run in runs], [run["variance"][part] for run in runs])


def claimed(folder: Folder, claim: str) -> dict:
    return next(found for found in all_claims(folder.scale) if found["id"] == claim)


@cache
def all_claims(scale: str) -> list[dict]:
    """As in claims.json, but with all digits where the results can be read again: rounding twice would be wrong."""
    table = Folder(scale).json("claims.json")["claims"]
    if (ROOT / "reports" / scale / "density/m2").exists():
        with chdir(ROOT):
            for claim in table:
                parts = CLAIMS[claim["id"]].measure(results_of(scale))
                claim["parts"] = [asdict(part) | {"ours": part.ours._asdict()} for part in parts]
    return table


def results_of(folder: str) -> Results:
    """To be read while the working folder is ROOT."""
    reports, settings = ROOT / "reports" / folder, Settings.load(ROOT / PARAMS)
    regimes = sorted(path.name for path in reports.glob("missing/m*-*"))
    about = json.loads((reports / "claims.json").read_text())
    settings = settings.model_copy(update={"scale": about["scale"], "regimes": regimes, "seeds": about["seeds"]})
    return Results(settings, Paths(settings.model_copy(update={"scale": folder})))


# What the ledger says, rendered.


@cache
def measured(folder: str, asked: str):
    """Of `measure argument ...`; `least` or `most` for a network: of the three."""
    name, *words = shlex.split(asked)
    if words and words[0] in RANGE:
        found = (measured(folder, shlex.join([name, network, *words[1:]])) for network in NETWORKS)
        return RANGE[words[0]](found)
    return MEASURES[name](Folder(folder), *words)


def written(folder: str, asked: str, form: str) -> str:
    minus, other, asked = re.fullmatch(r"(-?)(?:([a-z][\w#-]*)/)?(.*)", asked, re.DOTALL).groups()
    value = measured(other or folder, asked)
    if isinstance(value, str):
        return value
    mean, low, high = value if isinstance(value, Interval) else (value, value, value)
    if minus:
        mean, low, high = -mean, -high, -low
    if form == "w":
        return WORDS[int(mean)]
    one = lambda number: f"{number:{form.removesuffix('()')}}".rstrip("%")  # noqa: E731
    return f"{one(mean)} ({one(low)} to {one(high)})" if form.endswith("()") else one(mean)


def rendered(template: str, folder: str) -> list[tuple[str, bool]]:
    """Pieces of text, and whether each was measured."""
    pieces, end = [], 0
    for found in PLACEHOLDER.finditer(template):
        value = written(folder, " ".join(found[1].split()), found[2] or "")
        pieces += [(template[end : found.start()], False), (value, True)]
        end = found.end()
    return [*pieces, (template[end:], False)]


def entries(page: dict) -> list[tuple[str, str]]:
    """Templates with the folders they are of: paragraphs, tables, and rows that are alike."""
    said = []
    for block in page.get("filed", []):
        for text in re.split(r"\n\s*\n", block.get("says", "").strip()):
            said += [(text, block["from"])] if text else []
        for row in block.get("rows", []):
            for key, value in row["each"].items():
                said.append((Template(row["row"]).substitute(key=key, value=value), block["from"]))
    return said


def flat(text: str) -> str:
    return " ".join(text.split())


ENTRIES = [(page, text, folder) for page, of in PAGES.items() for text, folder in entries(of)]


@pytest.mark.parametrize("page, text, folder", ENTRIES, ids=lambda value: value[:40])
def test_pages_say_what_files_hold(page, text, folder):
    now = "".join(piece for piece, _ in rendered(text, folder))
    if flat(now) not in flat((ROOT / page).read_text()):
        pytest.fail(f"by reports/{folder} {page} should read now:\n\n{now}", pytrace=False)


@pytest.mark.parametrize("page", COMPLETE)
def test_every_number_is_accounted_for(page):
    text = flat((ROOT / page).read_text())
    known = [found.span() for found in UNREAD.finditer(text)]
    for template, folder in entries(PAGES[page]):
        pieces = rendered(flat(template), folder)
        start = text.find("".join(piece for piece, _ in pieces))
        if start < 0:
            pytest.fail(f"{page}: a sentence of docs/numbers.yaml is not there, see the other failures", pytrace=False)
        for piece, is_measured in pieces:
            known += [(start, start + len(piece))] if is_measured else []
            start += len(piece)
    for of in (LEDGER["names"], PAGES[page]):
        for phrase in (phrase for kind in KINDS for phrase in of.get(kind, [])):
            spans = [found.span() for found in re.finditer(rf"(?<!\w){re.escape(phrase)}(?!\w)", text)]
            if not spans and of is not LEDGER["names"]:
                pytest.fail(f"{page} says {phrase!r} no more: take it out of docs/numbers.yaml", pytrace=False)
            known += spans
    lost = [
        text[max(0, found.start() - 40) : found.end() + 30]
        for found in NUMBER.finditer(text)
        if not any(start <= found.start() and found.end() <= end for start, end in known)
    ]
    if lost:
        why = f"from which file they are (`filed`), or why none holds them ({', '.join(KINDS)})"
        pytest.fail(f"{page} has new numbers; say in docs/numbers.yaml {why}:\n" + "\n".join(lost), pytrace=False)


def test_every_claim_is_in_the_readme():
    """In the order of claims.json; what is told of each is compared above."""
    found = json.loads((ROOT / "reports/laptop/claims.json").read_text())["claims"]
    rows = re.findall(r"^\| (C\dr?) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert rows == [claim["id"] for claim in found]


@pytest.mark.parametrize("scale", sorted(path.parts[-3] for path in ROOT.glob("reports/*/density/m2")))
def test_claims_are_what_the_results_say(scale):
    with chdir(ROOT):
        assert claims(results_of(scale)) == Folder(scale).json("claims.json")["claims"]


def test_the_model_card_is_that_of_the_results():
    with chdir(ROOT):
        results = results_of("laptop")
        found = [headline(results, name) | {"parameters": 1e6 * millions(Folder("laptop"), name)} for name in NETWORKS]
        assert model_card(results.settings, found) == (PRETRAINED / "laptop/README.md").read_text()
