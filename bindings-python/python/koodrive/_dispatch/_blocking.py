"""The driver for scripts: exchanges in threads, everything else in the thread that iterates."""

from __future__ import annotations

import atexit
import os
import threading
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from .. import _core
from ..transports import _sessions
from ._job import Job
from ._values import check_action, outcome, unknown_action

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Optional

    from .._base_client import BaseClient
    from ._values import CallOutcome, Hooks, Progress

_Key = TypeVar("_Key")
_Reply = TypeVar("_Reply")


class Dispatch(Generic[_Key, _Reply]):
    """A job under way, as ``Client.dispatch`` made it: an iterator of outcomes, and a context manager that ends it.

    Something happens only while the next outcome is asked for. When iteration is over, or was broken off by an exception such
    as Ctrl-C, everything has ended that was under way. The outcomes that are left can still be iterated over, also after the
    ``with`` block and after ``close``. An exception after ``cancel`` waits for nothing: what was in flight is unknown then.

    It belongs to the process that made it; a forked one cannot use it.
    """

    __module__ = "koodrive"

    def __init__(
        self,
        client: BaseClient,
        source: Iterable[Any],
        transport: Any,
        hooks: Hooks,
        connect_timeout: float,
        timeout: float,
        options: dict[str, Any],
    ) -> None:
        self._threads = 0
        self._jobs: SimpleQueue[Any] = SimpleQueue()
        # One for each thing that was handed in meanwhile.
        self._news: SimpleQueue[None] = SimpleQueue()
        self._travel = _sessions.blocking(transport)
        self._job = job = Job(client, hooks, connect_timeout, timeout, options)
        if hasattr(source, "__aiter__"):
            raise _core.refused("source", "asynchronous; use adispatch, or pass an iterable")
        self._items = iter(source)
        self._turn = job.dispatcher.turn

    @property
    def progress(self) -> Progress:
        """How far it is. May be asked from any thread."""
        return self._job.progress

    @property
    def source_ended(self) -> bool:
        """Whether the source was read to its end. Where it was not, the calls that were not read have no outcome."""
        return self._job.progress.source_ended

    def cancel(self) -> None:
        """Sends nothing more. Iterate on: what is in flight is awaited, and what was read and not sent comes out as not sent.

        May be called from any thread, and from a handler of signals.
        """
        self._job.check_process()
        self._job.cancel()
        self._news.put(None)

    def close(self) -> None:
        """Cancels, and waits for what is in flight. The outcomes that nobody has seen can still be iterated over."""
        if self._job.is_foreign:
            # Nothing here is this process's to end.
            return
        self._settle()
        self._job.failure = None

    def __iter__(self) -> Dispatch[_Key, _Reply]:
        return self

    def __next__(self) -> CallOutcome[_Key, _Reply]:
        job = self._job
        job.check_process()
        try:
            self._advance()
        except BaseException:
            # Ctrl-C, or what another handler of signals or on_halt raised.
            if job.cancelled:
                self._abandon()
            else:
                self._settle()
            raise
        if job.outcomes:
            return outcome(job.outcomes.popleft())  # type: ignore[no-any-return]
        failure, job.failure = job.failure, None
        raise StopIteration if failure is None else failure

    def __enter__(self) -> Dispatch[_Key, _Reply]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        # Waits for nothing: it may be any thread's, and any lock may be held. One that could not be made has no turn.
        if hasattr(self, "_turn") and not self._job.done and not self._job.is_foreign:
            self._job.cancel()
            self._end()

    def __repr__(self) -> str:
        return "<koodrive.Dispatch of another process>" if self._job.is_foreign else f"<koodrive.Dispatch {self.progress}>"

    def _advance(self) -> None:
        """Until there is an outcome, or no more will come."""
        job = self._job
        while not job.done:
            step = self._turn(self._jobs.put, job.outcomes.append)
            self._staff()
            if step.action == "calls":
                job.wanted = step.most
            elif step.action == "token":
                self._renew()
            elif step.action == "halted":
                halt = job.halt(step.halt)
                job.go_on(halt, job.on_halt is not None and job.on_halt(halt))
            elif step.action == "done":
                self._end()
            elif step.action != "wait":
                raise unknown_action(step.action)
            elif job.outcomes:
                return
            elif job.wanted > 0:
                self._read()
            else:
                self._wait(step.seconds)

    def _settle(self) -> None:
        """Waits for what is in flight, and for nothing else."""
        job = self._job
        job.cancel()
        while not job.done:
            step = self._turn(self._jobs.put, job.outcomes.append)
            self._staff()
            if step.action == "wait":
                self._wait(step.seconds)
            elif step.action == "done":
                self._end()
            else:
                check_action(step.action)

    def _abandon(self) -> None:
        """Does not wait for what is in flight."""
        job = self._job
        tickets = set(job.under_way)
        try:
            while True:
                tickets.add(self._jobs.get_nowait()[0])
        except Empty:
            pass
        for ticket in tickets:
            job.give_up(ticket)
        for thread, jobs in list(_working.items()):
            if jobs is self._jobs:
                # The program's end does not wait for it either.
                _working.pop(thread, None)
        while not job.done:
            step = self._turn(self._jobs.put, job.outcomes.append)
            if step.action in ("done", "wait"):
                self._end()
            else:
                check_action(step.action)

    def _read(self) -> None:
        job = self._job
        try:
            job.take(next(self._items))
        except StopIteration:
            job.end_of_source()
        except Exception as error:
            job.fail(error)

    def _renew(self) -> None:
        job = self._job
        try:
            job.renew(job.ask_for_token().now())
        except Exception as error:
            job.token_failed(error)

    def _wait(self, seconds: Optional[float]) -> None:
        try:
            self._news.get(timeout=seconds)
            while True:
                self._news.get_nowait()
        except Empty:
            pass

    def _staff(self) -> None:
        """A thread for each exchange that is under way."""
        while self._threads < self._job.dispatcher.in_flight:
            self._threads += 1
            # Not a method: a thread that held this object would keep it from being dropped.
            work = (self._jobs, self._news, self._job, self._travel)
            thread = threading.Thread(target=_work, args=work, name="koodrive dispatch", daemon=True)
            _working[thread] = self._jobs
            thread.start()

    def _end(self) -> None:
        self._job.done = True
        for _ in range(self._threads):
            self._jobs.put(None)


#: Threads, and where each takes its work from.
_working: dict[threading.Thread, SimpleQueue[Any]] = {}


def _work(jobs: Any, news: Any, job: Job, travel: Any) -> None:
    while (attempt := jobs.get()) is not None:
        ticket = attempt[0]
        job.under_way.add(ticket)
        try:
            _exchange(job, travel, attempt)
        except BaseException as error:
            # Whatever fails here, the thread that iterates hears of it and does not wait for ever.
            job.lost(ticket, error)
        job.under_way.discard(ticket)
        news.put(None)
    _working.pop(threading.current_thread(), None)


def _exchange(job: Job, travel: Any, attempt: Any) -> None:
    """Signs where need be, sends, and hands in what came of it."""
    ticket, request, *_ = attempt
    limits = job.limits
    if job.sign is not None:
        deadline = job.deadline()
        try:
            request = job.signed(request, job.ask_for_signature(request, deadline).now())
            limits = {**limits, "timeout": deadline.left()}
        except Exception as error:
            job.unsigned(ticket, error)
            return
    if job.before_send is not None:
        try:
            _not_awaitable(job.before_send(job.outgoing(attempt, request)))
        except BaseException as error:
            job.kept(ticket, error)
            return
    began = job.departs()
    try:
        status, headers, body = travel(request, **limits)
        job.answered(attempt, request, began, status, headers, body)
    except BaseException as error:
        job.broken(attempt, request, began, error)


def _not_awaitable(told: Any) -> None:
    if hasattr(told, "__await__"):
        if hasattr(told, "close"):
            told.close()
        raise TypeError(
            "before_send: returned an awaitable, which dispatch cannot await; pass a plain function, or use adispatch"
        )


# Threads are not there in a fork.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_working.clear)


@atexit.register
def _end_all() -> None:
    """What is in flight ends before the program does, also of a job that nobody holds any more."""
    working = list(_working.items())
    for _, jobs in working:
        jobs.put(None)
    for thread, _ in working:
        thread.join()
