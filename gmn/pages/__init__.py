"""README and docs made of results: a template in docs/pages for each page that tells a measured number."""

from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gmn.pages import measures, tables
from gmn.pages.runs import Runs
from gmn.params import Settings

TEMPLATES = Path("docs/pages")


def pages(settings: Settings, root: Path = Path()) -> dict[Path, str]:
    """Every page by its path, as Markdown.

    Args:
        settings: of all scales.
        root: of the repository.

    Raises:
        UserError: a file of results is missing or damaged.
    """
    environment = Environment(
        loader=FileSystemLoader(root / TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals = vars(tables) | {
        "runs": Runs(settings, root),
        "M": measures,
        "csv": partial(tables.from_csv, root),
    }
    return {
        target(path.name): environment.get_template(path.name).render()
        for path in sorted((root / TEMPLATES).glob("*.md.j2"))
    }


def target(template: str) -> Path:
    """Where the page of a template lies: README.md at the top, the others in docs."""
    name = template.removesuffix(".j2")
    return Path(name) if name == "README.md" else TEMPLATES.parent / name
