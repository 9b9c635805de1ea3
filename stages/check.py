"""Whether params.yaml is sound."""

from gmn.params import Settings
from stages.paths import PARAMS, Paths, parent


def run() -> None:
    """Check every setting; the first stage, so that a mistake stops before any work."""
    from gmn.data.shards import write_atomically

    # Always the same content: a change of settings reruns this stage, and not for that what follows.
    path = parent(Paths(Settings.load(PARAMS)).sound)
    write_atomically(path, "params.yaml is sound\n")
