"""``koodrive run``, and what ``koodrive resume`` does in the same way: send what waits, and say what became of it."""

from __future__ import annotations

import functools
import os
import sqlite3
import tempfile

from .. import _core
from .._dispatch import HaltedError
from .._job import report
from .._job.journal import BAD, PENDING, Journal
from .._job.run import Sending
from ._exit_codes import BAD_INPUT, DONE, INTERRUPTED, NOT_SENT, OUTCOME_UNKNOWN, REFUSED
from . import _network
from ._settings import Settings, read
from ._source_arguments import source as named_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Optional

    from .._job.source import Source
    from ..transports._network import Network
    from ._output import Output


def run(arguments: Namespace, output: Output) -> int:
    """Checks the rows, and sends them. Gives the exit code."""
    source = named_source(arguments)
    if arguments.dry_run:
        with tempfile.TemporaryDirectory() as folder, Journal(os.path.join(folder, "job"), make=True) as journal:
            _load(journal, source, output)
            return _result(journal, output, BAD_INPUT if journal.counts().get(BAD) else DONE)
    settings = Settings(arguments)
    network = _network.network(arguments, settings.client.settings.endpoint)
    with Journal(arguments.job, make=True) as journal:
        if journal.job is not None:
            raise _core.refused("--job", f"{arguments.job} holds a job already; resume it, or name another file")
        _load(journal, source, output)
        return send(journal, settings, network, arguments, output)


def send(
    journal: Journal, settings: Settings, network: Optional[Network], arguments: Namespace, output: Output
) -> int:
    """Sends what waits."""
    file = settings.token_file
    # Whoever renews it writes it there.
    token = None if file in (None, "-") else functools.partial(read, settings.token_file_name, file)
    options = {name: getattr(arguments, name) for name in ("rate", "concurrency", "token_age", "timeout", "connect_timeout")}
    sending = Sending(journal, settings.client, journal.counts().get(PENDING, 0), token, options)
    code = None
    try:
        try:
            sending.run(arguments.transport, network)
        except HaltedError as halt:
            output.message(f"koodrive: {halt}")
            code = REFUSED
        except BaseException:
            if sending.interrupted < 2:
                raise
            output.message("ended at once; what was in flight is unknown")
        journal.flush()
    except sqlite3.Error as error:
        output.message(f"koodrive: the journal cannot be written: {error}; nothing more was sent")
        return OUTCOME_UNKNOWN
    if sending.interrupted:
        # What was in flight when it ended at once.
        journal.killed()
        code = INTERRUPTED
    return _result(journal, output, code)


def _result(journal: Journal, output: Output, code: Optional[int]) -> int:
    counts = journal.counts()
    if code != INTERRUPTED and counts.get("unknown"):
        code = OUTCOME_UNKNOWN
    if code is None:
        states = (("refused", REFUSED), ("given_up", NOT_SENT), (PENDING, NOT_SENT), (BAD, BAD_INPUT))
        code = next((code for state, code in states if counts.get(state)), DONE)
    output.result({"rows": counts}, report.table(journal), code=code)
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
