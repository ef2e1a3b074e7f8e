"""A journal that a command has opened: whether it can be trusted, and what the last process has left behind."""

from __future__ import annotations

from .. import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .._job.journal import Journal
    from ._output import Output


def opened(journal: Journal, output: Output, *, may_be_old: bool = False) -> None:
    """What a process that was killed has left behind is unknown. Refuses a journal without its log, unless it may be old."""
    mark = journal.mark_of_use
    if mark.doubt is not None and not may_be_old:
        raise _core.refused("--job", f"{mark.doubt}, or pass --repeat-unknown to `koodrive resume` where repeats are safe")
    if journal.job is None:
        why = f"{journal.path} holds no job, since the source was not read to its end and nothing was sent; run it again"
        raise _core.refused("--job", why)
    if mark.killed is not None:
        output.message(f"koodrive: the journal was not closed by the last who used it: {mark.killed}; rows in flight then are unknown")
    journal.killed()
