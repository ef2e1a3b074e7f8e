"""The command ``koodrive run``, and the part that it shares with ``koodrive resume``: sending pending rows."""

from __future__ import annotations

import functools
import os
import sqlite3
import tempfile

from .. import _core
from .._dispatch import HaltedError
from .._errors import KooDriveError
from .._job import transports
from .._job.journal import BAD, PENDING, Journal
from .._job.rows._bytes import check, sha256
from .._job.run import HaltedUnreached, Sending
from . import _network
from ._ending import Ending
from ._exit_codes import BAD_INPUT, DONE, INTERRUPTED, NOT_SENT, OUTCOME_UNKNOWN, REFUSED, UNEXPECTED
from ._opened import opened
from ._settings import Settings, read
from ._source_arguments import source as named_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Optional

    from .._job.source import Source
    from ._output import Output


def run(arguments: Namespace, output: Output) -> int:
    """Checks the rows of a source, sends them, and returns the exit code."""
    source = named_source(arguments)
    ending = Ending(arguments, output, source)
    if arguments.dry_run:
        with tempfile.TemporaryDirectory() as folder, Journal(os.path.join(folder, "job"), make=True) as journal:
            _load(journal, source, output)
            return _result(journal, output, ending, BAD_INPUT if journal.counts().get(BAD) else DONE)
    # An error here must not leave a new journal behind.
    task = Task(arguments, output, ending)
    if not (arguments.or_resume and os.path.exists(arguments.job)):
        check(source.name)
    with Journal(arguments.job, make=True) as journal:
        if journal.job is None:
            _load(journal, source, output)
        elif arguments.or_resume:
            _check_source(journal, source.name, output)
            opened(journal, output)
            journal.again("given_up")
            output.message("koodrive: going on with the job of the journal")
        else:
            raise _core.refused(
                "--job", f"{arguments.job} holds a job already; pass --or-resume, use `koodrive resume`, or pass another file"
            )
        return task.send(journal)


def _check_source(journal: Journal, name: str, output: Output) -> None:
    """Raises unless ``name`` is the source of the job. Compares the names, and the content if the source still exists."""
    assert journal.job is not None
    _, known, _, known_hash = journal.job
    if known != name.encode("utf-8", "backslashreplace").decode():
        raise _core.refused("--or-resume", f"the journal holds a job of {known}; pass another journal for {name}")
    if name != "-" and not os.path.exists(name):
        output.message(f"koodrive: {name} no longer exists; its rows are in the journal")
    elif sha256(name) != known_hash:
        raise _core.refused(
            "--or-resume",
            f"{name} has changed since the job was created (the SHA-256 was {known_hash}); pass another journal for the new file, "
            "or use `koodrive resume` for the old job",
        )


class Task:
    """The settings of a run, checked before a journal is created: credentials, options and transport."""

    def __init__(self, arguments: Namespace, output: Output, ending: Ending) -> None:
        self._arguments = arguments
        self._output = output
        self._ending = ending
        settings = Settings(arguments)
        self._client = settings.client
        self._network = _network.network(arguments, self._client.settings.endpoint)
        file = settings.token_file
        # The file is read again for a fresh token.
        self._token = None if file in (None, "-") else functools.partial(read, settings.token_file_name, file)
        names = ("rate", "concurrency", "token_age", "timeout", "connect_timeout")
        self._options = {name: getattr(arguments, name) for name in names}
        # An empty dispatch raises for options that are out of range.
        self._client.dispatch((), token=self._token, **self._options).close()
        self._transport, problem = transports.chosen(arguments.transport)
        if problem is not None:
            output.message(f"koodrive: sending over threads, since aiohttp cannot be used: {problem}")

    def send(self, journal: Journal) -> int:
        """Sends the pending rows, reports, and returns the exit code."""
        output, ending = self._output, self._ending
        counts, _ = ending.read(journal)
        sending = Sending(
            journal,
            self._client,
            counts.get(PENDING, 0),
            self._token,
            self._options,
            may_halt=not self._arguments.no_halt,
            log=output.log,
            tell=ending.progress,
        )
        ending.watch = sending.watch
        journal.take()
        code = None
        try:
            try:
                sending.run(self._transport, self._network)
            except (HaltedError, HaltedUnreached) as halted:
                ending.halt = str(halted)
                output.end_with(ending.halt)
                code = REFUSED
            except sqlite3.Error:
                raise
            except BaseException as error:
                if sending.interrupted >= 2:
                    output.end_with("ended at once; rows in flight are unknown")
                elif isinstance(error, KooDriveError) or not isinstance(error, Exception):
                    ending.read(journal)
                    raise
                else:
                    output.unexpected(error, told_as_json=False)
                    code = UNEXPECTED
            journal.flush()
        except sqlite3.Error as error:
            output.end_with(f"the journal cannot be written: {error}; nothing more was sent")
            code = OUTCOME_UNKNOWN
        else:
            if code == UNEXPECTED or sending.interrupted:
                # Sets the rows in flight to unknown.
                journal.killed()
            if sending.interrupted:
                code = INTERRUPTED
        return _result(journal, output, ending, code)


def _result(journal: Journal, output: Output, ending: Ending, code: Optional[int]) -> int:
    counts, table = ending.read(journal)
    if code != INTERRUPTED and counts.get("unknown"):
        code = OUTCOME_UNKNOWN
    if code is None:
        states = (("refused", REFUSED), ("given_up", NOT_SENT), (PENDING, NOT_SENT), (BAD, BAD_INPUT))
        code = next((code for state, code in states if counts.get(state)), DONE)
    output.result(ending.fields(), table, code=code)
    return code


def _load(journal: Journal, source: Source, output: Output) -> None:
    """Loads the rows of ``source`` into the journal, and shows the first bad ones, also if the source is refused."""
    try:
        journal.load(source.name, source.rows(), lambda: source.sha256)
    finally:
        for line, reason in source.first_bad:
            output.message(f"line {line}: {reason}")
        more = source.bad - len(source.first_bad)
        if more > 0:
            output.message(f"and {more} more bad rows; --show-bad-rows {source.bad} shows all")
