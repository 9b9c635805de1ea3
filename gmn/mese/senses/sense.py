"""Interface of a sense of MESE: its observations, their units, and pictures of them for people."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np

from gmn.mese.object import Object
from gmn.mese.scene import Scene
from gmn.mese.settings import SceneSettings


class Sense(ABC):
    """A sense; one object each, listed in :data:`gmn.mese.senses.SENSES`.

    What networks need of it is in its modalities (:func:`gmn.data.modalities.whole`): their shape and ``poses`` choose
    encoder and renderer, see :mod:`gmn.models.senses`.

    Attributes:
        name: of the sense.
        arrays: array that it adds to every scene -> unit.
        signals: those of the arrays that are observations; the first is what networks are shown.
        poses: that of the arrays that holds the poses (V, 5) observed from; several senses may share one.
        channels: names of the numbers of a view in physical units, which networks see scaled by the training set's
            statistics; none where views are pictures of bytes.
        view, views: words for one view and for several.
    """

    name: str
    arrays: Mapping[str, str]
    signals: tuple[str, ...]
    poses: str
    channels: tuple[str, ...] = ()
    view: str
    views: str

    @abstractmethod
    def observe(self, scenes: Sequence[Scene], threads: int = 1) -> list[dict[str, np.ndarray]]:
        """The arrays of each scene, views first, without noise.

        Senses observe in the order of their list; random poses come from ``scene.rng``. A sense that shares ``poses``
        with one before it finds their angles in ``scene.angles[poses]`` and leaves the array out.
        """

    def noisy(self, settings: SceneSettings, rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
        """A signal with the settings' noise; as it is unless a sense says otherwise."""
        return values

    @abstractmethod
    def picture(self, obj: Object, arrays: Mapping[str, np.ndarray], k: int, size: int) -> np.ndarray:
        """View ``k`` of a scene for people, (S, S, 3) uint8.

        Args:
            obj: the scene's object.
            arrays: the scene's, of all senses.
            k: number of the view.
            size: pixels S, unless the view is a picture itself.
        """
