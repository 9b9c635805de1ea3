"""How much memory a training step takes at least."""

import math

from gmn.models.config import ModelConfig

ENCODED, DRAWN = 6, 10  # maps of R, and of H channels, that an encoder and a DRAW step keep for the gradient


def least_memory(config: ModelConfig, scenes: int, views: int) -> int:
    """Bytes of a training step on ``scenes`` scenes of ``views`` views: codes, the states of experts, and weights.

    Less than it takes: renderers are left out. It tells what cannot run, not what can.
    """
    cells, modalities = math.prod(config.grid), config.count
    codes = scenes * views * modalities * config.representation * cells * ENCODED
    experts = 2 * scenes * modalities * config.steps * config.state * cells * DRAWN  # an episode and its swapped copy
    inputs = 3 * config.representation + 2 * config.state + config.latent
    weights = 4 * inputs * config.state * config.kernel**config.dimensions + modalities * config.representation * cells
    if config.geometry == "map":
        weights += 2 * config.representation**2 * cells  # of the last layer of the encoder of readings
    return 4 * (codes + experts + 4 * weights)  # weights, gradients and two moments
