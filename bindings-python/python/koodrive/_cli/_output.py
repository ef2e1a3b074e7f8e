"""Prints: one result on stdout, as text or as JSON, and messages on stderr."""

from __future__ import annotations

import io
import json
import os
import sys

from ._exit_codes import INTERRUPTED, exit_code

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

    from .._errors import KooDriveError

#: Of an error, in this order.
_FIELDS = (
    "kind", "outcome", "retryable", "message", "status", "code", "msg", "request_id", "trace_id", "x_date", "retry_after", "body",
    "field",
)  # fmt: skip


class Output:
    """Where a command prints. A reader of stdout that has seen enough changes nothing: what was done is done."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        #: The trace id of a notification that is on its way, for an interruption.
        self.sending: Optional[str] = None
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # What the terminal's encoding lacks is shown escaped: no message is lost for one character.
                stream.reconfigure(errors="backslashreplace")

    def result(
        self,
        fields: dict[str, Any],
        text: str,
        *,
        exact: bool = False,
        error: Optional[KooDriveError] = None,
        code: Optional[int] = None,
    ) -> None:
        """``text`` as lines, or ``fields`` as JSON. ``exact`` text is for programs: UTF-8 whatever the terminal's encoding."""
        if self.as_json:
            code = exit_code(error) if code is None else code
            text = json.dumps({"ok": code == 0, "exit_code": code, **fields, "error": error and _fields(error)})
        self.line(text, exact=exact)

    def line(self, text: str, *, exact: bool = True) -> None:
        """One of many."""
        line = f"{text}\n"
        try:
            if exact and hasattr(sys.stdout, "buffer"):
                sys.stdout.flush()
                sys.stdout.buffer.write(line.encode())
            else:
                sys.stdout.write(line)
        except BrokenPipeError:
            _detach()

    def message(self, text: str) -> None:
        """For people, on stderr."""
        print(text, file=sys.stderr)

    def error(self, error: KooDriveError) -> None:
        """The end of a command that has nothing else to show."""
        self.message(f"koodrive: {error}")
        if self.as_json:
            self.result({}, "", error=error)

    def interrupted(self) -> None:
        """Ctrl-C."""
        text = "interrupted; no notification was sent"
        if self.sending is not None:
            text = (
                f"interrupted, trace id {self.sending}; whether the request had left, and the service acted on it, is unknown, "
                "so do not repeat it unless repeats are safe"
            )
        self.message(f"koodrive: {text}")
        if self.as_json:
            outcome = "not_sent" if self.sending is None else "unknown"
            error = dict.fromkeys(_FIELDS) | {"kind": "interrupted", "outcome": outcome, "retryable": False, "message": text}
            print(json.dumps({"ok": False, "exit_code": INTERRUPTED, "error": {**error, "trace_id": self.sending}}))

    def flush(self) -> None:
        """At the end: the interpreter would complain of a reader that has gone."""
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            _detach()


def _detach() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fields(error: KooDriveError) -> dict[str, Any]:
    return {name: str(error) if name == "message" else getattr(error, name, None) for name in _FIELDS}
