"""Fig. S2: the generative process, flat and with modality-level representations."""

from gmn.evaluation.results import Results
from gmn.figures.boxes import arrow, box, canvas
from gmn.figures.style import Figure, Sheet, caption

X = (0.15, 0.42, 0.69)


def draw(results: Results, sheet: Sheet) -> Figure:
    figure, (flat, deep) = sheet.panels(1, 2, 2.6)
    canvas(flat, "(a) $P(X, z \\mid V, C) = P(X \\mid V, z)\\, P(z \\mid C)$ (Eq. 1)")
    box(flat, 0.42, 0.88, "$C$", fill="0.85")
    arrow(flat, (0.42, 0.82), (0.42, 0.6))
    _render(flat, 0.54)
    canvas(deep, "(b) APoE: $P(z \\mid C) = \\prod_m\\, P_\\psi(z \\mid r^m, m)$ (Eq. 2)")
    for k, x in enumerate(X):
        name = "M" if k == len(X) - 1 else str(k + 1)
        box(deep, x, 0.92, f"$C_{name}$", fill="0.85", height=0.08)
        box(deep, x, 0.73, f"$r^{name}$", height=0.08)
        arrow(deep, (x, 0.87), (x, 0.78))
        arrow(deep, (x, 0.68), (0.42, 0.6))
    _render(deep, 0.54)
    caption(figure, "Grey: observed. A query v of any modality renders the sense x of that modality from the one z")
    return figure


def _render(axes, y: float) -> None:
    box(axes, 0.42, y, "$z$", height=0.08)
    for k, x in enumerate(X):
        name = "M" if k == len(X) - 1 else str(k + 1)
        box(axes, x, 0.3, f"$x^{name}_n$", height=0.08)
        box(axes, x, 0.07, f"$v^{name}_n$", fill="0.85", height=0.08)
        arrow(axes, (0.42, y - 0.06), (x, 0.36))
        arrow(axes, (x, 0.13), (x, 0.24))
