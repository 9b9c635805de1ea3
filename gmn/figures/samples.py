"""How the importance-weighted bound of Fig. 3 tightens with the number of samples."""

import numpy as np

from gmn.evaluation.results import NETWORKS, Results
from gmn.figures.series import series, training
from gmn.figures.style import NAMES, PAGE, caption, plt, save

PANELS = (
    ("gray", "(a) GRAY, from ten touches"),
    ("rgb", "(b) RGB, from ten touches"),
    ("haptics", "(c) touch, from ten pictures"),
)


def draw(results: Results, folder) -> None:
    effects = {network: results.effect_of_samples(network) for network in NETWORKS}
    figure, axes = plt.subplots(1, 3, figsize=(PAGE, 2.3))
    for panel, (question, title) in zip(axes, PANELS, strict=True):
        for network, effect in effects.items():
            places = np.array(effect["counts"])
            series(panel, places, effect["values"][question].swapaxes(0, 1), network, label=NAMES[network])
        panel.set(title=title, xlabel="samples of z", ylabel="log-likelihood (nats / dimension)", xscale="log")
        panel.set_xticks(effects["apoe"]["counts"], effects["apoe"]["counts"])
        panel.minorticks_off()
    axes[0].legend(loc="lower right")
    chosen = results.settings.now.density.samples
    scenes = effects["apoe"]["scenes"]
    caption(figure, f"{scenes} test scenes; Fig. 3 takes {chosen} samples; bars: 95 % bootstrap; {training(results)}")
    save(figure, folder, "samples")
