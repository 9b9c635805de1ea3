"""Table 1: space and time of the three networks."""

import pandas as pd

from gmn.evaluation.claims import MILLISECONDS, PARAMETERS
from gmn.evaluation.results import Results
from gmn.figures.style import PAGE, Figure, Sheet, caption, panels
from gmn.models.networks import NETWORKS


def table(results: Results) -> pd.DataFrame:
    """Its rows, as text; what the paper does not print is left blank."""
    printed = {key: (f"{PARAMETERS[key]}M", str(MILLISECONDS[key])) for key in PARAMETERS}
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
    rows = table(results)
    figure, axes = panels(figsize=(PAGE, 3.3))
    axes.axis("off")
    drawn = axes.table(rows.astype(str).to_numpy(), colLabels=list(rows.columns), loc="center", cellLoc="right")
    drawn.auto_set_font_size(False)
    drawn.set_fontsize(6.5)
    drawn.auto_set_column_width(list(range(len(rows.columns))))
    together = len(rows) // rows["M"].nunique()  # the networks of an M
    for (row, _), cell in drawn.get_celld().items():
        cell.set_linewidth(0.3)
        cell.set_text_props(weight="bold" if row == 0 else "normal")
        cell.set_facecolor("0.95" if row and (row - 1) // together % 2 else "white")
    axes.set_title("Table 1: space and time of the inference networks")
    about = results.benchmark["settings"]
    threads = f", {about['threads']} threads" if about["threads"] else ""
    widths = "the paper's widths" if about["widths"] == "paper" else f"the widths of scale {results.settings.scale}"
    caption(
        figure,
        f"Parameters at the paper's widths; time and memory measured on {about['device']}{threads}, at {widths}, "
        f"{results.settings.now.train.precision}, batch {about['batch_size']}, "
        f"median of {about['iterations']} iterations",
    )
    return figure
