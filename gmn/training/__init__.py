"""Optimisation of a GMN."""

import hashlib
from pathlib import Path


def source_digest() -> str:
    """A digest of the library's code: checkpoints of other code are not gone on from."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
