"""Python code without what changes nothing: comments, docstrings and blank lines."""

import ast
import hashlib
import io
import tokenize
from pathlib import Path

from gmn.errors import UserError

SPACE = tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER
OWNERS = ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef  # what may have a docstring


def source_digest(part: str = ".") -> str:
    """A digest of the library's code and tables, or of one folder of it, for example ``mese``."""
    digest = hashlib.sha256()
    for path in sorted((Path(__file__).parent / part).rglob("*")):
        if path.suffix in (".py", ".csv"):
            digest.update(content(path))
    return digest.hexdigest()


def content(path: Path) -> bytes:
    """What of a file decides anything: all of it, or of Python :func:`code`.

    Raises:
        UserError: it is no Python.
    """
    if path.suffix != ".py":
        return path.read_bytes()
    try:
        return code(path.read_text(encoding="utf-8")).encode()
    except (SyntaxError, ValueError) as error:
        raise UserError(f"{path}: not Python: {error}") from None


def code(text: str) -> str:
    """Python source with empty docstrings, and without comments and blank lines; all else as it stands."""
    lines: list[str | None] = [None, *io.StringIO(text).readlines()]  # by their numbers
    docstrings, cuts, used = _docstrings(text), [], set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            cuts.append(token)
        elif token.type not in SPACE:
            used |= set(range(token.start[0], token.end[0] + 1))
            cuts += [token] if token.start in docstrings and token.type == tokenize.STRING else []
    for token in reversed(cuts):
        (row, begin), (last, end) = token.start, token.end
        if token.type == tokenize.COMMENT:
            lines[row] = lines[row][:begin].rstrip() + "\n"
        else:
            lines[row : last + 1] = [lines[row][:begin] + '""' + lines[last][end:], *[None] * (last - row)]
    return "".join(lines[row] or "" for row in sorted(used))


def _docstrings(text: str) -> set[tuple[int, int]]:
    """Where they begin: line and column."""
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, OWNERS) and node.body]
    first = [node.body[0] for node in nodes if ast.get_docstring(node, clean=False) is not None]
    return {(statement.lineno, statement.col_offset) for statement in first}
