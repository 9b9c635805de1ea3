"""Which evaluations there are, and how many scenes and samples each takes: a section for each, under its module's name.

They stand apart from the modules, which need PyTorch: settings are also read where nothing is computed.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from gmn.arguments import Count, Steps
from gmn.section import Section


class Scored(Section):
    """So many scenes with so many samples of z."""

    scenes: Count
    samples: Count


class Spread(Scored):
    """Likewise; samples are compared."""

    samples: Annotated[int, Field(ge=2)]


class Density(Scored):
    """Fig. 3, and scenes and samples of its tighter bound."""

    most_samples: Count
    most_samples_scenes: Count

    @model_validator(mode="after")
    def _tighter(self) -> "Density":
        if self.most_samples < self.samples:
            raise ValueError(f"most_samples: got {self.most_samples}, fewer than the {self.samples} samples")
        return self


class Classification(Scored):
    """Scenes that are told apart, ten at a time, half of them of each object set."""

    scenes: Annotated[int, Field(ge=20, multiple_of=20)]


class Refined(Spread):
    """Likewise, and steps of gradient ascent."""

    steps: Steps


class Missing(Section):
    """Scenes of each number of modalities shown, and scenes at M = 2."""

    scenes: Count
    complete_scenes: Count


def _of(section: type[Section], question: str):
    return Annotated[section, Field(description=question)]


class Evaluations(Section):
    """Of trained networks, each with its question; a default makes an entry in params.yaml needless."""

    density: _of(Density, "log-likelihood of pictures from touch, of touch from pictures (Fig. 3)")
    heldout: _of(Scored, "the same for shapes that training saw or never saw")
    classification: _of(Classification, "which of ten scenes a set of views belongs to (Fig. 4)")
    missing: _of(Missing, "loss by the number of modalities shown (Fig. 5, S4)")
    agreement: _of(Spread, "how shapes and colours agree across samples (Fig. 1)")
    explained: _of(Spread, "how much of unseen views is imagined, how well samples are spread, do pictures turn")
    shape: _of(Spread, "how far imagined shapes overlap with the true ones, and how far apart their surfaces are")
    refined: _of(Refined, "how much better shape and pictures are after gradient ascent for the scene at hand")


class Generation(Section):
    """Samples of z a picture, and steps of gradient ascent of those that are shown refined."""

    samples: Annotated[int, Field(ge=2)]
    refine: Steps


class Benchmark(Section):
    """Which networks are timed: of the paper's widths, or of this scale's; scenes and iterations."""

    widths: Literal["paper", "scale"]
    batch_size: Count
    iterations: Count
