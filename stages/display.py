"""One display of all that runs: a live table on a terminal, plain lines in a log."""

import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.table import Table

if TYPE_CHECKING:
    from stages.driver import Process

EVERY = 60  # s between lines of a log about what runs
TAIL = 25  # lines of a stage that failed


class Display:
    """Shows what runs, how far it is, and how long all will take still.

    Usage::

        with Display(83) as display:
            display.started("train@apoe-m2-0")
            display.show(running, left=600.0)
            display.ended("train@apoe-m2-0", seconds=250.0)
    """

    def __init__(self, total: int):
        self.total, self.done, self._unchanged, self._last = total, 0, 0, time.monotonic()
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._live = Live(console=self._console, transient=True, refresh_per_second=2) if sys.stderr.isatty() else None

    def __enter__(self) -> "Display":
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *error) -> None:
        if self._live:
            self._live.stop()

    def skipped(self, name: str) -> None:
        self.done += 1
        self._unchanged += 1

    def started(self, name: str) -> None:
        self._line(f"{name}: begins")

    def ended(self, name: str, seconds: float) -> None:
        self.done += 1
        self._line(f"{name}: done in {_span(seconds)}")

    def failed(self, name: str, log: Path) -> None:
        """Say so at once, with the last lines of its log."""
        lines = log.read_text(errors="replace").splitlines()[-TAIL:]
        self._line("\n".join([*lines, f"{name}: failed; nothing more begins, what runs may end"]))

    def show(self, running: Mapping[str, "Process"], left: float | None) -> None:
        """What runs now; ``left`` seconds for all, if that can be told."""
        now = time.monotonic()
        if not self._live and now - self._last < EVERY:
            return
        self._last = now
        rows = [(name, _span(now - process.began), _how_far(process.log)) for name, process in running.items()]
        still = "" if left is None else f", about {_span(left)} left"
        summary = f"{self.done} of {self.total} stages done, {self._unchanged} of them unchanged{still}"
        if not self._live:
            self._line("\n".join([summary, *(f"  {name}: {span} {far}".rstrip() for name, span, far in rows)]))
            return
        table = Table.grid(padding=(0, 2))
        for row in rows:
            table.add_row(*row)
        table.add_row(summary)
        self._live.update(table)

    def _line(self, text: str) -> None:
        self._console.print(text, markup=False)


def _how_far(log: Path) -> str:
    """What the stage said last about its progress, see gmn/progress.py."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 1000))
        said = re.findall(r": (\d+/\d+ .* left)", file.read().decode(errors="replace"))
    return said[-1] if said else ""


def _span(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
