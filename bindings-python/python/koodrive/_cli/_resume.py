"""The command ``koodrive resume``."""

from __future__ import annotations

from .._job.journal import Journal
from ._ending import Ending
from ._opened import opened
from ._run import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from ._output import Output


def run(arguments: Namespace, output: Output) -> int:
    """Sends the waiting rows of a journal, and returns the exit code."""
    task = Task(arguments, output, Ending(arguments, output))
    with Journal(arguments.job, make=False) as journal:
        opened(journal, output, repeats_unknown=arguments.repeat_unknown, is_moved=arguments.moved)
        states = ["given_up"]
        states += ["refused"] if arguments.repeat_refused else []
        states += ["unknown"] if arguments.repeat_unknown else []
        journal.again(*states)
        return task.send(journal)
