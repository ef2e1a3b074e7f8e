"""Calls of the user's functions ``token`` and ``sign``, with the time-out of the call."""

from __future__ import annotations

import sys
import time

from ._convert import not_async

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any


class Deadline:
    """The end of the ``timeout`` of a call. The time runs from the creation of this object."""

    __slots__ = ("_end", "_timeout")

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._end = time.monotonic() + timeout

    @property
    def seconds(self) -> float:
        """The remaining seconds; 0 or less after the deadline."""
        return self._end - time.monotonic()

    def left(self) -> float:
        """Returns the remaining seconds for the exchange. Raises ``TimeoutError`` after the deadline, before anything is sent."""
        seconds = self.seconds
        if seconds <= 0:
            raise self.over("the request left")
        return seconds

    def over(self, what: str) -> TimeoutError:
        """Returns the error that says that the time-out ended before ``what``."""
        return TimeoutError(f"the timeout of {self._timeout:g} s was over before {what}")


class Question:
    """One call of a user's ``function``, which was passed as ``option``. Both methods raise ``TimeoutError`` at the deadline."""

    __slots__ = ("_deadline", "_function", "_option")

    def __init__(self, option: str, function: Callable[[], Any], deadline: Deadline) -> None:
        self._option = option
        self._function = function
        self._deadline = deadline

    def now(self) -> Any:
        """Returns the result of a plain function, and raises for an async one. A late result is discarded."""
        answer = not_async(self._option, self._function())
        if self._deadline.seconds > 0:
            return answer
        # The answer may be a token, and tracebacks show the variables of their frames.
        del answer
        raise self._late()

    async def awaited(self) -> Any:
        """Returns the result of a plain or an async function. An async function is cancelled at the deadline."""
        answer = self._function()
        if hasattr(answer, "__await__"):
            return await _until(self._deadline, answer, self._late)
        if self._deadline.seconds > 0:
            return answer
        del answer
        raise self._late()

    def _late(self) -> TimeoutError:
        return self._deadline.over(f"the function `{self._option}` returned")


async def _until(deadline: Deadline, answer: Awaitable[Any], late: Callable[[], TimeoutError]) -> Any:
    """Awaits ``answer`` until ``deadline``, on asyncio or trio. Imports neither, since one of them is already running."""
    asyncio, trio = sys.modules.get("asyncio"), sys.modules.get("trio")
    seconds = max(deadline.seconds, 0)
    if asyncio is not None and _is_on(asyncio):
        task = asyncio.ensure_future(answer)
        try:
            # `wait_for` would wait for a function that ignores its cancellation, and before Python 3.12 it may lose the
            # cancellation of the call.
            await asyncio.wait((task,), timeout=seconds)
            if not task.done():
                raise late()
            return task.result()
        finally:
            task.cancel()
    if trio is not None:
        with trio.move_on_after(seconds):
            return await answer
        raise late()
    return await answer


def _is_on(asyncio: Any) -> bool:
    """Returns whether a task of asyncio is running. With trio as a guest of asyncio, there is a loop but no task."""
    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        return False
