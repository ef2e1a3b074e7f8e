"""``koodrive report``."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager

from .. import _core
from .._errors import InvalidInputError
from .._job import report
from .._job.journal import Journal, snapshot
from ._exit_codes import DONE
from ._resume import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from ._output import Output


def run(arguments: Namespace, output: Output) -> int:
    """Shows the table, or the rows. Gives the exit code."""
    if arguments.rows and output.as_json:
        raise _core.refused("--json", f"prints one object, and --{arguments.rows} many lines; leave --json out, or pass --jsonl")
    with _journal(arguments.job, output) as journal:
        if arguments.rows is None:
            output.result({"rows": journal.counts()}, report.table(journal))
        else:
            for line in report.rows(journal, arguments.rows, everything=arguments.all):
                output.line(line)
    return DONE


@contextmanager
def _journal(path: str, output: Output) -> Iterator[Journal]:
    """That of a job that has ended, or a snapshot of one that is under way, in which nothing is settled."""
    try:
        journal = Journal(path, make=False)
    except InvalidInputError as error:
        if not getattr(error, "_is_in_use", False):
            raise
    else:
        with journal:
            opened(journal)
            yield journal
        return
    with tempfile.TemporaryDirectory() as folder, Journal(snapshot(path, folder), make=False) as journal:
        if journal.job is None:
            raise _core.refused("--job", f"the rows of {path} are still being read; report when the first are sent")
        output.message("koodrive: the job is under way; this is how it is now")
        yield journal
