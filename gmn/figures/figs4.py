"""Fig. S4: the bound of the networks over training, M = 2, and how far the paper's three are apart."""

import pandas as pd

from gmn.evaluation.results import Results
from gmn.figures.series import curve, frame, key, since, training
from gmn.figures.style import Figure, Sheet, caption
from gmn.models.networks import NETWORKS
from gmn.roster import PAPERS, REFERENCE

SMOOTHED = 4  # evaluations that a point of the training curve is the mean of


def draw(results: Results, sheet: Sheet) -> Figure:
    figure, (bound, apart) = sheet.panels(1, 2, 2.8)
    tables = {network: _elbos(results, network) for network in results.networks}
    for network, table in tables.items():
        curve(bound, table, "train", color=NETWORKS[network].colour, ls=":")
        curve(bound, table, "val_full", **_look(network))
    bound.set(title="(a) ELBO at M = 2", ylabel="nats / view x M")
    frame(bound, list(tables.values()), ["val_full"])

    compared = [network for network in PAPERS if network in tables and REFERENCE in tables]
    for network in compared:
        table, reference = tables[network], tables[REFERENCE]
        curve(apart, table.assign(val_full=table["val_full"] - reference["val_full"]), "val_full", **_look(network))
    apart.set(title=f"(b) validation, minus {REFERENCE}", ylabel="nats / view x M")
    for axes in (bound, apart):
        axes.set_xlabel("iterations")
        axes.locator_params(axis="x", nbins=5)
    styles = {"training": {"ls": ":"}, "validation": {}}
    sheet.legend(figure, *key(results.networks, styles), ncols=len(results.networks) + len(styles))

    now = results.settings.now.train
    harder = {"show few views": now.contexts.short, "late, have z drawn from P": now.imagined}
    some = " or, ".join(what for what, used in harder.items() if used)
    some = f"; some of its scenes {some}" if some else ""
    decided = results.missing(results.networks[0], "m2")["scenes"]
    scenes = f"{now.validation_scenes} validation scenes, the same for all (C8 is decided on {decided})"
    caption(figure, f"{since(results, SMOOTHED).capitalize()}{some}; {scenes}; {training(results)}")
    return figure


def _elbos(results: Results, network: str) -> pd.DataFrame:
    """Minus the losses, those of training smoothed."""
    columns, table = ["train", "val_full"], results.curves(network, "m2")
    table[columns] *= -1
    table["train"] = table.groupby("seed")["train"].transform(lambda losses: losses.rolling(SMOOTHED, 1).mean())
    return table


def _look(network: str) -> dict:
    return {"color": NETWORKS[network].colour, "marker": NETWORKS[network].marker, "markevery": 2}
