"""Hears of every exchange of a job: how often the service throttles, what failed last, until when it asks to wait, and whether nothing
ever gets through. It tells; what is sent when, the dispatcher decides, with one exception: a job of which no request ever left, for one
and the same cause, is ended.
"""

from __future__ import annotations

import re
import time

from .._core import NotifyPackageExpire
from .._errors import KooDriveError
from .._words import words
from ..transports._not_sent import NotSent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Optional

    from .._client import Client

#: Seconds after which a job is ended that reached nobody. An outage that begins later ends no job.
HALT_AFTER = 300.0


class Watch:
    """What was heard so far. Threads may share it: each count is only shown."""

    def __init__(self, client: Client, *, may_halt: bool) -> None:
        self._client = client
        self._call = NotifyPackageExpire(carrier_user_id="any", package_id="any")
        #: Answers with these statuses.
        self.throttled = self.unavailable = 0
        #: What the last exchange that failed said, and how often in a row that was.
        self.last_error: Optional[str] = None
        self.times = 0
        #: Until when the service asked to wait, in seconds since the epoch.
        self.wait_until = 0.0
        #: Why the job was ended; None where it was not.
        self.halt: Optional[str] = None
        #: Ends the job.
        self.end: Callable[[], object] = lambda: None
        self._may_halt = may_halt
        self._started = time.monotonic()

    def blocking(self, travel: Callable[..., Any]) -> Callable[..., Any]:
        """Returns a transport that is heard of."""

        def heard(request: Any, **limits: Any) -> Any:
            try:
                answer = travel(request, **limits)
            except Exception as error:
                self._broken(error)
                raise
            self._answered(*answer)
            return answer

        return heard

    def asynchronous(self, travel: Callable[..., Any]) -> Callable[..., Any]:
        """Returns the same for asyncio."""

        async def heard(request: Any, **limits: Any) -> Any:
            try:
                answer = await travel(request, **limits)
            except Exception as error:
                self._broken(error)
                raise
            self._answered(*answer)
            return answer

        return heard

    def _answered(self, status: int, headers: Any, body: Any) -> None:
        # Whatever was answered: somebody is reached.
        self._may_halt = False
        if status == 200:
            return
        self.throttled += status == 429
        self.unavailable += status == 503
        try:
            self._client.parse(self._call, status, headers, body)
        except KooDriveError as error:
            if error.retry_after:
                self.wait_until = max(self.wait_until, time.time() + error.retry_after)
            self._failed(_first_line(error))

    def _broken(self, error: Exception) -> None:
        text = _first_line(error)
        is_same = self.last_error is None or _same(text, self.last_error)
        self._may_halt = self._may_halt and isinstance(error, NotSent) and is_same
        self._failed(text)
        if self._may_halt and time.monotonic() - self._started >= HALT_AFTER:
            self.halt = (
                f"halted: no request has reached the service in {HALT_AFTER:.0f} s, each time for the same cause, "
                f"{self.last_error}; correct the cause and resume, or pass --no-halt to go on trying"
            )
            self.end()

    def _failed(self, text: str) -> None:
        self.times = self.times + 1 if _same(text, self.last_error) else 1
        self.last_error = text


def _first_line(error: BaseException) -> str:
    return words(error).partition("\n")[0]


def _same(one: str, other: Optional[str]) -> bool:
    """Whether two causes are one: words with a digit, such as ports and times, differ."""
    return other is not None and _without_numbers(one) == _without_numbers(other)


def _without_numbers(text: str) -> str:
    return re.sub(r"\S*\d\S*", "", text)
