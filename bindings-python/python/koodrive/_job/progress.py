"""Shows how far a job is: on a terminal a bar, rich's where it is installed; elsewhere a plain line a minute."""

from __future__ import annotations

import sys
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .._dispatch import Progress

_BAR = 30


class Display:
    """Shows, from a thread of its own, what ``progress`` says, while the ``with`` block lasts. On stderr."""

    def __init__(self, rows: int, progress: Callable[[], Progress]) -> None:
        self._rows = rows
        self._progress = progress
        self._started = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._rich = _rich(rows) if self._terminal else None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._show_all, name="koodrive progress", daemon=True)

    def __enter__(self) -> Display:
        if self._rich is not None:
            self._rich.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._show()
        if self._rich is not None:
            self._rich.stop()
        elif self._terminal:
            sys.stderr.write("\n")

    def _show_all(self) -> None:
        while not self._ended.wait(0.2 if self._terminal else 60):
            self._show()

    def _show(self) -> None:
        it = self._progress()
        done = it.delivered + it.refused + it.unknown + it.given_up
        share = done / self._rows if self._rows else 1.0
        seconds = time.monotonic() - self._started
        rate = done / seconds if seconds > 0 else 0.0
        left = _duration((self._rows - done) / rate) if rate else "?"
        counts = f"{it.delivered} delivered, {it.refused} refused, {it.unknown} unknown, {it.given_up} given up"
        text = f"{done} of {self._rows} ({share:.0%}), {rate:.1f}/s, {counts}, {left} left"
        if self._rich is not None:
            self._rich.update(self._rich.task_ids[0], completed=done, text=text, refresh=True)
            return
        text = f"[{'#' * int(share * _BAR):<{_BAR}}] {text}"
        # Over the one before.
        sys.stderr.write(f"\r\x1b[K{text}" if self._terminal else f"{text}\n")
        sys.stderr.flush()


def _rich(rows: int) -> Any:
    try:
        from rich import console, progress
    except ImportError:
        return None
    columns = (progress.BarColumn(_BAR), progress.TextColumn("{task.fields[text]}", markup=False))
    bar = progress.Progress(*columns, console=console.Console(stderr=True), auto_refresh=False)
    bar.add_task("", total=rows, text="")
    return bar


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
