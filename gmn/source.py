"""A digest of the library's own code, so that unfinished work is never resumed with other code."""

import hashlib
from pathlib import Path


def source_digest(part: str = ".") -> str:
    """A digest of the library's code and tables, or of one folder of it, for example ``mese``."""
    digest = hashlib.sha256()
    for path in sorted((Path(__file__).parent / part).rglob("*")):
        if path.suffix in (".py", ".csv"):
            digest.update(path.read_bytes())
    return digest.hexdigest()
