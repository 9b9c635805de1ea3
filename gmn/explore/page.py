"""The page of the live explorer."""

from gmn.figures.style import NAMES
from gmn.report import environment


def page() -> str:
    """HTML that asks :mod:`gmn.explore.server`."""
    return environment(escape=True).get_template("explore/page.html.j2").render(names=NAMES)
