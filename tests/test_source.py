"""What counts as the same code: comments, docstrings and blank lines may change, and nothing else."""

import ast
import io
import tokenize
from pathlib import Path

import pytest

from gmn.errors import UserError
from gmn.source import OWNERS, code, content

ROOT = Path(__file__).parents[1]
FILES = sorted([*(ROOT / "gmn").rglob("*.py"), *(ROOT / "stages").rglob("*.py")])
TEXT = '''"""Doc é."""

import math  # a comment


class A:
    """Of A.

    More é."""  # here, too

    x = """kept

    # kept   
    """

    def f(self):
        # alone
        "one line"
        return (
            1,  # one

            "#2",
        )
'''


def emptied(text: str) -> str:
    """The tree of a source with empty docstrings."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, OWNERS) and ast.get_docstring(node, clean=False) is not None:
            node.body[0].value.value = ""
    return ast.dump(tree)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_left_is_the_same_program(path):
    text = path.read_text()
    assert ast.dump(ast.parse(code(text))) == emptied(text)
    assert code(code(text)) == code(text)


@pytest.mark.parametrize(
    "old, new",
    [
        ("Doc é.", "Another"), ("# a comment", "# b"), ("  # here, too", ""),
        ("        # alone\n", ""), ("1,  # one\n\n", "1,\n"), ("one line", "another"), ("More é.", "More.\n\n    And."),
        ("\n\nclass", "\n\n\n# new\nclass"),
    ],
)  # fmt: skip
def test_words_change_nothing(old, new):
    assert old in TEXT
    assert code(TEXT.replace(old, new, 1)) == code(TEXT)


def test_every_other_token_counts():
    """Strings that look like comments and blank lines inside them, too."""
    starts = {token.start for token in tokenize.generate_tokens(io.StringIO(TEXT).readline)}
    kept = code(TEXT)
    assert "# kept   \n" in kept and "kept\n\n" in kept and '"#2"' in kept and len(starts) > 30
    for old, new in (("math", "cmath"), ("kept\n\n", "kept\n"), ("kept   ", "kept  "), ("#2", "#3"), ("1,", "2,")):
        assert code(TEXT.replace(old, new, 1)) != kept, old


def test_nothing_reads_docstrings():
    """What a docstring says would decide something; Typer shows them, and stages.__main__ its own."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            named = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
            allowed = path.name == "__main__.py"
            assert named not in ("__doc__", "getdoc", "getsource", "getcomments") or allowed, path


def test_a_file_that_is_no_python_is_named(tmp_path):
    path = tmp_path / "broken.py"
    path.write_text("def f(:")
    with pytest.raises(UserError, match="broken.py: not Python"):
        content(path)
