"""The blocking driver: exchanges run in threads, everything else in the iterating thread."""

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
    """A running job of ``Client.dispatch``: an iterator of outcomes, and a context manager that ends the job.

    Sending happens inside your ``for`` loop: a slow loop body slows the job. The loop ends, also by an exception such as
    Ctrl-C, only when no request is in flight. The remaining outcomes can still be iterated over, also after the ``with``
    block and after ``close``. After ``cancel``, an exception ends the loop at once, and calls in flight come out as
    "unknown".

    A job belongs to its process; a forked process cannot use the job.
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
        # One entry for each result of a thread, and for each cancellation.
        self._wakeups: SimpleQueue[None] = SimpleQueue()
        self._travel = _sessions.blocking(transport)
        self._job = job = Job(client, hooks, connect_timeout, timeout, options)
        if hasattr(source, "__aiter__"):
            raise _core.refused("source", "asynchronous; use adispatch, or pass an iterable")
        self._items = iter(source)
        self._turn = job.dispatcher.turn

    @property
    def progress(self) -> Progress:
        """The progress of the job. Any thread may read it."""
        return self._job.progress

    @property
    def source_ended(self) -> bool:
        """Whether the source was read to its end. Calls that were not read have no outcome."""
        return self._job.progress.source_ended

    def cancel(self) -> None:
        """Stops sending. The iteration goes on until no request is in flight; calls not yet sent come out as "not_sent".

        Any thread and any signal handler may call this method.
        """
        self._job.check_process()
        self._job.cancel()
        self._wakeups.put(None)

    def close(self) -> None:
        """Cancels the job, and returns when no request is in flight. The remaining outcomes can still be iterated over."""
        if self._job.is_foreign:
            # The threads and requests belong to the other process.
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
            # Ctrl-C, or an exception of another signal handler or of on_halt.
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
        # Does not wait, since any thread may run this and hold any lock. A job whose constructor failed has no _turn.
        if hasattr(self, "_turn") and not self._job.done and not self._job.is_foreign:
            self._job.cancel()
            self._end()

    def __repr__(self) -> str:
        return "<koodrive.Dispatch of another process>" if self._job.is_foreign else f"<koodrive.Dispatch {self.progress}>"

    def _advance(self) -> None:
        """Runs the job until there is an outcome, or the job is done."""
        job = self._job
        while not job.done:
            step = self._turn(self._jobs.put, job.outcomes.append)
            self._start_threads()
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
        """Cancels the job, and waits for the requests in flight."""
        job = self._job
        job.cancel()
        while not job.done:
            step = self._turn(self._jobs.put, job.outcomes.append)
            self._start_threads()
            if step.action == "wait":
                self._wait(step.seconds)
            elif step.action == "done":
                self._end()
            else:
                check_action(step.action)

    def _abandon(self) -> None:
        """Ends the job without waiting for the requests in flight, whose outcomes are unknown."""
        job = self._job
        tickets = set(job.under_way)
        try:
            while True:
                tickets.add(self._jobs.get_nowait()[0])
        except Empty:
            pass
        for ticket in tickets:
            job.give_up(ticket)
        for thread, jobs in list(_queue_by_worker.items()):
            if jobs is self._jobs:
                # The end of the program does not wait for this thread either.
                _queue_by_worker.pop(thread, None)
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
            self._wakeups.get(timeout=seconds)
            while True:
                self._wakeups.get_nowait()
        except Empty:
            pass

    def _start_threads(self) -> None:
        """Starts threads until each exchange in flight has one."""
        while self._threads < self._job.dispatcher.in_flight:
            self._threads += 1
            # The target is a function, since a bound method would keep this object alive.
            arguments = (self._jobs, self._wakeups, self._job, self._travel)
            thread = threading.Thread(target=_run_worker, args=arguments, name="koodrive dispatch", daemon=True)
            _queue_by_worker[thread] = self._jobs
            thread.start()

    def _end(self) -> None:
        self._job.done = True
        for _ in range(self._threads):
            self._jobs.put(None)


#: The threads of all jobs, and the queue of each.
_queue_by_worker: dict[threading.Thread, SimpleQueue[Any]] = {}


def _run_worker(jobs: Any, wakeups: Any, job: Job, travel: Any) -> None:
    while (attempt := jobs.get()) is not None:
        ticket = attempt[0]
        job.under_way.add(ticket)
        try:
            _exchange(job, travel, attempt)
        except BaseException as error:
            # Hands in every failure, since the iterating thread would otherwise wait for ever.
            job.lost(ticket, error)
        job.under_way.discard(ticket)
        wakeups.put(None)
    _queue_by_worker.pop(threading.current_thread(), None)


def _exchange(job: Job, travel: Any, attempt: Any) -> None:
    """Signs the request if the client has a function ``sign``, sends it, and hands in the result."""
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
            _refuse_awaitable(job.before_send(job.outgoing(attempt, request)))
        except BaseException as error:
            job.prevented(ticket, error)
            return
    began = job.departs()
    try:
        status, headers, body = travel(request, **limits)
        job.answered(attempt, request, began, status, headers, body)
    except BaseException as error:
        job.broken(attempt, request, began, error)


def _refuse_awaitable(result: Any) -> None:
    if hasattr(result, "__await__"):
        if hasattr(result, "close"):
            result.close()
        raise TypeError(
            "before_send: returned an awaitable, which dispatch cannot await; pass a plain function, or use adispatch"
        )


# A forked process has no copies of the threads.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_queue_by_worker.clear)


@atexit.register
def _join_workers() -> None:
    """Waits at the end of the program for the requests in flight, including those of jobs that were garbage-collected."""
    workers = list(_queue_by_worker.items())
    for _, jobs in workers:
        jobs.put(None)
    for thread, _ in workers:
        thread.join()
