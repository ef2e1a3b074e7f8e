"""Shows the progress of a job on stderr.

A terminal shows a bar, with rich if it is installed. Any other stderr, such as a log file, gets a line every minute and a line
for each new error. Errors in showing are ignored, so that the job goes on.
"""

from __future__ import annotations

import shutil
import sys
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .._dispatch import Progress
    from .watch import Watch

_BAR = 30

#: Seconds between two lines without a terminal, and the least seconds before the line of a new error.
_PERIOD, _NEWS = 60.0, 5.0


class Display:
    """Shows ``progress`` and ``watch`` on stderr from a thread of its own, for the duration of the ``with`` block.

    ``log`` gets the lines for the log file, and ``tell`` writes the metrics.
    """

    def __init__(
        self,
        rows: int,
        rate: float,
        progress: Callable[[], Progress],
        watch: Watch,
        log: Callable[[str], object],
        tell: Callable[[Progress, Watch, float], object],
    ) -> None:
        self._rows = rows
        self._rate = rate
        self._progress = progress
        self._watch = watch
        self._log = log
        self._tell = tell
        self._started = time.monotonic()
        self._terminal = _is_terminal()
        self._rich = _rich(rows) if self._terminal else None
        self._shown_at = self._started
        self._shown_error: Any = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._show_all, name="koodrive progress", daemon=True)

    def __enter__(self) -> Display:
        if self._rich is not None:
            self._quietly(self._rich.start)
        self._quietly(self._tell_others)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._quietly(self._tell_others)
        self._quietly(self._note)
        self._quietly(self._show)
        if self._rich is not None:
            self._quietly(self._rich.stop)
        elif self._terminal:
            self._quietly(lambda: _write("\n"))

    def _show_all(self) -> None:
        while not self._ended.wait(0.2 if self._terminal else 1):
            self._quietly(self._tell_others)
            is_due = self._is_due()
            if is_due:
                self._quietly(self._note)
            if self._terminal or is_due:
                self._quietly(self._show)

    def _is_due(self) -> bool:
        passed = time.monotonic() - self._shown_at
        is_new = self._watch.last_error is not None and self._watch.last_error != self._shown_error
        return passed >= _PERIOD or (is_new and passed >= _NEWS)

    def _quietly(self, show: Callable[[], object]) -> None:
        """Calls ``show`` and ignores errors, such as a full disk or a closed terminal, since the job goes on."""
        try:
            show()
        except Exception:
            pass

    def _tell_others(self) -> None:
        self._tell(self._progress(), self._watch, self._rate)

    def _text(self, it: Progress) -> str:
        return line(it, self._watch, self._rows, self._rate, time.monotonic() - self._started)

    def _note(self) -> None:
        """Writes a line to the log file, also if a terminal shows a bar."""
        self._shown_at, self._shown_error = time.monotonic(), self._watch.last_error
        self._log(self._text(self._progress()))

    def _show(self) -> None:
        it = self._progress()
        done = it.delivered + it.refused + it.unknown + it.given_up
        text = self._text(it)
        if self._rich is not None:
            self._rich.update(self._rich.task_ids[0], completed=done, text=text, refresh=True)
        elif self._terminal:
            share = done / self._rows if self._rows else 1.0
            width = shutil.get_terminal_size().columns - 1
            # Overwrites the previous line.
            _write("\r\x1b[K" + f"[{'#' * int(share * _BAR):<{_BAR}}] {text}"[:width])
        else:
            _write(f"{_instant(time.time())} {text}\n")


def line(it: Progress, watch: Watch, rows: int, rate: float, seconds: float) -> str:
    """Returns the line that is shown: counts, speed, retries, waits and the last error."""
    done = it.delivered + it.refused + it.unknown + it.given_up
    share = done / rows if rows else 1.0
    speed = done / seconds if seconds > 0 else 0.0
    left = _duration((rows - done) / speed) if speed else "?"
    text = (
        f"{done} of {rows} ({share:.0%}), {speed:.1f}/s, {it.delivered} delivered, {it.refused} refused, {it.unknown} unknown, "
    )
    text += f"{it.given_up} given up, {left} left"
    # The number of calls that were sent at least once.
    sent = it.pushed - it.queued - it.not_sent
    for count, what in ((it.requests - sent, "repeats"), (watch.throttled, "x 429"), (watch.unavailable, "x 503")):
        if count > 0:
            text += f", {count} {what}"
    if it.slowed in ("throttled", "failing"):
        text += f", pace {it.rate:.3g}/s of {rate:g}/s ({it.slowed})"
    if watch.wait_until > time.time():
        text += f", waits as the service asked until {_instant(watch.wait_until)}"
    if watch.last_error is not None:
        text += f"; last error ({watch.times} in a row): {watch.last_error}"
    return text


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _is_terminal() -> bool:
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError, OSError):
        # stderr is closed or missing.
        return False


def _rich(rows: int) -> Any:
    try:
        from rich import console, progress
    except ImportError:
        return None
    columns = (progress.BarColumn(_BAR), progress.TextColumn("{task.fields[text]}", markup=False))
    bar = progress.Progress(*columns, console=console.Console(stderr=True), auto_refresh=False)
    bar.add_task("", total=rows, text="")
    return bar


def _instant(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
