"""Sends what waits in a journal: over aiohttp where it is installed, else over the standard library in threads."""

from __future__ import annotations

import gc
import hashlib
import signal
import sys
import threading
import time
from queue import SimpleQueue

from .. import _core
from .._defaults import X_DATE
from .._core import NotifyPackageExpire
from . import transports
from .journal import tell
from .progress import Display

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Optional

    from .. import Request
    from .._client import Client
    from .._dispatch import CallOutcome
    from ..transports._network import Network
    from .journal import Journal, _Mark


class Sending:
    """One run of a job."""

    def __init__(self, journal: Journal, client: Client, rows: int, token: Optional[Callable[[], str]], options: dict[str, Any]):
        self._journal = journal
        self._client = client
        self._rows = rows
        self._options = {"token": token, **options}
        #: How often the user has asked for an end.
        self.interrupted = 0

    def run(self, transport: Optional[str], network: Optional[Network] = None) -> None:
        """Sends. Raises what ends the job before its end, above all ``HaltedError``."""
        chosen = transports.chosen(transport)
        # The process is the job's. What an exchange makes ends with it, and the collector, at its usual pace, took a sixth of
        # the time; and the journal's thread need not wait 5 ms for each of its turns.
        thresholds, interval = gc.get_threshold(), sys.getswitchinterval()
        gc.set_threshold(20_000, *thresholds[1:])
        sys.setswitchinterval(0.001)
        try:
            if chosen == "threads":
                self._in_threads(network)
            else:
                import asyncio

                asyncio.run(self._on_asyncio(chosen, network))
        finally:
            gc.set_threshold(*thresholds)
            sys.setswitchinterval(interval)

    def _calls(self) -> Iterator[tuple[int, NotifyPackageExpire]]:
        for line, user, package in self._journal.pending():
            yield line, NotifyPackageExpire(carrier_user_id=user, package_id=package)

    def _in_threads(self, network: Optional[Network]) -> None:
        def before(line: int, request: Request, number: int) -> None:
            kept: SimpleQueue[Optional[BaseException]] = SimpleQueue()
            self._mark(line, request, number, kept.put)
            if (error := kept.get()) is not None:
                raise error

        with self._client.dispatch(self._calls(), transport=transports.blocking(network), **self._options) as run:
            run._job.before = before

            def end() -> None:
                # Before the first has come as far, if need be: what is raised then waits for nothing.
                run.cancel()
                raise KeyboardInterrupt

            with Display(self._rows, lambda: run.progress), _Handlers(self, run.cancel, end):
                try:
                    for outcome in run:
                        self._write(outcome)
                except KeyboardInterrupt:
                    # If it came while an outcome was written, nothing in flight is given up yet.
                    run._abandon()
                    for outcome in run:
                        self._write(outcome)
                    raise

    async def _on_asyncio(self, module: str, network: Optional[Network]) -> None:
        import asyncio

        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def end() -> None:
            # In the wait for an outcome, and then in the wait for what is in flight.
            task.cancel()
            loop.call_later(0.1, task.cancel)

        self._journal.tell = lambda *marks: loop.call_soon_threadsafe(tell, *marks)
        try:
            async with transports.session(module, network) as session, self._client.adispatch(
                self._calls(), transport=session, **self._options
            ) as run:
                run._job.before = self._mark
                handlers = _Handlers(
                    self, lambda: loop.call_soon_threadsafe(run.cancel), lambda: loop.call_soon_threadsafe(end)
                )
                with Display(self._rows, lambda: run.progress), handlers:
                    try:
                        async for outcome in run:
                            self._write(outcome)
                    except asyncio.CancelledError:
                        async for outcome in run:
                            self._write(outcome)
                        raise
        finally:
            # While there is a loop to tell.
            self._journal.flush()

    def _mark(self, line: int, request: Request, number: int, go: _Mark) -> None:
        headers = dict(request.headers)
        body = hashlib.sha256(request.body).hexdigest()
        self._journal.mark(go, line, headers["x-traceid"], headers[X_DATE], body, time.time(), _core.VERSION)

    def _write(self, outcome: CallOutcome[int, Any]) -> None:
        # Its first line: the rest is what to check, and the report is no place for that.
        reason = None if outcome.error is None else str(outcome.error).partition("\n")[0]
        self._journal.outcome(outcome, reason)


class _Handlers:
    """Ctrl-C, or a SIGTERM: once ends what is in flight, twice ends at once. While the ``with`` block lasts."""

    def __init__(self, sending: Sending, finish: Callable[[], object], end: Callable[[], object]) -> None:
        self._sending = sending
        self._finish = finish
        self._end = end
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._handle)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: object) -> None:
        self._sending.interrupted += 1
        if self._sending.interrupted == 1:
            self._finish()
            # Now once more does.
            sys.stderr.write("\nfinishing what is in flight; once more ends at once\n")
        else:
            self._end()
