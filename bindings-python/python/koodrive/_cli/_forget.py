"""The command ``koodrive forget``."""

from __future__ import annotations

import time

from .. import _core
from .._job.journal import Journal
from ._exit_codes import DONE
from ._opened import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from ._output import Output


def run(arguments: Namespace, output: Output) -> int:
    """Deletes settled rows from a journal, and returns the exit code."""
    days = arguments.older_than
    if not days >= 0:
        raise _core.refused("--older-than", f"{days} is out of range; pass days, such as 90")
    with Journal(arguments.job, make=False) as journal:
        opened(journal, output)
        rows = journal.forget(time.time() - days * 86_400, including_unknown=arguments.including_unknown)
        counts = journal.counts()
    output.result({"forgotten": rows, "rows": counts}, f"{rows} rows are forgotten")
    return DONE
