"""`make docs`: the site is whole, and needs no network."""

import json
import os
import re
import runpy
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from sphinx.util.matching import Matcher

ROOT = Path(__file__).parents[1]
NOBODY = "http://127.0.0.1:9"  # answers no request
ENVIRONMENT = os.environ | {"http_proxy": NOBODY, "https_proxy": NOBODY}


class Page(HTMLParser):
    """What a page links to and loads."""

    def __init__(self, path: Path):
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        self.ids |= {found[key] for key in ("id", "name") if found.get(key)}
        if found.get("src"):
            self.loaded.append(found["src"])
        if found.get("href"):
            (self.links if tag == "a" else self.loaded).append(found["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (recipe,) = re.findall(r"^\tpython (-m sphinx .*) -d", (ROOT / "Makefile").read_text(), re.MULTILINE)
    command = [sys.executable, *recipe.split(), "-d", str(folder / "read"), ".", str(folder / "site")]
    result = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def pages(site) -> dict[Path, Page]:
    return {path: Page(path) for path in site.rglob("*.html")}


def test_everything_that_is_linked_or_loaded_is_there(site, pages):
    assert len(pages) > 40
    for path, page in pages.items():
        for link in page.links + page.loaded:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.is_relative_to(site) and target.is_file(), (path, link)
            if parts.fragment and target in pages and "reports" not in target.parts:
                assert unquote(parts.fragment) in pages[target].ids, (path, link)


def test_runs_of_ones_own_are_no_pages():
    """Else a page that no table of contents has would stop the build."""
    patterns = runpy.run_path(str(ROOT / "docs/conf.py"))["include_patterns"]
    taken = Matcher(patterns)
    assert taken("reports/laptop/claims.md") and taken("docs/shape.md")
    assert not taken("reports/smoke/claims.md") and not taken("reports/laptop-mine/README.md")


def test_nothing_is_loaded_from_elsewhere(site, pages):
    for path, page in pages.items():
        assert all(urlsplit(link).scheme in ("", "data") for link in page.loaded), path
    for path in site.rglob("*.css"):
        assert not re.search(r"(@import|url\()\W*(https?:)?//", path.read_text(encoding="utf-8")), path


def test_pages_show_figures_and_docstrings(site):
    start = (site / "index.html").read_text()
    assert all(f'src="_images/{name}"' in start for name in ("turntable.gif", "fig4.svg"))
    api = (site / "docs/api/trained.html").read_text()
    assert "What is believed of a scene given views of any subset of modalities" in api
    assert "samples</strong> – S, how many scenes to imagine" in api


def test_the_notebook_is_a_page_with_what_it_drew(site):
    page = (site / "docs/first_steps.html").read_text()
    assert page.count('src="data:image/png') == 2 and "grey is off by" in page


def test_words_are_found(site):
    index = json.loads((site / "searchindex.js").read_text().removeprefix("Search.setIndex(").removesuffix(")"))
    known = {index["docnames"][k] for k in index["terms"]["silhouett"]}  # stems
    assert "docs/results" in known
