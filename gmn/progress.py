"""Progress of long work: a bar on a terminal, a plain line every half minute in a log."""

import sys
import time

from tqdm import tqdm

EVERY = 30  # s between plain lines


def silent() -> "Progress":
    """Progress that nobody sees."""
    return Progress("", 0, "", silent=True)


class Progress:
    """Counts ``unit`` up to ``total``.

    Usage::

        with Progress("train apoe", 1000, "it") as progress:
            progress.advance(1, loss=3.2)
    """

    def __init__(self, name: str, total: int, unit: str, silent: bool = False):
        self.name, self.total, self.unit, self.silent = name, total, unit, silent
        self.done, self._skipped, self._start = 0, 0, time.monotonic()
        self._last = self._start
        self._bar = (
            tqdm(total=total, unit=f" {unit}", desc=name, dynamic_ncols=True, disable=silent)
            if sys.stderr.isatty()
            else None
        )

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *error) -> None:
        if self._bar:
            self._bar.close()
        elif error[0] is None:
            self._line()

    def expect(self, total: int) -> None:
        """Count up to another number."""
        self.total = total
        if self._bar:
            self._bar.total = total
            self._bar.refresh()

    def skip(self, count: int) -> None:
        """Count work that an earlier run has done."""
        self.done += count
        self._skipped += count
        if self._bar:
            self._bar.initial = count
            self._bar.update(count)

    def advance(self, count: int, **values: float) -> None:
        """Count finished work; ``values`` are shown beside it."""
        self.done += count
        text = " ".join(f"{k}={v:.4g}" for k, v in values.items())
        if self._bar:
            self._bar.set_postfix_str(text, refresh=False)
            self._bar.update(count)
        elif time.monotonic() - self._last > EVERY:
            self._line(text)

    def _line(self, text: str = "") -> None:
        if self.silent:
            return
        self._last = time.monotonic()
        elapsed = self._last - self._start
        rate = (self.done - self._skipped) / max(elapsed, 1e-9)
        left = (self.total - self.done) / rate if rate else 0
        span = tqdm.format_interval
        print(
            f"{self.name}: {self.done}/{self.total} {self.unit}, {rate:.3g} {self.unit}/s, "
            f"{span(elapsed)} gone, {span(left)} left {text}".rstrip(),
            file=sys.stderr,
            flush=True,
        )
