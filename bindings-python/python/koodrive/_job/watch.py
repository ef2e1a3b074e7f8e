"""Watches every exchange of a job: throttling, the last error, and the time until which the service asks to wait.

The dispatcher decides what is sent when. The watch makes one decision: it ends a job if no request ever left, always because of
the same cause.
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

#: Seconds without any request leaving after which the job ends. Only an outage from the start ends a job.
HALT_AFTER = 300.0


class Watch:
    """The observations of one job so far. Threads may share a watch without a lock, since its counts are only shown."""

    def __init__(self, client: Client, *, may_halt: bool) -> None:
        self._client = client
        self._call = NotifyPackageExpire(carrier_user_id="any", package_id="any")
        #: Number of answers with status 429, and with 503.
        self.throttled = self.unavailable = 0
        #: Exchanges without an answer, or with another status than 200 and 429.
        self.failed = 0
        #: Text of the last failed exchange, and the number of times in a row.
        self.last_error: Optional[str] = None
        self.times = 0
        #: Time until which the service asked to wait, in seconds since the epoch.
        self.wait_until = 0.0
        #: Why the watch ended the job, or None.
        self.halt: Optional[str] = None
        #: Called with "throttled" or "failed" after such an exchange.
        self.hear: Callable[[str], object] = lambda what: None
        #: Called to end the job.
        self.end: Callable[[], object] = lambda: None
        self._may_halt = may_halt
        self._started = time.monotonic()

    def blocking(self, travel: Callable[..., Any]) -> Callable[..., Any]:
        """Returns the transport ``travel`` with its exchanges watched."""

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
        """Returns the async transport ``travel`` with its exchanges watched."""

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
        # Any answer means that requests leave.
        self._may_halt = False
        if status == 200:
            return
        self.hear("throttled" if status == 429 else "failed")
        self.throttled += status == 429
        self.failed += status != 429
        self.unavailable += status == 503
        try:
            self._client.parse(self._call, status, headers, body)
        except KooDriveError as error:
            if error.retry_after:
                self.wait_until = max(self.wait_until, time.time() + error.retry_after)
            self._failed(_first_line(error))

    def _broken(self, error: Exception) -> None:
        self.hear("failed")
        self.failed += 1
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
    """Returns whether two causes are the same, apart from words with digits, such as ports and times."""
    return other is not None and _without_numbers(one) == _without_numbers(other)


def _without_numbers(text: str) -> str:
    return re.sub(r"\S*\d\S*", "", text)
