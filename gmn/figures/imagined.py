"""Pictures imagined of one scene: contexts, samples of z, their spread, the truth."""

import numpy as np

from gmn.figures.style import PAGE, Figure, bare, caption, heading, panels, style


@style()
def draw(
    given: dict[str, np.ndarray], imagined: dict[str, np.ndarray], truth: np.ndarray | None, title: str, about: str
) -> Figure:
    """One picture of it all.

    Args:
        given: pictures of the context by their label, in order; those that do not fit in a row are counted.
        imagined: by network, (S, V, H, W, 3) in 0..1, a row of views per sample.
        truth: (V, H, W, 3), or None where nobody knows it.
        title: of the picture.
        about: the line below it.
    """
    rows = {}
    for network, samples in imagined.items():
        whose = f"{network}\n" if len(imagined) > 1 else ""
        rows |= {f"{whose}sample {k + 1}": row for k, row in enumerate(samples)}
        if len(samples) > 1:
            spread = samples.std(0).max(-1)
            rows[f"{whose}spread"] = spread / max(spread.max(), 1e-6)
    if truth is not None:
        rows["truth"] = truth
    views = next(iter(imagined.values())).shape[1]
    figure, axes = panels(len(rows) + 1, views, figsize=(PAGE, PAGE / views * (len(rows) + 1.4)), squeeze=False)
    for panel in axes.flat:
        bare(panel)
    shown = list(given.items())[:views]
    for panel, (label, picture) in zip(axes[0], shown, strict=False):
        panel.imshow(picture)
        panel.set_title(label, fontsize=6)
    hidden = len(given) - len(shown)
    axes[0, 0].set_ylabel("given" if given else "no pictures\ngiven", fontsize=7)
    if hidden:
        axes[0, -1].set_xlabel(f"and {hidden} more", fontsize=6)
    for line, (label, pictures) in zip(axes[1:], rows.items(), strict=True):
        line[0].set_ylabel(label, fontsize=7)
        for panel, picture in zip(line, pictures, strict=True):
            panel.imshow(picture, cmap="gray", vmin=0, vmax=1)
    heading(figure, title)
    caption(figure, about)
    return figure
