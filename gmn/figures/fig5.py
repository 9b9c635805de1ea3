"""Fig. 5: missing modalities: curves of training and validation, and the loss by modalities given."""

from string import ascii_lowercase

import numpy as np

from gmn.data.combinations import Regime
from gmn.evaluation.results import NETWORKS, Results
from gmn.figures.series import SINCE, series, training
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
    axes[0, 0].set_ylabel("loss (nats / view x M)")
    axes[1, 0].set_ylabel("validation loss (nats / view x M)")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    scenes = results.missing(NETWORKS[0], regimes[0])["scenes"]
    few = results.settings.now.train_missing.validation_scenes
    caption(
        figure,
        f"Above: negative ELBO after the easier batches, {few} validation scenes; {SINCE}. Below: by number of "
        f"modalities shown, {scenes} validation scenes, bars: 95 % bootstrap, grey: sizes seen in training. "
        + training(results, complete=False),
    )
    save(figure, folder, "fig5")


def _curves(axes, curves: dict) -> None:
    for network, table in curves.items():
        for column, style in CURVES.items():
            label = f"{NAMES[network]}, {column}"
            line = table.groupby("iteration")[column].mean()
            look = {"color": COLOURS[network], "ls": style, "marker": MARKERS[network], "markevery": 0.2}
            axes.plot(line.index, line, label=label, markersize=2.5, **look)
    axes.set_xlabel("iterations")
    late = [t.iloc[len(t) // 4 :] for t in curves.values()]
    tail = np.concatenate([t[list(CURVES)].to_numpy().ravel() for t in late])
    span = np.ptp(tail)
    axes.set_ylim(tail.min() - 0.1 * span, tail.max() + 0.1 * span)  # the first, steep quarter leaves the frame


def _sizes(axes, missing: dict, regime: Regime) -> None:
    axes.axvspan(regime.low - 0.5, regime.high + 0.5, color="0.92")
    for network in NETWORKS:
        series(axes, missing[network]["sizes"], missing[network]["losses"].swapaxes(0, 1), network)
    axes.set_xlabel("modalities shown")
    axes.xaxis.get_major_locator().set_params(integer=True)
