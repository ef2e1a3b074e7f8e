"""``koodrive run``, and what ``koodrive resume`` does in the same way: send what waits, and say what became of it."""

from __future__ import annotations

import functools
import os
import sqlite3
import tempfile
import time

from .. import _core
from .._dispatch import HaltedError
from .._errors import KooDriveError
from .._job import report, transports
from .._job.journal import BAD, PENDING, Journal
from .._job.run import HaltedUnreached, Sending
from ._exit_codes import BAD_INPUT, DONE, INTERRUPTED, NOT_SENT, OUTCOME_UNKNOWN, REFUSED, UNEXPECTED
from . import _network
from ._settings import Settings, read
from ._source_arguments import source as named_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Any, Optional

    from .._job.source import Source
    from ._output import Output

#: So many bad rows are in the JSON; the report lists all.
_SHOWN = 20


def run(arguments: Namespace, output: Output) -> int:
    """Checks the rows, and sends them. Gives the exit code."""
    source = named_source(arguments)
    if arguments.dry_run:
        with tempfile.TemporaryDirectory() as folder, Journal(os.path.join(folder, "job"), make=True) as journal:
            _load(journal, source, output)
            return _result(journal, output, BAD_INPUT if journal.counts().get(BAD) else DONE)
    # Before the journal is made: what is refused here leaves its name free.
    task = Task(arguments, output)
    with Journal(arguments.job, make=True) as journal:
        if journal.job is None:
            _load(journal, source, output)
        elif arguments.or_resume:
            _check_source(journal, source.name)
            journal.killed()
            journal.again("given_up")
            output.message("koodrive: going on with the job of the journal")
        else:
            raise _core.refused(
                "--job", f"{arguments.job} holds a job already; resume it, pass --or-resume, or name another file"
            )
        return task.send(journal)


def _check_source(journal: Journal, name: str) -> None:
    assert journal.job is not None
    known = journal.job[1]
    if known != name.encode("utf-8", "backslashreplace").decode():
        raise _core.refused("--or-resume", f"the journal holds a job of {known}; name another journal for {name}")


class Task:
    """What is to be sent with, checked before a journal is touched: credentials, numbers, transport."""

    def __init__(self, arguments: Namespace, output: Output) -> None:
        self._arguments = arguments
        self._output = output
        settings = Settings(arguments)
        self._client = settings.client
        self._network = _network.network(arguments, self._client.settings.endpoint)
        file = settings.token_file
        # Whoever renews it writes it there.
        self._token = None if file in (None, "-") else functools.partial(read, settings.token_file_name, file)
        names = ("rate", "concurrency", "token_age", "timeout", "connect_timeout")
        self._options = {name: getattr(arguments, name) for name in names}
        # Refuses what is out of range.
        self._client.dispatch((), token=self._token, **self._options).close()
        self._transport, problem = transports.chosen(arguments.transport)
        if problem is not None:
            output.message(f"koodrive: sending over threads, since aiohttp cannot be used: {problem}")

    def send(self, journal: Journal) -> int:
        """Sends what waits, and reports. Gives the exit code."""
        output = self._output
        sending = Sending(
            journal,
            self._client,
            journal.counts().get(PENDING, 0),
            self._token,
            self._options,
            may_halt=not self._arguments.no_halt,
            log=output.log,
        )
        started = time.monotonic()
        code = halt = None
        try:
            try:
                sending.run(self._transport, self._network)
            except (HaltedError, HaltedUnreached) as halted:
                halt = str(halted)
                output.message(f"koodrive: {halt}")
                code = REFUSED
            except sqlite3.Error:
                raise
            except BaseException as error:
                if sending.interrupted >= 2:
                    output.message("ended at once; what was in flight is unknown")
                elif isinstance(error, KooDriveError) or not isinstance(error, Exception):
                    raise
                else:
                    output.unexpected(error, told_as_json=False)
                    code = UNEXPECTED
            journal.flush()
        except sqlite3.Error as error:
            output.message(f"koodrive: the journal cannot be written: {error}; nothing more was sent")
            code = OUTCOME_UNKNOWN
        else:
            if code == UNEXPECTED or sending.interrupted:
                # What was in flight when it ended.
                journal.killed()
            if sending.interrupted:
                code = INTERRUPTED
        ended = {"duration": time.monotonic() - started, "halt": halt, "last_error": sending.watch.last_error}
        return _result(journal, output, code, ended)


def _result(journal: Journal, output: Output, code: Optional[int], ended: Optional[dict[str, Any]] = None) -> int:
    counts = journal.counts()
    if code != INTERRUPTED and counts.get("unknown"):
        code = OUTCOME_UNKNOWN
    if code is None:
        states = (("refused", REFUSED), ("given_up", NOT_SENT), (PENDING, NOT_SENT), (BAD, BAD_INPUT))
        code = next((code for state, code in states if counts.get(state)), DONE)
    job, source, created_at = journal.job or (None, None, None)
    fields = {
        "rows": counts,
        "job": job,
        "source": source,
        "created_at": created_at,
        "bad_rows": [{"line": line, "reason": reason} for line, reason in journal.bad(_SHOWN)],
        **(ended or {}),
    }
    output.result(fields, report.table(journal), code=code)
    return code


def _load(journal: Journal, source: Source, output: Output) -> None:
    """Takes the rows, or none, and shows the first bad ones in either case."""
    try:
        journal.load(source.name, source.rows())
    finally:
        for line, reason in source.first_bad:
            output.message(f"line {line}: {reason}")
        more = source.bad - len(source.first_bad)
        if more > 0:
            output.message(f"and {more} more bad rows; --show-bad-rows {source.bad} shows all")
