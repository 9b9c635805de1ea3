"""Fig. 5: missing modalities: curves of training and validation, and the loss by modalities given.

By the text, which hides a missing modality from context and target alike, and by the authors' release, whose code drew
the paper's figure and keeps a missing modality as a target.
"""

from gmn.data.regime import Regime, of_reading
from gmn.evaluation.claims import FIG5, PAIR
from gmn.evaluation.results import Results
from gmn.figures.series import curve, frame, series, since, training
from gmn.figures.style import PAGE, PHONE, Figure, Sheet, bare, caption, panels
from gmn.models.networks import NETWORKS

CURVES = {"train": ":", "val_missing": "--", "val_full": "-"}
READINGS = {"paper": "by the text", "released": "by the release"}


def draw(results: Results, sheet: Sheet) -> Figure:
    names, default = results.settings.regimes, results.settings.reading
    if not names:
        return _nothing(sheet)
    runs = {reading: of_reading(names, reading, default) for reading in READINGS}
    runs = {reading: regimes for reading, regimes in runs.items() if regimes}
    splits = list(dict.fromkeys(split for regimes in runs.values() for split in regimes))
    rows = 2 * len(runs)
    if sheet.across:  # a column per split
        figure, axes = panels(rows, len(splits), figsize=(PAGE, 0.6 + 1.7 * rows), squeeze=False)
    else:  # a row per split and reading
        lines = len(splits) * len(runs)
        figure, axes = panels(lines, 2, figsize=(PHONE, 1 + 1.5 * lines), squeeze=False)
        axes = axes.reshape(len(splits), rows).T
    letters = {split: f"({letter}) " for letter, split in FIG5.items()}
    for split, column in zip(splits, axes.T, strict=True):
        about = Regime.parse(split)
        for panel in column[: 1 if sheet.across else None : 2]:
            panel.set_title(f"{letters.get(split, '')}M={about.modalities}, train {about.low}-{about.high}")
        for regimes, above, below in zip(runs.values(), column[::2], column[1::2], strict=True):
            if split in regimes:
                _curves(above, {n: results.curves(n, regimes[split]) for n in PAIR})
                _sizes(below, {n: results.missing(n, regimes[split]) for n in PAIR}, about)
            else:
                for panel in (above, below):
                    panel.text(0.5, 0.5, "not run", ha="center", va="center", transform=panel.transAxes)
    for reading, pairs in zip(runs, axes.reshape(len(runs), 2, -1), strict=True):
        for panel in pairs[:, 0] if sheet.across else pairs[0]:
            panel.set_ylabel(f"{READINGS[reading]}\nloss (nats / view x M)")
    drawn = next(panel for panel in axes.flat if panel.get_legend_handles_labels()[0])
    sheet.legend(figure, *drawn.get_legend_handles_labels(), ncols=3)
    scenes = results.missing(PAIR[0], names[0])["scenes"]
    few = results.settings.now.train_missing.validation_scenes
    caption(
        figure,
        f"Curves: negative ELBO, {few} validation scenes; {since(results)}. Below each: by number of modalities shown, "
        f"{scenes} validation scenes, of which the verdicts are; bars: 95 % bootstrap, grey: sizes seen in training. "
        + training(results, complete=False),
    )
    return figure


def _nothing(sheet: Sheet) -> Figure:
    figure, panel = sheet.panels(1, 1, 1.0)
    panel.text(0.5, 0.5, "not run: the setting `regimes` is empty", ha="center", va="center", transform=panel.transAxes)
    bare(panel)
    return figure


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
    for network in PAIR:
        series(axes, missing[network]["sizes"], missing[network]["losses"].swapaxes(0, 1), network)
    axes.set_xlabel("modalities shown", fontsize=7)
    axes.xaxis.get_major_locator().set_params(integer=True)
