"""Fig. 5: missing modalities: curves of training and validation, and the loss by modalities given.

By the text, which hides a missing modality from context and target alike, and by the authors' release, whose code drew
the paper's figure and keeps a missing modality as a target.
"""

from string import ascii_lowercase

from gmn.data.regime import Regime, of_reading
from gmn.evaluation.results import Results
from gmn.figures.series import curve, frame, series, since, training
from gmn.figures.style import PAGE, caption, plt, save
from gmn.roster import NETWORKS

COMPARED = ("apoe", "baseline")  # those of the paper's figure
CURVES = {"train": ":", "val_missing": "--", "val_full": "-"}
READINGS = {"paper": "by the text", "released": "by the release"}


def draw(results: Results, folder) -> None:
    names, default = results.settings.regimes, results.settings.reading
    runs = {reading: of_reading(names, reading, default) for reading in READINGS}
    runs = {reading: regimes for reading, regimes in runs.items() if regimes}
    splits = list(dict.fromkeys(split for regimes in runs.values() for split in regimes))
    rows = 2 * len(runs)
    figure, axes = plt.subplots(rows, len(splits), figsize=(PAGE, 0.6 + 1.7 * rows), squeeze=False)
    for letter, split, column in zip(ascii_lowercase, splits, axes.T, strict=False):
        about = Regime.parse(split)
        column[0].set_title(f"({letter}) M={about.modalities}, train {about.low}-{about.high}")
        for regimes, above, below in zip(runs.values(), column[::2], column[1::2], strict=True):
            if split in regimes:
                _curves(above, {n: results.curves(n, regimes[split]) for n in COMPARED})
                _sizes(below, {n: results.missing(n, regimes[split]) for n in COMPARED}, about)
            else:
                for panel in (above, below):
                    panel.text(0.5, 0.5, "not run", ha="center", va="center", transform=panel.transAxes)
    for reading, pair in zip(runs, axes[:, 0].reshape(-1, 2), strict=True):
        for panel in pair:
            panel.set_ylabel(f"{READINGS[reading]}\nloss (nats / view x M)")
    drawn = next(panel for panel in axes.flat if panel.get_legend_handles_labels()[0])
    figure.legend(*drawn.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    scenes = results.missing(COMPARED[0], names[0])["scenes"]
    few = results.settings.now.train_missing.validation_scenes
    caption(
        figure,
        f"Curves: negative ELBO, {few} validation scenes; {since(results)}. Below each: by number of modalities shown, "
        f"{scenes} validation scenes, bars: 95 % bootstrap, grey: sizes seen in training. "
        + training(results, complete=False),
    )
    save(figure, folder, "fig5")


def _curves(axes, curves: dict) -> None:
    for network, table in curves.items():
        look = {"color": NETWORKS[network].colour, "marker": NETWORKS[network].marker, "markersize": 2.5}
        every = max(1, table["iteration"].nunique() // 6)
        for column, dashes in CURVES.items():
            curve(axes, table, column, label=f"{NETWORKS[network].label}, {column}", ls=dashes, markevery=every, **look)
    axes.set_xlabel("iterations")
    frame(axes, list(curves.values()), list(CURVES))


def _sizes(axes, missing: dict, regime: Regime) -> None:
    axes.axvspan(regime.low - 0.5, regime.high + 0.5, color="0.92")
    for network in COMPARED:
        series(axes, missing[network]["sizes"], missing[network]["losses"].swapaxes(0, 1), network)
    axes.set_xlabel("modalities shown")
    axes.xaxis.get_major_locator().set_params(integer=True)
