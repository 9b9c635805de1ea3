"""Fig. 5: missing modalities: curves of training and validation, and the loss by modalities given."""

import numpy as np

from gmn.data.combinations import Regime
from gmn.evaluation.intervals import bootstrap
from gmn.figures.results import MISSING, Results
from gmn.figures.style import COLOURS, MARKERS, NAMES, PAGE, caption, plt, save

NETWORKS = ("apoe", "baseline")
CURVES = {"train": ":", "val_missing": "--", "val_full": "-"}


def draw(results: Results, folder) -> None:
    figure, axes = plt.subplots(2, 4, figsize=(PAGE, 4.0))
    for letter, regime, (above, below) in zip("abcd", MISSING, axes.T, strict=True):
        about = Regime.parse(regime)
        _curves(above, {n: results.curves(n, regime) for n in NETWORKS})
        above.set_title(f"({letter}) M={about.modalities}, train {about.low}-{about.high}")
        _sizes(below, results.missing(regime), about)
    axes[0, 0].set_ylabel("loss (nats / view x M)")
    axes[1, 0].set_ylabel("validation loss (nats / view x M)")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=6)
    scenes = results.missing(MISSING[0])["apoe"]["scenes"]
    caption(
        figure,
        f"Above: negative ELBO, {results.settings.now.train.validation_scenes} validation scenes. Below: by number of "
        f"modalities shown, {scenes} validation scenes, bars: 95 % bootstrap over scenes, grey: sizes seen in training",
    )
    save(figure, folder, "fig5")


def _curves(axes, curves: dict) -> None:
    for network, table in curves.items():
        for column, style in CURVES.items():
            label = f"{NAMES[network]}, {column}"
            axes.plot(table["iteration"], table[column], color=COLOURS[network], ls=style, label=label)
    axes.set_xlabel("iterations")
    tail = np.concatenate([t.loc[len(t) // 4 :, list(CURVES)].to_numpy().ravel() for t in curves.values()])
    span = np.ptp(tail)
    axes.set_ylim(tail.min() - 0.1 * span, tail.max() + 0.1 * span)  # the first, steep quarter leaves the frame


def _sizes(axes, missing: dict, regime: Regime) -> None:
    axes.axvspan(regime.low - 0.5, regime.high + 0.5, color="0.92")
    for network in NETWORKS:
        line = [bootstrap(values) for values in missing[network]["losses"]]
        mean = np.array([i.mean for i in line])
        error = [mean - [i.low for i in line], [i.high for i in line] - mean]
        axes.errorbar(
            missing[network]["sizes"], mean, error, color=COLOURS[network], marker=MARKERS[network], elinewidth=0.5
        )
    axes.set_xlabel("modalities shown")
    axes.xaxis.get_major_locator().set_params(integer=True)
