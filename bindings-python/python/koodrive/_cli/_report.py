"""``koodrive report``."""

from __future__ import annotations

from .. import _core
from .._job import report
from .._job.journal import Journal
from ._exit_codes import DONE
from ._resume import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from ._output import Output


def run(arguments: Namespace, output: Output) -> int:
    """Shows the table, or the rows. Gives the exit code."""
    if arguments.rows and output.as_json:
        raise _core.refused("--json", f"prints one object, and --{arguments.rows} many lines; leave --json out, or pass --jsonl")
    with Journal(arguments.job, make=False) as journal:
        opened(journal)
        if arguments.rows is None:
            output.result({"rows": journal.counts()}, report.table(journal))
        else:
            for line in report.rows(journal, arguments.rows, everything=arguments.all):
                output.line(line)
    return DONE
