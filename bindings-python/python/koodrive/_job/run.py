"""Sends what waits in a journal: over aiohttp where it is installed, else over the standard library in threads; over httpx by name."""

from __future__ import annotations

import gc
import hashlib
import signal
import sys
import threading
import time
from queue import SimpleQueue

from .. import _core
from .._core import NotifyPackageExpire
from .._signals import ENDING
from ..transports import _sessions
from . import transports
from .journal import tell
from .progress import Display
from .watch import Watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Optional

    from .._client import Client
    from .._dispatch import CallOutcome, Outgoing, Progress
    from ..transports._network import Network
    from .journal import Journal

#: Requests per second, where no ``--rate`` says otherwise.
DEFAULT_RATE = 50.0


class HaltedUnreached(Exception):
    """The job was ended, since nothing has ever reached the service."""


class Sending:
    """One run of a job."""

    def __init__(
        self,
        journal: Journal,
        client: Client,
        rows: int,
        token: Optional[Callable[[], str]],
        options: dict[str, Any],
        may_halt: bool = True,
        log: Callable[[str], object] = lambda text: None,
        tell: Callable[[Progress, Watch, float], object] = lambda *given: None,
    ) -> None:
        self._journal = journal
        self._client = client
        self._rows = rows
        self._options = {"token": token, **options}
        self._log = log
        self._tell = tell
        #: How often the user has asked for an end.
        self.interrupted = 0
        # A job that has delivered something goes on whatever comes.
        self.watch = Watch(client, may_halt=may_halt and not journal.counts().get("delivered"))
        self.watch.hear = journal.hear

    def run(self, transport: str, network: Optional[Network] = None) -> None:
        """Sends over "aiohttp", "httpx" or "threads". Raises what ends the job before its end, above all ``HaltedError``."""
        # The process is the job's. What an exchange makes ends with it, and the collector, at its usual pace, took a sixth of
        # the time; and the journal's thread need not wait 5 ms for each of its turns.
        thresholds, interval = gc.get_threshold(), sys.getswitchinterval()
        gc.set_threshold(20_000, *thresholds[1:])
        sys.setswitchinterval(0.001)
        try:
            if transport == "threads":
                self._in_threads(network)
            else:
                import asyncio

                asyncio.run(self._on_asyncio(transport, network))
        finally:
            gc.set_threshold(*thresholds)
            sys.setswitchinterval(interval)
        if self.watch.halt is not None:
            raise HaltedUnreached(self.watch.halt)

    def _display(self, progress: Callable[[], Progress]) -> Display:
        rate = self._options.get("rate") or DEFAULT_RATE
        return Display(self._rows, rate, progress, self.watch, self._log, self._tell)

    def _calls(self) -> Iterator[tuple[int, NotifyPackageExpire]]:
        for line, user, package in self._journal.pending():
            yield line, NotifyPackageExpire(carrier_user_id=user, package_id=package)

    def _in_threads(self, network: Optional[Network]) -> None:
        def before_send(outgoing: Outgoing) -> None:
            kept: SimpleQueue[Optional[BaseException]] = SimpleQueue()
            self._journal.mark(kept.put, [_mark(outgoing)])
            if (error := kept.get()) is not None:
                raise error

        transport = self.watch.blocking(transports.blocking(network))
        with self._client.dispatch(self._calls(), transport=transport, before_send=before_send, **self._options) as run:
            self.watch.end = run.cancel

            def end() -> None:
                # Before the first has come as far, if need be: what is raised then waits for nothing.
                run.cancel()
                raise KeyboardInterrupt

            with self._display(lambda: run.progress), _Handlers(self, run.cancel, end):
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

        marks = _Marks(self._journal, loop)
        try:
            async with (
                transports.session(module, network) as session,
                self._client.adispatch(
                    self._calls(),
                    transport=self.watch.asynchronous(_sessions.asynchronous(session)),
                    before_send=marks.before_send,
                    **self._options,
                ) as run,
            ):
                self.watch.end = run.cancel
                handlers = _Handlers(self, lambda: loop.call_soon_threadsafe(run.cancel), lambda: loop.call_soon_threadsafe(end))
                with self._display(lambda: run.progress), handlers:
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

    def _write(self, outcome: CallOutcome[int, Any]) -> None:
        # Its first line: the rest is what to check, and the report is no place for that.
        reason = None if outcome.error is None else str(outcome.error).partition("\n")[0]
        self._journal.outcome(outcome, reason)


def _mark(outgoing: Outgoing) -> tuple[Any, ...]:
    """Returns what the journal keeps of a request that is about to leave."""
    body = hashlib.sha256(outgoing.body).hexdigest()
    return outgoing.key, outgoing.trace_id, outgoing.x_date, body, time.time(), _core.VERSION


class _Marks:
    """On asyncio: requests that are ready in the same turn of the loop are marked together, and leave together."""

    def __init__(self, journal: Journal, loop: Any) -> None:
        self._journal = journal
        self._loop = loop
        self._ready: list[tuple[Any, ...]] = []
        #: That of the requests in ``_ready``.
        self._on_disk: Any = None

    async def before_send(self, outgoing: Outgoing) -> None:
        if not self._ready:
            self._on_disk = self._loop.create_future()
            self._loop.call_soon(self._write)
        self._ready.append(_mark(outgoing))
        await self._on_disk

    def _write(self) -> None:
        ready, on_disk = self._ready, self._on_disk
        self._ready = []

        def told(error: Optional[BaseException]) -> None:
            # A second interruption has cancelled it.
            if on_disk.done():
                return
            if error is None:
                on_disk.set_result(None)
            else:
                on_disk.set_exception(error)

        try:
            self._journal.mark(told, ready)
        except Exception as error:
            told(error)


class _Handlers:
    """Ctrl-C, a SIGTERM or a SIGHUP: once ends what is in flight, twice ends at once. While the ``with`` block lasts."""

    def __init__(self, sending: Sending, finish: Callable[[], object], end: Callable[[], object]) -> None:
        self._sending = sending
        self._finish = finish
        self._end = end
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in ENDING:
                # With nohup the end of the terminal is no end of the job.
                if signal.getsignal(number) is not signal.SIG_IGN or number == signal.SIGINT:
                    self._before[number] = signal.signal(number, self._handle)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: object) -> None:
        self._sending.interrupted += 1
        if self._sending.interrupted == 1:
            self._finish()
            try:
                # Now once more does.
                sys.stderr.write("\nfinishing what is in flight; once more ends at once\n")
                sys.stderr.flush()
            except (OSError, ValueError):
                # The terminal may be what has gone.
                pass
        else:
            self._end()
