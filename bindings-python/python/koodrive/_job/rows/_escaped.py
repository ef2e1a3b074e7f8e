"""Fields of a CSV report that a spreadsheet would run as a formula: they get an apostrophe, which a job that reads the report removes."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: What a spreadsheet runs, or strips and then runs; also behind apostrophes, so that what was escaped can be told from what was not.
_RUN = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")

#: Columns that a report has and no other file.
_COLUMNS = {"body_sha256", "first_sent_at", "earlier_trace_ids", "job"}


def is_report(header: list[str]) -> bool:
    """Whether a file with these columns is a report."""
    return _COLUMNS <= set(header)


def escaped(field: Any) -> Any:
    """Returns ``field`` with an apostrophe before it where a spreadsheet would run it."""
    return f"'{field}" if isinstance(field, str) and _RUN.match(field) else field


def unescaped(field: str) -> str:
    """Returns what was escaped."""
    return field[1:] if field[:1] == "'" and _RUN.match(field) else field
