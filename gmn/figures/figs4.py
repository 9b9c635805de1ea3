"""Fig. S4: the bound of the three networks over training, M = 2."""

from gmn.figures.results import NETWORKS, Results
from gmn.figures.style import COLOURS, COLUMN, MARKERS, NAMES, caption, plt, save


def draw(results: Results, folder) -> None:
    figure, axes = plt.subplots(figsize=(COLUMN, 2.6))
    for network in NETWORKS:
        table = results.curves(network, "m2").iloc[1:]
        axes.plot(table["iteration"], -table["train"], color=COLOURS[network], ls=":")
        axes.plot(
            table["iteration"],
            -table["val_full"],
            color=COLOURS[network],
            marker=MARKERS[network],
            label=NAMES[network],
        )
    axes.plot([], [], color="0.3", ls=":", label="training")
    axes.plot([], [], color="0.3", label="validation")
    axes.set(title="ELBO at M = 2", xlabel="iterations", ylabel="ELBO (nats / view x M)")
    axes.legend(loc="lower right")
    train = results.settings.now.train
    caption(figure, f"{train.validation_scenes} validation scenes, batch {train.batch_size}, one seed")
    save(figure, folder, "figs4")
