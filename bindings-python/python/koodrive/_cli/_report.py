"""The command ``koodrive report``."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager

from .. import _core
from .._errors import InvalidInputError
from .._job import page, report
from .._job.journal import Journal, snapshot
from ._exit_codes import DONE
from ._opened import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from ._output import Output


def run(arguments: Namespace, output: Output) -> int:
    """Shows the table, or the rows, and returns the exit code."""
    if arguments.rows and output.as_json:
        raise _core.refused(
            "--json", f"prints one object, but --{arguments.rows} prints lines; leave out --json, or pass --jsonl"
        )
    if arguments.raw and arguments.rows != "csv":
        raise _core.refused("--raw", "is for --csv; every other format shows fields unchanged")
    if arguments.all and arguments.rows == "html":
        raise _core.refused("--all", "is for --csv and --jsonl; the page of --html counts all rows and lists the unknown ones")
    with _journal(arguments.job, output) as (journal, is_under_way):
        if arguments.rows == "html":
            for piece in page.page(journal, warning=journal.mark_of_use.doubt, is_under_way=is_under_way):
                output.line(piece)
        elif arguments.rows is None:
            warning = journal.mark_of_use.doubt
            counts = journal.counts()
            table = report.table(journal, counts)
            job, source, created_at, sha256 = journal.job or (None, None, None, None)
            fields = {"job": job, "source": source, "source_sha256": sha256, "created_at": created_at, "rows": counts}
            fields |= {"forgotten": journal.forgotten, "is_under_way": is_under_way, "warning": warning}
            output.result(fields, table if warning is None else f"WARNING: {warning}\n{table}")
        else:
            if journal.mark_of_use.doubt is not None:
                output.message(f"koodrive: WARNING: {journal.mark_of_use.doubt}")
            for line in report.rows(journal, arguments.rows, everything=arguments.all, raw=arguments.raw):
                output.line(line)
    return DONE


@contextmanager
def _journal(path: str, output: Output) -> Iterator[tuple[Journal, bool]]:
    """Opens the journal at ``path``, or a copy of it while its job is running. Yields it, and whether the job is running.

    Rows of a running job stay as they are: only a journal that its process has left can have rows that are now unknown.
    """
    try:
        journal = Journal(path, make=False)
    except InvalidInputError as error:
        if not getattr(error, "_is_in_use", False):
            raise
    else:
        with journal:
            if journal.mark_of_use.doubt is None:
                opened(journal, output)
            yield journal, False
        return
    with tempfile.TemporaryDirectory() as folder, Journal(snapshot(path, folder), make=False) as journal:
        if journal.job is None:
            raise _core.refused("--job", f"the rows of {path} are still being read; report after the first requests")
        # The mark sees a copy, but this one is complete.
        journal.mark_of_use.doubt = None
        output.message("koodrive: the job is running; the report shows its present state")
        yield journal, True
