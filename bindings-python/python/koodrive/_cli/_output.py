"""Prints: one result on stdout, as text or as JSON, and messages on stderr."""

from __future__ import annotations

import io
import json
import os
import sys
import time

from .. import _core
from .._words import words
from ._exit_codes import INTERRUPTED, UNEXPECTED, exit_code

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional, TextIO

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
        #: Whether stdout could not take all that was to be printed.
        self.is_incomplete = False
        self._log: Optional[TextIO] = None
        self._verbose = False
        _open_closed_streams()
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # What the terminal's encoding lacks is shown escaped: no message is lost for one character.
                stream.reconfigure(errors="backslashreplace")

    def keep(self, log_file: Optional[str], verbose: bool) -> None:
        """Also writes messages to this file from now on; verbose shows every exchange of ``send`` and the traceback of a defect."""
        self._verbose = verbose
        if log_file is not None:
            try:
                self._log = open(log_file, "a", encoding="utf-8", errors="backslashreplace")
            except OSError as error:
                raise _core.refused("--log-file", f"{log_file} cannot be written ({error.strerror}); name another") from None
        if verbose:
            import logging

            logging.basicConfig(stream=self._log or sys.stderr, format="%(asctime)s %(message)s")
            logging.getLogger("koodrive").setLevel(logging.DEBUG)

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
        self.flush()
        if self.is_incomplete:
            # What stdout cannot take may still be seen here.
            self.message(text)

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
            _detach(sys.stdout)
        except (OSError, ValueError) as error:
            self._incomplete(error)

    def message(self, text: str) -> None:
        """For people, on stderr, and in the log."""
        self.log(text)
        try:
            print(text, file=sys.stderr, flush=True)
        except (OSError, ValueError):
            # A disk that is full, or a terminal that has gone.
            pass

    def log(self, text: str) -> None:
        """Writes to the log file alone, where there is one."""
        if self._log is not None:
            instant = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            try:
                self._log.write(f"{instant} {text}\n")
                self._log.flush()
            except (OSError, ValueError):
                pass

    def failed(self, text: str, error: BaseException, code: int, *, told_as_json: bool = True) -> None:
        """The end of a command by an error that is none of the service's: one line, and in the log where it came from."""
        self.message(f"koodrive: {text}")
        self._trace(error)
        if self.as_json and told_as_json:
            kind = {"kind": "failed", "outcome": "unknown", "retryable": False, "message": text}
            self.line(json.dumps({"ok": False, "exit_code": code, "error": dict.fromkeys(_FIELDS) | kind}))

    def unexpected(self, error: BaseException, *, told_as_json: bool = True) -> None:
        """The end of a command by a defect. A job has a report besides, which is then its JSON."""
        where = "; --log-file FILE or -v shows where it came from" if self._log is None and not self._verbose else ""
        text = f"unexpected error, {type(error).__name__}: {words(error)}{where}"
        self.failed(text, error, UNEXPECTED, told_as_json=told_as_json)

    def _trace(self, error: BaseException) -> None:
        if self._log is None and not self._verbose:
            return
        import traceback

        text = "".join(traceback.format_exception(type(error), error, error.__traceback__)).rstrip()
        self.log(text)
        if self._verbose:
            try:
                print(text, file=sys.stderr, flush=True)
            except (OSError, ValueError):
                pass

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
            self.line(json.dumps({"ok": False, "exit_code": INTERRUPTED, "error": {**error, "trace_id": self.sending}}))

    def flush(self) -> None:
        """At the end: the interpreter would complain of a reader that has gone, or of a disk that is full."""
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            _detach(sys.stdout)
        except (OSError, ValueError) as error:
            self._incomplete(error)
        try:
            sys.stderr.flush()
        except (OSError, ValueError):
            _detach(sys.stderr)

    def _incomplete(self, error: Exception) -> None:
        if not self.is_incomplete:
            self.is_incomplete = True
            self.message(f"koodrive: standard output cannot be written: {words(error)}")
        _detach(sys.stdout)


def _open_closed_streams() -> None:
    """A stream that was closed is nothing, and its number must not become that of the journal."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            try:
                os.fstat(number)
            except OSError:
                # The lowest number that is free, which is this one.
                os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(os.devnull, "r" if number == 0 else "w", encoding="utf-8"))


def _detach(stream: TextIO) -> None:
    """What is still buffered goes nowhere: the interpreter would end with a code of its own."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):
        pass


def _fields(error: KooDriveError) -> dict[str, Any]:
    return {name: str(error) if name == "message" else getattr(error, name, None) for name in _FIELDS}
