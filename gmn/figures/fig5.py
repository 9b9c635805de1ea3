"""Fig. 5: missing modalities: curves of training and validation, and how far networks are apart by modalities given.

By the text, which hides a missing modality from context and target alike, and by the authors' release, whose code drew
the paper's figure and keeps a missing modality as a target.
"""

from matplotlib.ticker import StrMethodFormatter, SymmetricalLogLocator

from gmn.data.regime import Regime, of_reading
from gmn.evaluation.claims import FIG5, PAIR
from gmn.evaluation.results import Results
from gmn.figures.series import curve, frame, series, since, training
from gmn.figures.style import PAGE, PHONE, Figure, Sheet, bare, caption, panels
from gmn.models.networks import NETWORKS

CURVES = {"train": ":", "val_missing": "--", "val_full": "-"}
LINEAR = 100  # nats; differences beyond are drawn by their logarithm
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
        figure, axes = panels(rows, len(splits), figsize=(PAGE, 0.6 + 1.7 * rows), squeeze=False, sharey="row")
    else:  # a row per split and reading
        lines = len(splits) * len(runs)
        figure, axes = panels(lines, 2, figsize=(PHONE, 1 + 1.5 * lines), squeeze=False)
        axes = axes.reshape(len(splits), rows).T
    curves = {
        reading: {split: [results.curves(n, regime) for n in PAIR] for split, regime in regimes.items()}
        for reading, regimes in runs.items()
    }
    letters = {split: f"({letter}) " for letter, split in FIG5.items()}
    for split, column in zip(splits, axes.T, strict=True):
        about = Regime.parse(split)
        for panel in column[: 1 if sheet.across else None : 2]:
            shown = f"M={about.modalities}, train {about.low}-{about.high}"
            panel.set_title(letters.get(split, "") + (shown if sheet.across else shown.replace("train ", "")))
        for reading, above, below in zip(runs, column[::2], column[1::2], strict=True):
            if split in runs[reading]:
                _curves(above, curves[reading][split])
                _apart(below, [results.missing(n, runs[reading][split]) for n in PAIR], about, sheet)
            else:
                for panel in (above, below):
                    panel.text(0.5, 0.5, "not run", ha="center", va="center", transform=panel.transAxes)
    ours, theirs = (NETWORKS[network].label for network in PAIR)
    for reading, (above, below) in zip(runs, axes.reshape(len(runs), 2, -1), strict=True):
        of_row = sum(curves[reading].values(), [])  # whose panels share an axis on a page
        for split, panel in zip(splits, above, strict=True):
            if split in curves[reading]:
                frame(panel, of_row if sheet.across else curves[reading][split], list(CURVES))
        for panel in above[:1] if sheet.across else above:
            panel.set_ylabel(f"{READINGS[reading]}\nloss (nats / view x M)" if sheet.across else READINGS[reading])
        if sheet.across:
            below[0].set_ylabel(f"{theirs} minus {ours}\n(nats / view x M)")
        else:  # beside the curves, whose unit it has
            for panel in below:
                panel.set_title("difference")
                panel.set_xlabel("shown")
    drawn = next(panel for panel in axes.flat if panel.get_legend_handles_labels()[0])
    sheet.legend(figure, *drawn.get_legend_handles_labels(), ncols=3)
    scenes = results.missing(PAIR[0], names[0])["scenes"]
    few = results.settings.now.train_missing.validation_scenes
    caption(
        figure,
        f"Curves: negative ELBO, nats / view x M, every view counts alike, {few} validation scenes; {since(results)}. "
        f"{'Below' if sheet.across else 'Beside'} each: {theirs} minus {ours}, above 0 {ours} is better, by number of "
        f"modalities shown, {scenes} validation scenes; in verdicts, which are of these, every number counts alike; "
        f"bars: paired 95 % bootstrap; grey: sizes seen in training; logarithmic beyond {LINEAR} nats. "
        + training(results, complete=False),
    )
    return figure


def _nothing(sheet: Sheet) -> Figure:
    figure, panel = sheet.panels(1, 1, 1.0)
    panel.text(0.5, 0.5, "not run: the setting `regimes` is empty", ha="center", va="center", transform=panel.transAxes)
    bare(panel)
    return figure


def _curves(axes, tables: list) -> None:
    for network, table in zip(PAIR, tables, strict=True):
        look = {"color": NETWORKS[network].colour, "marker": NETWORKS[network].marker, "markersize": 2.5}
        every = max(1, table["iteration"].nunique() // 6)
        for column, dashes in CURVES.items():
            curve(axes, table, column, label=f"{NETWORKS[network].label}, {column}", ls=dashes, markevery=every, **look)
    axes.set_xlabel("iterations")


def _apart(axes, missing: list[dict], regime: Regime, sheet: Sheet) -> None:
    """The loss of the second network minus that of the first, on the same scenes."""
    axes.axvspan(regime.low - 0.5, regime.high + 0.5, color="0.92")
    axes.axhline(0, color="0.3", lw=0.6)
    ours, theirs = (found["losses"] for found in missing)
    series(axes, missing[0]["sizes"], (theirs - ours).swapaxes(0, 1), PAIR[0])
    axes.set_yscale("symlog", linthresh=LINEAR)
    close = not sheet.across and axes.get_ylim()[0] < -3 * LINEAR
    axes.yaxis.set_major_locator(SymmetricalLogLocator(base=10, linthresh=LINEAR, subs=(1,) if close else (1, 3)))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set_xlabel("modalities shown", fontsize=7)
    axes.xaxis.get_major_locator().set_params(integer=True)
