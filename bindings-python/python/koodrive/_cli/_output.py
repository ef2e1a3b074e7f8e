"""Prints one result on stdout, as text or JSON, and messages on stderr."""

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
    from collections.abc import Callable
    from typing import Any, Optional, TextIO

    from .._errors import KooDriveError

#: The fields of an error in JSON, in this order.
_FIELDS = (
    "kind", "outcome", "retryable", "message", "status", "code", "msg", "request_id", "trace_id", "x_date", "retry_after", "body",
    "field",
)  # fmt: skip


class Output:
    """The output of a command. A closed stdout is ignored, since the command's actions are already done."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        #: Trace id of the notification that is being sent, for the message of an interruption.
        self.sending: Optional[str] = None
        #: Whether a part of the output could not be written to stdout.
        self.is_incomplete = False
        #: Returns further fields for the JSON of an error, such as those of a job.
        self.fields: Callable[[], dict[str, Any]] = dict
        #: Called with the exit code at every end.
        self.ending: Callable[[int], object] = lambda code: None
        #: Message of the error that ended the command, or None.
        self.said: Optional[str] = None
        self._log: Optional[TextIO] = None
        self._verbose = False
        _open_closed_streams()
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # Escapes characters that the terminal's encoding lacks, since an error would lose the message.
                stream.reconfigure(errors="backslashreplace")

    def keep(self, log_file: Optional[str], verbose: bool) -> None:
        """Writes messages to ``log_file`` too, from now on. ``verbose`` shows exchanges, and tracebacks of unexpected errors."""
        self._verbose = verbose
        if log_file is not None:
            try:
                self._log = open(log_file, "a", encoding="utf-8", errors="backslashreplace")
            except OSError as error:
                raise _core.refused("--log-file", f"{log_file} cannot be written ({error.strerror}); pass another file") from None
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
        """Prints ``text``, or ``fields`` as JSON. ``exact`` text is for programs, so it is UTF-8 on any terminal."""
        if self.as_json:
            code = exit_code(error) if code is None else code
            text = json.dumps({"ok": code == 0, "exit_code": code, **fields, "error": error and _fields(error)})
        self.line(text, exact=exact)
        self.flush()
        if self.is_incomplete:
            # stderr may still work.
            self.message(text)

    def line(self, text: str, *, exact: bool = True) -> None:
        """Prints one line of a result."""
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
        """Prints ``text`` for people, on stderr and in the log file."""
        self.log(text)
        try:
            print(text, file=sys.stderr, flush=True)
        except (OSError, ValueError):
            # The disk is full, or the terminal is closed.
            pass

    def log(self, text: str) -> None:
        """Writes ``text`` to the log file, if there is one."""
        if self._log is not None:
            instant = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            try:
                self._log.write(f"{instant} {text}\n")
                self._log.flush()
            except (OSError, ValueError):
                pass

    def end_with(self, text: str) -> None:
        """Prints the message that ends the command."""
        self.said = text
        self.message(f"koodrive: {text}")

    def failed(self, text: str, error: BaseException, code: int, *, told_as_json: bool = True) -> None:
        """Ends the command with an error of this machine: prints one line, and writes the traceback to the log file."""
        self.end_with(text)
        self._trace(error)
        if self.as_json and told_as_json:
            kind = {"kind": "failed", "outcome": "unknown", "retryable": False, "message": text}
            self.line(json.dumps({"ok": False, "exit_code": code, **self.fields(), "error": dict.fromkeys(_FIELDS) | kind}))

    def unexpected(self, error: BaseException, *, told_as_json: bool = True) -> None:
        """Ends the command with an unexpected error. ``told_as_json`` is False for a job, whose report is the JSON."""
        where = "; --log-file FILE or -v shows the traceback" if self._log is None and not self._verbose else ""
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
        """Ends the command with an error of the library."""
        self.end_with(str(error))
        if self.as_json:
            self.result(self.fields(), "", error=error)

    def interrupted(self) -> None:
        """Ends the command after Ctrl-C."""
        text = "interrupted; no notification was sent"
        if self.sending is not None:
            text = (
                f"interrupted, trace id {self.sending}; the outcome is unknown, since the request may have left; repeat the call "
                "only if repeats are safe"
            )
        self.end_with(text)
        if self.as_json:
            outcome = "not_sent" if self.sending is None else "unknown"
            error = dict.fromkeys(_FIELDS) | {"kind": "interrupted", "outcome": outcome, "retryable": False, "message": text}
            error["trace_id"] = self.sending
            self.line(json.dumps({"ok": False, "exit_code": INTERRUPTED, **self.fields(), "error": error}))

    def flush(self) -> None:
        """Flushes both streams at the end, where the interpreter would report a closed pipe or a full disk."""
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
    """Opens closed standard streams on the null device, so that the journal does not get their descriptors."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            try:
                os.fstat(number)
            except OSError:
                # open returns the lowest free descriptor, which is this one.
                os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(os.devnull, "r" if number == 0 else "w", encoding="utf-8"))


def _detach(stream: TextIO) -> None:
    """Discards buffered output, since a failing flush would change the exit code of the interpreter."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):
        pass


def _fields(error: KooDriveError) -> dict[str, Any]:
    return {name: str(error) if name == "message" else getattr(error, name, None) for name in _FIELDS}
