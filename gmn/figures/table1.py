"""Table 1: space and time of the inference networks."""

import pandas as pd

from gmn.evaluation.claims import MILLISECONDS, PARAMETERS
from gmn.evaluation.results import Results
from gmn.figures.style import PAGE, Figure, Sheet, caption, panels
from gmn.models.networks import NETWORKS

PLACES = (0.02, 0.08, 0.34, 0.44, 0.6, 0.7, 0.8, 0.98)  # of columns: the first two from, the others up to here
HEADS = {  # over one column or two, and what stands below it
    (0,): ("M", [""]),
    (1,): ("network", [""]),
    (2, 3): ("parameters (millions)", ["here", "paper"]),
    (4, 5): ("ms / iteration", ["here", "paper"]),
    (6,): ("GFLOP", [""]),
    (7,): ("peak memory (MiB)", [""]),
}


def table(results: Results) -> pd.DataFrame:
    """Its rows, as text; what the paper does not print is left blank."""
    printed = {key: (str(PARAMETERS[key]), str(MILLISECONDS[key])) for key in PARAMETERS}
    rows = [
        {
            "M": row["modalities"],
            "network": NETWORKS[row["network"]].label,
            "parameters (M)": f"{row['parameters'] / 1e6:.2f}",
            "paper: parameters": printed.get((row["modalities"], row["network"]), ("", ""))[0],
            "ms / iteration": f"{row['ms']:.0f}",
            "paper: ms, batch 12 or 9": printed.get((row["modalities"], row["network"]), ("", ""))[1],
            "GFLOP": f"{row['gflop']:.0f}",
            "peak memory (MiB)": row["peak_mib"],
        }
        for row in results.benchmark["rows"]
    ]
    return pd.DataFrame(rows)


def draw(results: Results, sheet: Sheet) -> Figure:
    rows = table(results).astype(str).to_numpy()
    figure, axes = panels(figsize=(PAGE, 0.9 + 0.17 * len(rows)))
    axes.axis("off")
    axes.set(xlim=(0, 1), ylim=(len(rows) + 0.2, -2.4))
    for columns, (head, below) in HEADS.items():
        first, last = PLACES[columns[0]], PLACES[columns[-1]]
        if len(columns) > 1:
            axes.plot((first - 0.08, last), (-1.3, -1.3), color="black", lw=0.5)
            axes.text((first - 0.08 + last) / 2, -1.8, head, ha="center", va="center", weight="bold", fontsize=7)
            for place, word in zip((first, last), below, strict=True):
                axes.text(place, -0.7, word, ha="right", va="center", fontsize=7)
        else:
            axes.text(first, -0.7, head, ha=_side(columns[0]), va="center", weight="bold", fontsize=7)
    for k, row in enumerate(rows):
        new = k == 0 or row[0] != rows[k - 1][0]
        for column, text in enumerate(row):
            if column or new:
                axes.text(PLACES[column], k + 0.5, text, ha=_side(column), va="center", fontsize=7)
        if new:
            axes.axhline(k, color="black", lw=0.8 if k == 0 else 0.3)
    for place in (-2.4, len(rows)):
        axes.axhline(place, color="black", lw=1)
    about = results.benchmark["settings"]
    threads = f", {about['threads']} thread{'s' * (about['threads'] > 1)}" if about["threads"] else ""
    widths = "the paper's widths" if about["widths"] == "paper" else f"the widths of scale {results.settings.scale}"
    caption(
        figure,
        f"Space and time of the inference networks. Parameters at the paper's widths; time and memory measured on "
        f"{about['device']}{threads}, at {widths}, {results.settings.now.train.precision}, "
        f"batch {about['batch_size']}, median of {about['iterations']} iterations; the paper's: batch 12 or 9",
    )
    return figure


def _side(column: int) -> str:
    """Words begin at their place, numbers end there."""
    return "left" if column < 2 else "right"
