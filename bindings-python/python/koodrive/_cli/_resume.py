"""``koodrive resume``."""

from __future__ import annotations

from .. import _core
from .._job.journal import Journal
from ._run import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from ._output import Output


def run(arguments: Namespace, output: Output) -> int:
    """Sends what waits. Gives the exit code."""
    task = Task(arguments, output)
    with Journal(arguments.job, make=False) as journal:
        opened(journal)
        states = ["given_up"]
        states += ["refused"] if arguments.repeat_refused else []
        states += ["unknown"] if arguments.repeat_unknown else []
        journal.again(*states)
        return task.send(journal)


def opened(journal: Journal) -> None:
    """What a process that was killed has left behind is unknown."""
    if journal.job is None:
        why = f"{journal.path} holds no job, since the source was not read to its end and nothing was sent; run it again"
        raise _core.refused("--job", why)
    journal.killed()
