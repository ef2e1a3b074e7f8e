"""What a function of the user is asked for, a token or a signature, and the time that it may take."""

from __future__ import annotations

import sys
import time

from ._convert import not_async

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any


class Deadline:
    """The end of the ``timeout`` of a call. It is set before the first function of the user is called."""

    __slots__ = ("_end", "_timeout")

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._end = time.monotonic() + timeout

    @property
    def seconds(self) -> float:
        """Seconds that are left; 0 or less when the time is over."""
        return self._end - time.monotonic()

    def left(self) -> float:
        """Returns the seconds for the exchange. Raises ``TimeoutError`` where none are left, since nothing is sent then."""
        seconds = self.seconds
        if seconds <= 0:
            raise self.over("the request left")
        return seconds

    def over(self, what: str) -> TimeoutError:
        """Returns the error for ``what`` did not happen in time."""
        return TimeoutError(f"the timeout of {self._timeout:g} s was over before {what}")


class Question:
    """``option`` is the name under which the ``function`` was given. Both methods raise ``TimeoutError`` after the deadline."""

    __slots__ = ("_deadline", "_function", "_option")

    def __init__(self, option: str, function: Callable[[], Any], deadline: Deadline) -> None:
        self._option = option
        self._function = function
        self._deadline = deadline

    def now(self) -> Any:
        """Calls the function where nothing can be awaited. A plain function is not interrupted: its late answer is dropped."""
        answer = not_async(self._option, self._function())
        if self._deadline.seconds > 0:
            return answer
        # It may be a token, and tracebacks may be shown with the variables of their frames.
        del answer
        raise self._late()

    async def awaited(self) -> Any:
        """Calls the function, which may be async. An async function is cancelled at the deadline."""
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
    """Awaits ``answer`` until the deadline, on asyncio or trio. Imports neither: one of them is running."""
    asyncio, trio = sys.modules.get("asyncio"), sys.modules.get("trio")
    seconds = max(deadline.seconds, 0)
    if asyncio is not None and _is_on(asyncio):
        task = asyncio.ensure_future(answer)
        try:
            # Unlike `wait_for`: that waits for a function that ignores its cancellation, and before Python 3.12 it may lose
            # the cancellation of the call.
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
    """Whether a task of asyncio is running. There may be a loop and no task: trio as a guest of asyncio."""
    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        return False
