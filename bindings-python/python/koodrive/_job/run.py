"""Sends the waiting rows of a journal, over the transport that ``transports`` has chosen."""

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

#: Requests per second without ``--rate``.
DEFAULT_RATE = 50.0


class HaltedUnreached(Exception):
    """The watch ended the job, since no request ever reached the service."""


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
        #: Number of times that the user has interrupted the job.
        self.interrupted = 0
        # A job with a delivered row has reached the service, so an outage does not end it.
        self.watch = Watch(client, may_halt=may_halt and not journal.counts().get("delivered"))
        self.watch.hear = journal.hear

    def run(self, transport: str, network: Optional[Network] = None) -> None:
        """Sends over ``transport``: "aiohttp", "httpx" or "threads". Raises an error that ends the job, as ``HaltedError``."""
        # These settings are global, but the process belongs to the job. The objects of an exchange are freed without the
        # collector, which took a sixth of the time at its default thresholds. The switch interval of 1 ms instead of 5 ms
        # shortens the waits of the journal's thread.
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
                # After a cancel, an exception does not wait for requests in flight. The first handler may not have cancelled yet.
                run.cancel()
                raise KeyboardInterrupt

            with self._display(lambda: run.progress), _Handlers(self, run.cancel, end):
                try:
                    for outcome in run:
                        self._write(outcome)
                except KeyboardInterrupt:
                    # An interruption during _write has not ended the requests in flight yet.
                    run._abandon()
                    for outcome in run:
                        self._write(outcome)
                    raise

    async def _on_asyncio(self, module: str, network: Optional[Network]) -> None:
        import asyncio

        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def end() -> None:
            # The first cancel ends the wait for an outcome, the second the wait for the requests in flight.
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
            # The journal reports to the loop, which still runs here.
            self._journal.flush()

    def _write(self, outcome: CallOutcome[int, Any]) -> None:
        # The first line has the reason. The others say what to check, which the report omits.
        reason = None if outcome.error is None else str(outcome.error).partition("\n")[0]
        self._journal.outcome(outcome, reason)


def _mark(outgoing: Outgoing) -> tuple[Any, ...]:
    """Returns the journal's fields of a request that is about to leave."""
    body = hashlib.sha256(outgoing.body).hexdigest()
    return outgoing.key, outgoing.trace_id, outgoing.x_date, body, time.time(), _core.VERSION


class _Marks:
    """Marks the requests of one turn of the asyncio loop together, so that they share one transaction."""

    def __init__(self, journal: Journal, loop: Any) -> None:
        self._journal = journal
        self._loop = loop
        self._ready: list[tuple[Any, ...]] = []
        #: The future that the requests in ``_ready`` wait for.
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
            # A second interruption may have cancelled the future.
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
    """Handles Ctrl-C, SIGTERM and SIGHUP for the duration of the ``with`` block.

    The first signal calls ``finish``, which waits for the requests in flight. The second calls ``end``, which does not.
    """

    def __init__(self, sending: Sending, finish: Callable[[], object], end: Callable[[], object]) -> None:
        self._sending = sending
        self._finish = finish
        self._end = end
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in ENDING:
                # nohup ignores SIGHUP, so that the job outlives its terminal.
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
                sys.stderr.write("\nwaiting for the requests in flight; interrupt again to end at once\n")
                sys.stderr.flush()
            except (OSError, ValueError):
                # SIGHUP means that the terminal is closed.
                pass
        else:
            self._end()
