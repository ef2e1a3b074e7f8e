"""The asyncio driver: one task for each exchange, one that reads an async source, and one that fetches a token."""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

from .. import _core
from ..transports import _sessions
from ._job import Job
from ._values import check_action, outcome, unknown_action

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Coroutine, Iterable
    from typing import Any, Optional, Union

    from .._base_client import BaseClient
    from ._values import CallOutcome, Hooks, Progress

_Key = TypeVar("_Key")
_Reply = TypeVar("_Reply")


class AsyncDispatch(Generic[_Key, _Reply]):
    """A running job of ``Client.adispatch``: an async iterator of outcomes, and a context manager that ends the job.

    Sending happens inside the ``async for`` loop: a slow loop body slows the job. The loop ends, also by a cancellation,
    only when no request is in flight. The remaining outcomes can still be iterated over, also after the ``async with``
    block and after ``aclose``.

    A job belongs to its process; a forked process cannot use the job.
    """

    __module__ = "koodrive"

    def __init__(
        self,
        client: BaseClient,
        source: Union[Iterable[Any], AsyncIterable[Any]],
        transport: Any,
        hooks: Hooks,
        connect_timeout: float,
        timeout: float,
        options: dict[str, Any],
    ) -> None:
        self._travel = _sessions.asynchronous(transport)
        self._job = job = Job(client, hooks, connect_timeout, timeout, options)
        self._is_async = hasattr(source, "__aiter__")
        self._items: Any = source.__aiter__() if self._is_async else iter(source)  # type: ignore[union-attr,arg-type]
        self._turn = job.dispatcher.turn
        self._loop: Any = None
        self._waiter: Any = None
        #: The ticket of each exchange's task.
        self._exchanges: dict[asyncio.Task[None], int] = {}
        #: Tickets of requests that may have left. Other exchanges wait for ``sign`` or ``before_send``.
        self._departed: set[int] = set()
        #: Wakes the reader, which waits after a bad item until the present outcomes were taken.
        self._taken: Any = None
        #: The tasks of the reader and of the token function.
        self._others: set[asyncio.Task[Any]] = set()

    @property
    def progress(self) -> Progress:
        """The progress of the job."""
        return self._job.progress

    @property
    def source_ended(self) -> bool:
        """Whether the source was read to its end. Calls that were not read have no outcome."""
        return self._job.progress.source_ended

    def cancel(self) -> None:
        """Stops sending. The iteration goes on until no request is in flight; calls not yet sent come out as "not_sent"."""
        self._job.check_process()
        self._job.cancel()
        for task in self._others:
            if task is not _current():
                task.cancel()
        self._wake()

    async def aclose(self) -> None:
        """Cancels the job, and returns when no request is in flight. The remaining outcomes can still be iterated over."""
        if self._job.is_foreign:
            # The tasks and requests belong to the other process.
            return
        await self._settle()
        self._job.failure = None

    def __aiter__(self) -> AsyncDispatch[_Key, _Reply]:
        return self

    async def __anext__(self) -> CallOutcome[_Key, _Reply]:
        job = self._job
        job.check_process()
        try:
            await self._advance()
        except BaseException:
            # A cancellation, or an exception of on_halt.
            await self._settle()
            raise
        if job.outcomes:
            first = outcome(job.outcomes.popleft())
            if self._taken is not None and not job.outcomes:
                self._taken.set()
            return first  # type: ignore[no-any-return]
        failure, job.failure = job.failure, None
        raise StopAsyncIteration if failure is None else failure

    async def __aenter__(self) -> AsyncDispatch[_Key, _Reply]:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return (
            "<koodrive.AsyncDispatch of another process>" if self._job.is_foreign else f"<koodrive.AsyncDispatch {self.progress}>"
        )

    async def _advance(self) -> None:
        """Runs the job until there is an outcome, or the job is done."""
        job = self._job
        if self._loop is None:
            self._begin()
        while not job.done:
            step = self._turn(self._start, job.outcomes.append)
            if step.action == "calls":
                job.wanted = step.most
                if self._is_async:
                    self._spawn(self._read())
            elif step.action == "token":
                self._spawn(self._renew())
            elif step.action == "halted":
                halt = job.halt(step.halt)
                resumed: Any = None if job.on_halt is None else job.on_halt(halt)
                job.go_on(halt, await resumed if hasattr(resumed, "__await__") else resumed)
            elif step.action == "done":
                await self._end()
            elif step.action != "wait":
                raise unknown_action(step.action)
            elif job.outcomes:
                return
            elif job.wanted > 0 and not self._is_async:
                self._read_one()
            else:
                await self._wait(step.seconds)

    def _begin(self) -> None:
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            raise _core.misused("adispatch needs a running asyncio loop; call it there, or use dispatch in a thread") from None

    async def _settle(self) -> None:
        """Cancels the job, and waits for the requests in flight. A cancellation ends the wait, and their outcomes are unknown."""
        job = self._job
        self.cancel()
        try:
            while not job.done:
                step = self._turn(self._start, job.outcomes.append)
                if step.action == "wait":
                    await self._wait(step.seconds)
                elif step.action == "done":
                    await self._end()
                else:
                    check_action(step.action)
        except BaseException:
            self._abandoned = True
            for task in self._exchanges:
                task.cancel()
            raise

    async def _end(self) -> None:
        self._job.done = True
        for task in self._others:
            task.cancel()
        if self._others:
            await asyncio.wait(self._others)

    def _start(self, attempt: Any) -> None:
        task: asyncio.Task[None] = self._loop.create_task(self._exchange(attempt))
        self._exchanges[task] = attempt[0]
        # A callback also runs for a task that was cancelled before it started.
        task.add_done_callback(self._hand_in)

    async def _exchange(self, attempt: Any) -> None:
        """Signs the request if the client has a function ``sign``, sends it, and hands in the result."""
        job = self._job
        ticket, request, *_ = attempt
        limits = job.limits
        if job.sign is not None:
            deadline = job.deadline()
            try:
                request = job.signed(request, await job.ask_for_signature(request, deadline).awaited())
                limits = {**limits, "timeout": deadline.left()}
            except Exception as error:
                job.unsigned(ticket, error)
                return
        if job.before_send is not None:
            try:
                result = job.before_send(job.outgoing(attempt, request))
                if hasattr(result, "__await__"):
                    await result
            except Exception as error:
                job.prevented(ticket, error)
                return
        self._departed.add(ticket)
        began = job.departs()
        try:
            status, headers, body = await self._travel(request, **limits)
            job.answered(attempt, request, began, status, headers, body)
        except Exception as error:
            job.broken(attempt, request, began, error)
        except asyncio.CancelledError:
            job.broken(attempt, request, began, asyncio.CancelledError("the exchange was cancelled"))
            raise

    def _hand_in(self, task: asyncio.Task[None]) -> None:
        ticket = self._exchanges.pop(task)
        if task.cancelled():
            if ticket not in self._departed:
                self._job.withdraw(ticket, "the job was ended before the request left")
        elif (error := task.exception()) is not None:
            # Hands in every failure, since the iterating task would otherwise wait for ever.
            self._job.lost(ticket, error)
        self._departed.discard(ticket)
        self._wake()

    def _read_one(self) -> None:
        job = self._job
        try:
            job.take(next(self._items))
        except StopIteration:
            job.end_of_source()
        except Exception as error:
            job.fail(error)

    async def _read(self) -> None:
        job = self._job
        try:
            while job.wanted > 0:
                try:
                    item = await self._items.__anext__()
                except StopAsyncIteration:
                    job.end_of_source()
                else:
                    if not job.take(item):
                        # The dispatcher does not count bad items, so one at a time is kept.
                        self._taken = asyncio.Event()
                        self._wake()
                        await self._taken.wait()
                self._wake()
        except Exception as error:
            job.fail(error)
            self._wake()

    async def _renew(self) -> None:
        job = self._job
        try:
            job.renew(await job.ask_for_token().awaited())
        except Exception as error:
            job.token_failed(error)
        self._wake()

    async def _wait(self, seconds: Optional[float]) -> None:
        self._waiter = waiter = self._loop.create_future()
        timer = None if seconds is None else self._loop.call_later(seconds, self._wake)
        try:
            await waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task: asyncio.Task[Any] = self._loop.create_task(work)
        self._others.add(task)
        task.add_done_callback(self._others.discard)


def _current() -> Any:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None
