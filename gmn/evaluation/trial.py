"""A trial: the trained network, scenes and samples that an evaluation is given.

An evaluation is a module of this package with ``SETS``, the object sets that it reads, and a function of its own
name: of a :class:`Trial` on the first of them, and of readers of the others. ``python -m stages evaluate`` runs it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import torch

from gmn.data.episodes import Episodes
from gmn.data.modalities import place_of
from gmn.data.reader import SceneReader
from gmn.evaluation.protocol import Contexts, first_views
from gmn.evaluation.settings import Scored
from gmn.models.gmn import GMN
from gmn.models.noise import Noise
from gmn.progress import Progress, silent


@dataclass(frozen=True)
class Batch:
    """Some scenes of a trial.

    Attributes:
        indices: which of the set, (B,).
        read: the scenes, no view in context or target yet.
        trial: that they are of.
    """

    indices: np.ndarray
    read: Episodes
    trial: "Trial"

    def noise(self) -> Noise:
        """The random numbers of this batch, from the start: whatever is asked of it, differences are paired."""
        return self.trial.noise(int(self.indices[0]))

    def given(self, contexts: Contexts, asked: Iterable[str] = ()) -> Episodes:
        """These scenes with some contexts, and the last views of the senses ``asked`` for, on the trial's device."""
        return self.trial.given(self.read, contexts, asked)


@dataclass(frozen=True)
class Trial:
    """One evaluation of one network.

    Attributes:
        model: the network.
        reader: of scenes never trained on.
        chosen: how many of them, the first ones, how many samples of z, and what else its kind of evaluation asks for.
        seed: of the noise, the same for every network.
        progress: of the work, in scenes.
    """

    model: GMN
    reader: SceneReader
    chosen: Scored
    seed: int = 0
    progress: Progress = field(default_factory=silent)

    @property
    def device(self) -> torch.device:
        return self.model.device

    @property
    def scenes(self) -> int:
        return self.chosen.scenes

    @property
    def samples(self) -> int:
        """S."""
        return self.chosen.samples

    def of(self, reader: SceneReader | None = None, **chosen: int) -> "Trial":
        """The same on scenes of another set, or with other numbers of scenes or samples."""
        return replace(self, reader=reader or self.reader, chosen=self.chosen.model_copy(update=chosen))

    def place(self, sense: str) -> int:
        """Index of the network's one modality of a sense."""
        return place_of(sense, self.model.modalities)

    def given(self, episodes: Episodes, contexts: Contexts, asked: Iterable[str] = ()) -> Episodes:
        """See :func:`gmn.evaluation.protocol.first_views`; on the trial's device."""
        return first_views(episodes, self.model.modalities, contexts, asked).to(self.device)

    def plan(self, scenes: int) -> None:
        """Say how many scenes will be looked at, if not each once."""
        self.progress.expect(scenes)

    def batches(self, size: int) -> Iterator[Batch]:
        """The scenes, ``size`` at a time; a batch is counted as finished when the next is asked for."""
        for start in range(0, self.scenes, size):
            indices = np.arange(start, min(start + size, self.scenes))
            yield Batch(indices, self.reader.read(indices), self)
            self.progress.advance(len(indices))

    def noise(self, first: int) -> Noise:
        """The random numbers of the batch that begins with scene ``first``."""
        return Noise((self.seed * 1_000_003 + first) % 2**63, device=self.device)
