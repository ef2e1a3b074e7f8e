"""The exit codes of the command line."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    from .._errors import KooDriveError

DONE, UNEXPECTED, BAD_INPUT, REFUSED, NOT_SENT, OUTCOME_UNKNOWN, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130


def exit_code(error: Optional[KooDriveError]) -> int:
    """Returns the exit code of ``error``, or 0 for None."""
    if error is None:
        return DONE
    if error.kind == "invalid_input":
        return BAD_INPUT
    return {"not_sent": NOT_SENT, "refused": REFUSED, "unknown": OUTCOME_UNKNOWN}[error.outcome]
