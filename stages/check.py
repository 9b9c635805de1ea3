"""Whether params.yaml is sound."""

from gmn.params import Settings
from gmn.paths import PARAMS, Paths


def run() -> None:
    """Check every setting; the first stage, so that a mistake stops before any work."""
    from gmn.files import write_atomically

    # Always the same content: a change of settings reruns this stage, and not for that what follows.
    write_atomically(Paths(Settings.load(PARAMS)).sound, "params.yaml is sound\n")
