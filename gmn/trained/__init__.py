"""Networks that are trained: the library's front door.

Usage::

    model = TrainedGMN.from_pretrained("laptop/m2/apoe")             # or a file of your own
    belief = model.infer({"haptics": (readings, wrist_queries)})     # any subset of modalities, or {}
    pictures = belief.imagine({"vision": camera_queries}, samples=4)["vision"]
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from gmn.arguments import checked
from gmn.errors import UserError
from gmn.models.gmn import GMN
from gmn.models.weights import SUFFIX, load_weights
from gmn.trained.belief import Belief, Steps

PRETRAINED = Path(__file__).parents[1] / "pretrained"  # weights that come with the package


@checked
class TrainedGMN(GMN):
    """A :class:`~gmn.models.gmn.GMN` that is asked about scenes."""

    @classmethod
    def from_pretrained(cls, name: str | Path) -> Self:
        """The network in a weight file, or one that comes with the package, such as ``laptop/m2/apoe``.

        Raises:
            UserError: there is none, or it is damaged or of another version.
        """
        return load_weights(find_weights(name), kind=cls)

    def infer(self, contexts: Mapping[str, object], refine: Steps = 0) -> Belief:
        """What is believed of a scene given views of any subset of modalities, see :class:`Belief`."""
        return Belief(self, contexts, refine)


@checked
def find_weights(name: str | Path) -> Path:
    """The weight file ``name``: a path, or ``scale/regime/network``, or the network alone, of :data:`PRETRAINED`.

    Raises:
        UserError: it is neither.
    """
    shipped = {path.relative_to(PRETRAINED).with_suffix("").as_posix(): path for path in PRETRAINED.rglob(f"*{SUFFIX}")}
    alone = {key.split("/")[-1]: path for key, path in shipped.items()}
    path = (alone | shipped).get(str(name), Path(name))
    if not path.exists():
        known = ", ".join(sorted(shipped)) or "none"
        raise UserError(f"{name}: not found; train it with `dvc repro`, or use one of the package: {known}")
    return path
