"""The part that both drivers share: the dispatcher with its options, the items of the source, and the end of a job.

A driver calls ``Dispatcher.turn``, which sends due requests, gathers outcomes and returns the next action. Drivers run only
while the user waits for the next outcome. So the job stops with its user, and the source is read in the user's own thread or
task.
"""

from __future__ import annotations

import os
import time
from collections import deque
from dataclasses import fields
from functools import partial

from .. import _core
from .._convert import number, text
from .._errors import InvalidInputError
from .._core import Call
from .._question import Deadline, Question
from .._send import checked, exchange, tell
from .._words import words
from ..transports._not_sent import NotSent, Unusable
from ._values import BadItem, Progress, halted, outgoing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Optional

    from .._base_client import BaseClient
    from ._values import Hooks, Outgoing


class Job:
    """The state of one job, without its driver."""

    def __init__(
        self,
        client: BaseClient,
        hooks: Hooks,
        connect_timeout: float,
        timeout: float,
        options: dict[str, Any],
    ) -> None:
        if "renews_token" in options:
            raise _core.refused("renews_token", "unknown option; pass a function as token")
        #: The process of the job. A fork copies this object without its threads, tasks and connections.
        self._process = os.getpid()
        self.token = client._token if hooks.token is None else hooks.token
        self.sign = client._sign
        numbers = [(name, number(name, value)) for name, value in options.items() if value is not None]
        numbers.append(("renews_token", float(self.token is not None)))
        self.dispatcher = _core.Dispatcher(client, numbers, int.from_bytes(os.urandom(8), "little"))
        self.limits = checked(connect_timeout, timeout, self.dispatcher.reply_limit)
        self.on_halt = hooks.on_halt
        self.before_send = hooks.before_send
        self._on_exchange = hooks.on_exchange
        self._takes_bad_items = hooks.on_bad_item == "outcome"
        #: Outcomes that the user has not taken yet: bad items, and fields of outcomes by name.
        self.outcomes: deque[dict[str, Any] | BadItem] = deque()
        #: Number of calls that the dispatcher asked for, less those read since.
        self.wanted = 0
        self.cancelled = False
        self.done = False
        #: Tickets of the exchanges in threads.
        self.under_way: set[int] = set()
        #: The error to raise after the last outcome.
        self.failure: Optional[BaseException] = None
        self._why_no_token: Optional[BaseException] = None
        self._read = 0

    @property
    def progress(self) -> Progress:
        self.check_process()
        counts = self.dispatcher.progress()
        return Progress(**{field.name: getattr(counts, field.name) for field in fields(Progress)})

    @property
    def is_foreign(self) -> bool:
        """Whether this process is a fork of the job's process."""
        return os.getpid() != self._process

    def check_process(self) -> None:
        """Raises in a forked process, since both processes would send the same calls."""
        if self.is_foreign:
            raise _core.misused("this job belongs to another process; start a job of its own after a fork")

    def cancel(self) -> None:
        self.cancelled = True
        self.wanted = 0
        self.dispatcher.cancel()

    def fail(self, error: BaseException) -> None:
        """Cancels the job, and raises ``error`` after the last outcome."""
        if self.failure is None:
            self.failure = error
        self.cancel()

    def end_of_source(self) -> None:
        self.wanted = 0
        self.dispatcher.finish()

    def take(self, item: Any) -> bool:
        """Takes an ``item`` of the source: a call, or a key and a call. Returns False for a bad item, which became an outcome."""
        key, call = item if isinstance(item, tuple) and len(item) == 2 else (self._read, item)
        self._read += 1
        try:
            if not isinstance(call, Call):
                found = type(call).__name__
                raise _core.refused("source", f"an item of type {found}; pass calls, or pairs of a key and a call")
            self.dispatcher.push(key, call)
        except InvalidInputError as error:
            if not self._takes_bad_items:
                raise
            self.outcomes.append(BadItem(key=key, item=item, error=error.with_traceback(None)))
            return False
        self.wanted -= 1
        return True

    def renew(self, token: Any) -> None:
        """Takes the result of the token function. Invalid text counts as a failure, since a file may be half written."""
        given = text("token", token)
        try:
            self.dispatcher.set_credentials(given)
        except InvalidInputError as unfit:
            self._no_token(unfit)

    def token_failed(self, error: Exception) -> None:
        """Takes a failure of the token function. The dispatcher asks again, unless the function itself is invalid."""
        if isinstance(error, InvalidInputError) and error.field == "token":
            self.fail(error)
        else:
            self._no_token(error)

    def _no_token(self, why: Exception) -> None:
        self._why_no_token = why
        self.dispatcher.token_failed()

    def halt(self, fields: str) -> Any:
        return halted(fields, self._why_no_token)

    def go_on(self, halt: BaseException, resumed: Any) -> None:
        """Resumes the job after a halt if ``resumed`` is true, and fails it with ``halt`` otherwise."""
        if resumed:
            self.dispatcher.resume()
        else:
            self.fail(halt)

    # These methods set a failure before they hand in the outcome, since an outcome may wake the iterating thread.

    def outgoing(self, attempt: Any, request: Any) -> Outgoing:
        """Returns the argument of ``before_send``."""
        _, _, key, call, number = attempt
        return outgoing(key, call, number, request)

    def prevented(self, ticket: int, error: BaseException) -> None:
        """Hands in an attempt that did not leave because ``before_send`` raised ``error``. The error ends the job."""
        self.fail(error)
        self.withdraw(ticket, words(error))

    def withdraw(self, ticket: int, cause: str) -> None:
        """Hands in an attempt that will not leave because of ``cause``."""
        self._hand_in(self.dispatcher.withdraw, ticket, cause)

    def give_up(self, ticket: int) -> None:
        """Hands in an attempt whose answer the job no longer waits for."""
        self._hand_in(self.dispatcher.outcome_unknown, ticket, "the job was ended before an answer came")

    def _hand_in(self, failure: Callable[[int, str], Any], ticket: int, cause: str) -> Any:
        try:
            return failure(ticket, cause)
        except InvalidInputError:
            # The attempt was given up, or got an answer, in the meantime.
            return None

    def departs(self) -> Any:
        """Returns the start of an exchange by both clocks, or None if there is no ``on_exchange``."""
        return None if self._on_exchange is None else (time.time(), time.monotonic())

    def answered(self, attempt: Any, request: Any, began: Any, status: int, headers: Any, body: Any) -> None:
        """Hands in an answer."""
        end = self.dispatcher.handle_response(attempt[0], status, headers, body)
        if began is not None:
            self._show(attempt, request, began, status, *(end or (None, None)))

    def broken(self, attempt: Any, request: Any, began: Any, error: BaseException) -> None:
        """Hands in an exchange without an answer. An unusable transport ends the job, since every exchange would fail."""
        is_unusable = isinstance(error, Unusable)
        if isinstance(error, Unusable):
            self.fail(error.refused())
        failure = self.dispatcher.not_sent if isinstance(error, NotSent) else self.dispatcher.outcome_unknown
        end = self._hand_in(failure, attempt[0], words(error))
        if began is not None and end is not None and not is_unusable:
            self._show(attempt, request, began, None, *end)

    def _show(
        self, attempt: Any, request: Any, began: tuple[float, float], status: Optional[int], kind: Any, outcome: Any
    ) -> None:
        trace_id = dict(request.headers)["x-traceid"]
        on_exchange: Any = self._on_exchange
        tell(on_exchange, exchange(attempt[3], request, trace_id, *began, status, kind, outcome))

    def lost(self, ticket: int, error: BaseException) -> None:
        """Hands in an attempt after handing in its outcome failed with ``error``. The error ends the job."""
        self.fail(error)
        self._hand_in(self.dispatcher.outcome_unknown, ticket, "its outcome could not be handed in")

    def deadline(self) -> Deadline:
        """Returns the deadline of one call of a user's function, together with the exchange that follows."""
        return Deadline(self.limits["timeout"])

    def signed(self, unsigned: Any, signature: Any) -> Any:
        """Returns the request with ``signature``, the result of the function ``sign``. Raises after ``cancel``."""
        request = unsigned.with_signature(text("sign", signature))
        if self.cancelled:
            raise RuntimeError("the job was cancelled before the request was signed")
        return request

    def unsigned(self, ticket: int, error: Exception) -> None:
        """Hands in an attempt without a signature. An ``InvalidInputError`` ends the job."""
        if isinstance(error, InvalidInputError):
            self.fail(error)
        self._hand_in(self.dispatcher.not_sent, ticket, words(error))

    def ask_for_signature(self, unsigned: Any, deadline: Deadline) -> Question:
        """Returns the question to the function ``sign`` for the request ``unsigned``."""
        sign: Any = self.sign
        return Question("sign", partial(sign, unsigned.string_to_sign), deadline)

    def ask_for_token(self) -> Question:
        """Returns the question to the function ``token``."""
        token: Any = self.token
        return Question("token", token, self.deadline())
