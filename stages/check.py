"""Whether params.yaml is sound, and what it comes to."""

from gmn.params import Settings
from gmn.paths import PARAMS, Paths


def run() -> None:
    """Check every setting before any work, and write down those that apply: what stages depend on."""
    from gmn.files import write_json

    settings = Settings.load(PARAMS)
    write_json(Paths(settings).settings, settings.described())
