"""The pages of this repository and an API reference as a site, by Sphinx: `make docs`.

The repository itself is the source folder, so a link that works on GitHub works in the site. Nothing is fetched,
neither while it is built nor by its pages.
"""

import json
import re
import shutil
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

import gmn.explore.server  # noqa: F401  first: autodoc imports as a type checker would, which FastAPI's models do not survive

project = "gmn"
html_title = "gmn"
root_doc = "README"
KEPT = {  # reports by their titles, none of runs of one's own
    "laptop: every claim": "reports/laptop/claims",
    "laptop: time of each stage": "reports/laptop/schedule",
    "several training seeds: every claim": "reports/laptop-seeds/claims",
    "paper": "reports/paper/README",
}
include_patterns = ["*.md", "docs/**", "gmn/pretrained/*/README.md", *(f"{page}.md" for page in KEPT.values())]
exclude_patterns = [".*", "data", "models", "site", "build"]  # not even walked through
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]

myst_heading_anchors = 4  # named as GitHub does
napoleon_use_ivar = True
autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
toc_object_entries_show_parents = "hide"
maximum_signature_line_length = 100

html_theme = "furo"
html_copy_source = False
html_show_copyright = False
html_theme_options = {"top_of_page_buttons": []}

CONTENTS = """
```{toctree}
:hidden:
Start here <self>
```

```{toctree}
:hidden:
:caption: How do I ...
docs/first_steps
docs/experiments
docs/extending
docs/shape
docs/api/examples
docs/scaling
```

```{toctree}
:hidden:
:caption: What was found
docs/results
docs/differences
docs/learning
docs/performance
```

```{toctree}
:hidden:
:caption: Reference
docs/pipeline
docs/mese
docs/robustness
gmn/pretrained/laptop/README
```

```{toctree}
:hidden:
:caption: API reference
docs/api/trained
docs/api/explore
docs/api/mese
docs/api/data
docs/api/models
docs/api/training
docs/api/evaluation
docs/api/results
```

```{toctree}
:hidden:
:caption: Work on it
CONTRIBUTING
CHANGELOG
```
"""


def shown_notebook() -> str:
    """Its text, code, and what that printed and drew."""
    parts = []
    _, *cells = json.loads((Path(__file__).parents[1] / "examples/first_steps.ipynb").read_text())["cells"]
    for cell in cells:  # all but how to run them
        text = "".join(cell["source"])
        parts.append(text if cell["cell_type"] == "markdown" else f"```python\n{text}\n```")
        for each in cell.get("outputs", ()):
            if "text" in each:
                parts.append(f"```text\n{''.join(each['text'])}```")
            else:
                parts.append(f'<img alt="What the cell drew" src="data:image/png;base64,{each["data"]["image/png"]}">')
    return "\n\n".join(("", *parts, ""))


# What GitHub would show as code, or shows by itself.
ADDED = {
    root_doc: CONTENTS,
    "docs/results": "\n".join(
        ("", "```{toctree}", ":hidden:", *(f"{title} <../{page}>" for title, page in KEPT.items()), "```", "")
    ),
    "docs/first_steps": shown_notebook(),
}


def add_contents(app: Sphinx, name: str, source: list[str]) -> None:
    source[0] += ADDED.get(name, "")


def keep_path(app: Sphinx, document: nodes.document) -> None:
    """A file that a page links to has the same path in the site, and is opened, not downloaded."""
    for link in list(document.findall(addnodes.download_reference)):
        path = Path(app.env.relfn2path(link["reftarget"])[0])
        (app.outdir / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(app.srcdir / path, app.outdir / path)
        link.replace_self(nodes.reference("", "", *link.children, refuri=link["reftarget"]))


def add_index(app: Sphinx, error: Exception | None) -> None:
    if not error:
        shutil.copy(app.outdir / "README.html", app.outdir / "index.html")


def escape_shapes(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """The star of ``(N, *grid)`` begins no emphasis."""
    lines[:] = [re.sub(r"(?<=[ (])\*(?=\w)", r"\\*", line) for line in lines]


def setup(app: Sphinx) -> None:
    app.connect("source-read", add_contents)
    app.connect("doctree-read", keep_path, priority=400)  # before Sphinx collects downloads
    app.connect("autodoc-process-docstring", escape_shapes)
    app.connect("build-finished", add_index)
