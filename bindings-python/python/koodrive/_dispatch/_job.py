"""What both drivers share: the dispatcher with its options, items of a source, the end.

A driver takes a turn (``Dispatcher.turn``), which sends what is due and gathers outcomes, and does what that leaves to do. Turns
are taken while somebody waits for the next outcome, and only then: so nothing is sent for a user who has gone, and the source is
read in the user's own thread, or task.
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
    """One job, without its driver."""

    def __init__(
        self,
        client: BaseClient,
        hooks: Hooks,
        connect_timeout: float,
        timeout: float,
        options: dict[str, Any],
    ) -> None:
        if "renews_token" in options:
            raise _core.refused("renews_token", "not an option here; pass token, a function")
        #: A forked process has a copy of this object, but none of its threads, tasks and connections.
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
        #: What the user has not seen: fields of outcomes, by their names, and bad items.
        self.outcomes: deque[dict[str, Any] | BadItem] = deque()
        #: Calls that the dispatcher has asked for and that were not read yet.
        self.wanted = 0
        self.cancelled = False
        self.done = False
        #: Tickets that threads are at.
        self.under_way: set[int] = set()
        #: What is raised when the outcomes are out.
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
        """Whether this process is a fork of the one that the job belongs to."""
        return os.getpid() != self._process

    def check_process(self) -> None:
        """Raises in a fork: both processes would send the same calls."""
        if self.is_foreign:
            raise _core.misused("this job belongs to the process that made it; begin a job of its own in a forked process")

    def cancel(self) -> None:
        self.cancelled = True
        self.wanted = 0
        self.dispatcher.cancel()

    def fail(self, error: BaseException) -> None:
        """Ends the job with this, after the outcomes."""
        if self.failure is None:
            self.failure = error
        self.cancel()

    def end_of_source(self) -> None:
        self.wanted = 0
        self.dispatcher.finish()

    def take(self, item: Any) -> bool:
        """Takes what the source gave: a call, or a key and a call. Returns False where it is none and became an outcome."""
        key, call = item if isinstance(item, tuple) and len(item) == 2 else (self._read, item)
        self._read += 1
        try:
            if not isinstance(call, Call):
                found = type(call).__name__
                raise _core.refused("source", f"an item of type {found}; give calls, or pairs of a key and a call")
            self.dispatcher.push(key, call)
        except InvalidInputError as error:
            if not self._takes_bad_items:
                raise
            self.outcomes.append(BadItem(key=key, item=call, error=error.with_traceback(None)))
            return False
        self.wanted -= 1
        return True

    def renew(self, token: Any) -> None:
        """Takes what the token function gave. A text that cannot be a token may be half of one, from a file that is being written."""
        given = text("token", token)
        try:
            self.dispatcher.set_credentials(given)
        except InvalidInputError as unfit:
            self._no_token(unfit)

    def token_failed(self, error: Exception) -> None:
        """Takes that it gave none. The dispatcher asks again, but not where the function itself is of the wrong kind."""
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
        """After a halt, as the user decided."""
        if resumed:
            self.dispatcher.resume()
        else:
            self.fail(halt)

    # A failure that ends the job is noted before the outcome of its attempt: whoever iterates may be woken by the outcome.

    def outgoing(self, attempt: Any, request: Any) -> Outgoing:
        """Returns what ``before_send`` sees."""
        _, _, key, call, number = attempt
        return outgoing(key, call, number, request)

    def kept(self, ticket: int, error: BaseException) -> None:
        """Hands in an attempt that ``before_send`` has kept from leaving. The error ends the job."""
        self.fail(error)
        self.withdraw(ticket, words(error))

    def withdraw(self, ticket: int, cause: str) -> None:
        """Hands in an attempt that did not leave and will not."""
        self._hand_in(self.dispatcher.withdraw, ticket, cause)

    def give_up(self, ticket: int) -> None:
        """Waits for this one no longer."""
        self._hand_in(self.dispatcher.outcome_unknown, ticket, "the job was ended before an answer came")

    def _hand_in(self, failure: Callable[[int, str], Any], ticket: int, cause: str) -> Any:
        try:
            return failure(ticket, cause)
        except InvalidInputError:
            # One that has an outcome since it was given up, or had an answer before.
            return None

    def departs(self) -> Any:
        """Returns when an exchange begins, where somebody wants to know: by both clocks."""
        return None if self._on_exchange is None else (time.time(), time.monotonic())

    def answered(self, attempt: Any, request: Any, began: Any, status: int, headers: Any, body: Any) -> None:
        """Hands in an answer."""
        end = self.dispatcher.handle_response(attempt[0], status, headers, body)
        if began is not None:
            self._show(attempt, request, began, status, *(end or (None, None)))

    def broken(self, attempt: Any, request: Any, began: Any, error: BaseException) -> None:
        """Hands in an exchange without an answer. The error ends the job where no exchange can fare better."""
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
        """Hands in an attempt of which the outcome could not be handed in. The error ends the job."""
        self.fail(error)
        self._hand_in(self.dispatcher.outcome_unknown, ticket, "its outcome could not be handed in")

    def deadline(self) -> Deadline:
        """Returns the end of the time of one question and of the exchange that follows it."""
        return Deadline(self.limits["timeout"])

    def signed(self, unsigned: Any, signature: Any) -> Any:
        """Returns the request with what the user's function returned. After ``cancel`` nothing leaves any more."""
        request = unsigned.with_signature(text("sign", signature))
        if self.cancelled:
            raise RuntimeError("the job was cancelled before the request was signed")
        return request

    def unsigned(self, ticket: int, error: Exception) -> None:
        """Hands in an attempt for which there is no signature. A mistake of the program ends the job."""
        if isinstance(error, InvalidInputError):
            self.fail(error)
        self._hand_in(self.dispatcher.not_sent, ticket, words(error))

    def ask_for_signature(self, unsigned: Any, deadline: Deadline) -> Question:
        """Returns what the user's function is asked for a request that is not signed yet."""
        sign: Any = self.sign
        return Question("sign", partial(sign, unsigned.string_to_sign), deadline)

    def ask_for_token(self) -> Question:
        """Returns what the user's function is asked for when a fresh token is due."""
        token: Any = self.token
        return Question("token", token, self.deadline())
