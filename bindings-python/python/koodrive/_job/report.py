"""Writes a journal's report: a table for people, or rows as CSV or JSON lines for an audit."""

from __future__ import annotations

import csv
import io
import json
import time

from .journal import BAD, COLUMNS, PENDING, REPEATED, SENDING
from .rows._escaped import escaped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from .journal import Journal

#: The states of rows in the order of the table, each with its meaning and what to do.
STATES = {
    "delivered": "the service took it",
    "unknown": "the service may have acted: ask Huawei about the trace ids; resume sends it again only with --repeat-unknown",
    "refused": "the service did not act: correct the cause; resume sends it again with --repeat-refused",
    "given_up": "the service did not act: resume sends it again",
    SENDING: "in flight: its request has left, or is about to leave",
    PENDING: "not sent: resume sends it",
    BAD: "never sent: correct the row, and run it in a job of its own",
    REPEATED: "an earlier row has the same user and package; sent once",
}

_INSTANTS = frozenset(("first_sent_at", "sent_at", "answered_at", "server_date"))


def table(journal: Journal, counts: dict[str, int]) -> str:
    """Returns the table of ``counts``, the numbers of rows by state."""
    job, source, created_at, _ = journal.job or ("none", "nothing", 0.0, None)
    lines = [f"job {job}, of {source}, {_instant(created_at)}: {sum(counts.values())} rows"]
    lines += [f"{state:<10} {counts[state]:>9}  {what}" for state, what in STATES.items() if state in counts]
    if forgotten := journal.forgotten:
        lines.append(f"forgotten  {forgotten:>9}  rows of the above, deleted from the journal")
    return "\n".join(lines)


def rows(journal: Journal, form: str, *, everything: bool, raw: bool = False) -> Iterator[str]:
    """Yields the lines of all rows, if ``everything``, or of the rows that were not delivered. ``form`` is "csv" or "jsonl".

    CSV is escaped for spreadsheets, unless ``raw``.
    """
    job = (journal.job or ("",))[0]
    found = journal.rows(everything=everything)
    columns = (*COLUMNS, "job")
    shown: Callable[[Any], Any] = _as_it_is if raw else escaped
    if form == "csv":
        yield _csv(columns)
    for row in found:
        fields = {**dict(zip(COLUMNS, row)), "job": job}
        for name in _INSTANTS:
            fields[name] = _instant(fields[name])
        if form == "csv":
            yield _csv(shown(fields[name]) for name in columns)
        else:
            yield json.dumps(fields, ensure_ascii=False)


def _as_it_is(field: Any) -> Any:
    return field


def _csv(fields: Any) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(fields)
    return line.getvalue()


def _instant(seconds: Any) -> Any:
    """Returns ISO 8601 in UTC, to the millisecond, or None."""
    if seconds is None:
        return None
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{milliseconds:03}Z"
