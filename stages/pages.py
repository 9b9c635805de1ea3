"""README and docs, whose numbers are those of the kept runs."""

from gmn.params import Settings
from gmn.paths import PARAMS


def run() -> None:
    """Write README.md and the pages of docs that tell results, from their templates in docs/pages."""
    from gmn.files import write_atomically
    from gmn.pages import pages

    for path, text in pages(Settings.load(PARAMS)).items():
        write_atomically(path, text)
