"""Fig. 2: the three inference networks, with the sizes of the real modules at the paper's widths."""

import torch

from gmn.evaluation.results import Results
from gmn.figures.boxes import arrow, box, canvas
from gmn.figures.style import Figure, Sheet, caption
from gmn.models.config import ModelConfig
from gmn.models.gmn import GMN
from gmn.models.networks import NETWORKS

SHOWN = 3  # modalities drawn
COUNTS = (2, 14)  # modalities whose sizes are printed
X = (0.2, 0.5, 0.8)


def draw(results: Results, sheet: Sheet) -> Figure:
    figure, panels = sheet.panels(1, len(_TOPS), 2.9)
    for axes, network in zip(panels, _TOPS, strict=True):
        canvas(axes, NETWORKS[network].label)
        for k, x in enumerate(X):
            name = "M" if k == SHOWN - 1 else str(k + 1)
            box(axes, x, 0.08, f"$(v, x)^{name}$", height=0.08)
            box(axes, x, 0.28, f"encoder {name}\n$r^{name}$", fill="0.92", width=0.22)
            arrow(axes, (x, 0.13), (x, 0.21))
        _TOPS[network](axes)
        box(axes, 0.5, 0.94, "$z$", height=0.07)
        sizes = [_inference_size(network, m) for m in COUNTS]
        text = ", ".join(f"{size / 1e6:.1f}M at M={m}" for size, m in zip(sizes, COUNTS, strict=True))
        axes.text(0.5, -0.04, f"inference network: {text}", ha="center", fontsize=6)
    caption(figure, "Parameters of the inference network alone, counted in the built modules (paper widths)")
    return figure


def _baseline(axes) -> None:
    box(axes, 0.5, 0.48, r"$\Sigma$", width=0.08, height=0.08)
    box(axes, 0.5, 0.68, "ConvDRAW", fill="#ffe0c2", width=0.3)
    for x in X:
        arrow(axes, (x, 0.34), (0.5, 0.43))
    arrow(axes, (0.5, 0.53), (0.5, 0.62))
    arrow(axes, (0.5, 0.74), (0.5, 0.89))


def _poe(axes) -> None:
    for k, x in enumerate(X):
        box(axes, x, 0.54, f"ConvDRAW\n{'M' if k == SHOWN - 1 else k + 1}", fill="#d3ecd3", width=0.24)
        arrow(axes, (x, 0.34), (x, 0.48))
        arrow(axes, (x, 0.6), (0.5, 0.73))
    _product(axes)


def _apoe(axes) -> None:
    box(axes, 0.5, 0.54, "one ConvDRAW for all,\ntold the modality's id", fill="#d0e3f3", width=0.86)
    for k, x in enumerate(X):
        arrow(axes, (x, 0.34), (x, 0.48))
        axes.text(x + 0.02, 0.41, f"id {'M' if k == SHOWN - 1 else k + 1}", fontsize=6)
        arrow(axes, (x, 0.6), (0.5, 0.73))
    _product(axes)


def _product(axes) -> None:
    box(axes, 0.5, 0.77, r"$\Pi$ of Gaussians", width=0.34, height=0.07)
    arrow(axes, (0.5, 0.82), (0.5, 0.89))


_TOPS = {"baseline": _baseline, "poe": _poe, "apoe": _apoe}


def _inference_size(network: str, modalities: int) -> int:
    with torch.device("meta"):
        return sum(p.numel() for p in GMN(ModelConfig(network=network, modalities=modalities)).inference.parameters())
