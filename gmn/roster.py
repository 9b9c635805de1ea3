"""The names of the inference networks there are: a file each in gmn/models/networks. Needs no PyTorch."""

from pathlib import Path

PAPERS = ("apoe", "baseline", "poe")  # that its claims compare
REFERENCE = "baseline"  # that others are compared with
NAMES = tuple(sorted(path.stem for path in (Path(__file__).parent / "models/networks").glob("[a-z]*.py")))
