"""Shows how far a job is: a bar on a terminal, elsewhere a plain line a minute."""

from __future__ import annotations

import sys
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .._dispatch import Progress

_BAR = 30


class Display:
    """Shows, from a thread of its own, what ``progress`` says, while the ``with`` block lasts. On stderr."""

    def __init__(self, rows: int, progress: Callable[[], Progress]) -> None:
        self._rows = rows
        self._progress = progress
        self._started = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._show_all, name="koodrive progress", daemon=True)

    def __enter__(self) -> Display:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._show()
        if self._terminal:
            sys.stderr.write("\n")

    def _show_all(self) -> None:
        while not self._ended.wait(0.2 if self._terminal else 60):
            self._show()

    def _show(self) -> None:
        text = line(self._progress(), self._rows, time.monotonic() - self._started)
        # Over the one before.
        sys.stderr.write(f"\r\x1b[K{text}" if self._terminal else f"{text}\n")
        sys.stderr.flush()


def line(it: Progress, rows: int, seconds: float) -> str:
    """How far it is, in one line."""
    done = it.delivered + it.refused + it.unknown + it.given_up
    share = done / rows if rows else 1.0
    bar = "#" * int(share * _BAR)
    rate = done / seconds if seconds > 0 else 0.0
    left = _duration((rows - done) / rate) if rate else "?"
    counts = f"{it.delivered} delivered, {it.refused} refused, {it.unknown} unknown, {it.given_up} given up"
    return f"[{bar:<{_BAR}}] {done} of {rows} ({share:.0%}), {rate:.1f}/s, {counts}, {left} left"


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
