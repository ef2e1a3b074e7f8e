"""Checks a journal that a command has opened, and settles the rows that a killed process left in flight."""

from __future__ import annotations

from .. import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .._job.journal import Journal
    from ._output import Output


def opened(journal: Journal, output: Output, *, repeats_unknown: bool = False, is_moved: bool = False) -> None:
    """Sets rows to unknown that were in flight when the last process was killed.

    Raises ``InvalidInputError`` for a journal without its log, and for a copy unless ``is_moved``. ``repeats_unknown`` allows
    both.
    """
    mark = journal.mark_of_use
    if mark.doubt is not None and not repeats_unknown and not (mark.is_copy and is_moved):
        ways_out = [
            "--moved, if it was moved here together with its log after that process had ended" if mark.is_copy else "",
            "--repeat-unknown, where repeats are safe",
        ]
        raise _core.refused("--job", f"{mark.doubt}, or pass to `koodrive resume` {', or '.join(filter(None, ways_out))}")
    if journal.job is None:
        why = f"{journal.path} holds no job, since the source was not read to its end; nothing was sent; run the command again"
        raise _core.refused("--job", why)
    if mark.killed is not None:
        output.message(
            f"koodrive: the journal was not closed by the last who used it: {mark.killed}; rows in flight then are unknown"
        )
    journal.killed()
