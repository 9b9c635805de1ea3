"""Fig. 5: missing modalities: curves of training and validation, and the loss by modalities given."""

from string import ascii_lowercase

from gmn.data.combinations import Regime
from gmn.evaluation.results import NETWORKS, Results
from gmn.figures.series import curve, frame, series, since, training
from gmn.figures.style import COLOURS, MARKERS, NAMES, PAGE, caption, plt, save

CURVES = {"train": ":", "val_missing": "--", "val_full": "-"}


def draw(results: Results, folder) -> None:
    regimes = results.settings.regimes
    figure, axes = plt.subplots(2, len(regimes), figsize=(PAGE, 4.0), squeeze=False)
    for letter, regime, (above, below) in zip(ascii_lowercase, regimes, axes.T, strict=False):
        about = Regime.parse(regime)
        _curves(above, {n: results.curves(n, regime) for n in NETWORKS})
        above.set_title(f"({letter}) M={about.modalities}, train {about.low}-{about.high}")
        _sizes(below, {n: results.missing(n, regime) for n in NETWORKS}, about)
    for axis in axes[:, 0]:
        axis.set_ylabel("loss (nats / view x M)")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    scenes = results.missing(NETWORKS[0], regimes[0])["scenes"]
    few = results.settings.now.train_missing.validation_scenes
    caption(
        figure,
        f"Above: negative ELBO, {few} validation scenes; {since(results)}. Below: by number of modalities shown, "
        f"{scenes} validation scenes, bars: 95 % bootstrap, grey: sizes seen in training. "
        + training(results, complete=False),
    )
    save(figure, folder, "fig5")


def _curves(axes, curves: dict) -> None:
    for network, table in curves.items():
        look = {"color": COLOURS[network], "marker": MARKERS[network], "markersize": 2.5}
        every = max(1, table["iteration"].nunique() // 6)
        for column, dashes in CURVES.items():
            curve(axes, table, column, label=f"{NAMES[network]}, {column}", ls=dashes, markevery=every, **look)
    axes.set_xlabel("iterations")
    frame(axes, list(curves.values()), list(CURVES))


def _sizes(axes, missing: dict, regime: Regime) -> None:
    axes.axvspan(regime.low - 0.5, regime.high + 0.5, color="0.92")
    for network in NETWORKS:
        series(axes, missing[network]["sizes"], missing[network]["losses"].swapaxes(0, 1), network)
    axes.set_xlabel("modalities shown")
    axes.xaxis.get_major_locator().set_params(integer=True)
