"""Escapes fields of a CSV report that a spreadsheet would run as a formula.

Such a field gets an apostrophe in front. A job that reads the report removes the apostrophe.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The beginning of a field that a spreadsheet runs, perhaps after stripping. Apostrophes before it count too, so that escaping
#: can be undone.
_RUN = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")

#: Columns that only a report has.
_COLUMNS = {"body_sha256", "first_sent_at", "earlier_trace_ids", "job"}


def is_report(header: list[str]) -> bool:
    """Returns whether a file with the columns ``header`` is a report."""
    return _COLUMNS <= set(header)


def escaped(field: Any) -> Any:
    """Returns ``field``, with an apostrophe in front if a spreadsheet would run it."""
    return f"'{field}" if isinstance(field, str) and _RUN.match(field) else field


def unescaped(field: str) -> str:
    """Returns the original of an escaped ``field``."""
    return field[1:] if field[:1] == "'" and _RUN.match(field) else field
