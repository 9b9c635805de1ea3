"""Fig. S4: the bound of the three networks over training, M = 2."""

from gmn.evaluation.results import Results
from gmn.figures.series import curve, frame, since, training
from gmn.figures.style import COLUMN, PHONE, Figure, Sheet, caption, panels
from gmn.models.networks import NETWORKS

SMOOTHED = 4  # evaluations that a point of the training curve is the mean of


def draw(results: Results, sheet: Sheet) -> Figure:
    figure, axes = panels(figsize=(COLUMN if sheet.across else PHONE, 2.8))
    columns = ["train", "val_full"]
    tables = {network: results.curves(network, "m2") for network in results.networks}
    for network, table in tables.items():
        table[columns] *= -1
        table["train"] = table.groupby("seed")["train"].transform(lambda losses: losses.rolling(SMOOTHED, 1).mean())
        curve(axes, table, "train", color=NETWORKS[network].colour, ls=":")
        look = {"color": NETWORKS[network].colour, "marker": NETWORKS[network].marker, "markevery": 0.1}
        curve(axes, table, "val_full", label=NETWORKS[network].label, **look)
    axes.plot([], [], color="0.3", ls=":", label="training")
    axes.plot([], [], color="0.3", label="validation")
    axes.set(title="ELBO at M = 2", xlabel="iterations", ylabel="ELBO (nats / view x M)")
    frame(axes, list(tables.values()), ["val_full"])
    figure.legend(loc="outside upper center", ncols=3)
    scenes = results.settings.now.train.validation_scenes
    axes.locator_params(axis="x", nbins=5)
    now = results.settings.now.train
    harder = {"show few views": now.contexts.short, "late, have z drawn from P": now.imagined}
    some = " or, ".join(what for what, used in harder.items() if used)
    some = f"; some of its scenes {some}" if some else ""
    caption(figure, f"{since(results, SMOOTHED).capitalize()}{some}; {scenes} validation scenes; {training(results)}")
    return figure
