"""The README's Python runs as it stands, on the toy pipeline's data."""

import re
import sys

from tests.pipeline.conftest import ROOT, run


def test_python_of_the_readme(repro):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        result = run(repro[0], sys.executable, "-c", block.replace("laptop", "smoke"))
        assert result.returncode == 0, result.stderr
