"""Importance-weighted bound of Fig. 3 against the number of samples."""

from gmn.evaluation.results import Results
from gmn.figures.series import key, series, training
from gmn.figures.style import Figure, Sheet, caption

STYLES = {"posterior": {"ls": "-"}, "prior": {"ls": "--"}}  # what z is drawn from
PANELS = (
    ("gray", "(a) GRAY, from ten touches"),
    ("rgb", "(b) RGB, from ten touches"),
    ("haptics", "(c) touch, from ten pictures"),
)


def draw(results: Results, sheet: Sheet) -> Figure:
    effects = {network: results.effect_of_samples(network) for network in results.networks}
    figure, axes = sheet.panels(1, 3, 2.6)
    for panel, (question, title) in zip(axes, PANELS, strict=True):
        for network, effect in effects.items():
            for proposal, style in STYLES.items():
                values = effect["values"][proposal][question].swapaxes(0, 1)
                series(panel, effect["counts"], values, network, **style)
        panel.set(title=title, xlabel="samples of z", ylabel="nats / dimension", xscale="log")
        shown = next(iter(effects.values()))["counts"][::3]
        panel.set_xticks(shown, shown)
        panel.minorticks_off()
    sheet.legend(figure, *key(effects, STYLES), ncols=6)
    chosen = results.settings.now.density.samples
    scenes = next(iter(effects.values()))["scenes"]
    caption(
        figure,
        f"{scenes} test scenes; z from Q(z | C, O) or from P(z | C), both lower bounds; Fig. 3 takes {chosen} of "
        f"the posterior; bars: 95 % bootstrap; {training(results)}",
    )
    return figure
