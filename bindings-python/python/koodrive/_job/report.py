"""What a journal says: a table for people, and rows for the auditor, as CSV or JSON lines."""

from __future__ import annotations

import csv
import io
import json
import time

from .journal import BAD, COLUMNS, PENDING, REPEATED, SENDING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .journal import Journal

#: In this order, and what is to be done about each.
_STATES = {
    "delivered": "the service took it",
    "unknown": "the service may have acted: ask Huawei about the trace ids; resume sends it again with --repeat-unknown alone",
    "refused": "the service did not act: correct the cause; resume sends it again with --repeat-refused",
    "given_up": "the service did not act: resume sends it again",
    SENDING: "under way now: its request has left, or is about to",
    PENDING: "not sent: resume sends it",
    BAD: "never sent: correct the row, and run it in a job of its own",
    REPEATED: "an earlier row has the same user and package; sent once",
}

_INSTANTS = frozenset(("first_sent_at", "sent_at", "answered_at", "server_date"))


def table(journal: Journal) -> str:
    """How many rows are in which state."""
    job, source, created_at = journal.job or ("none", "nothing", 0.0)
    counts = journal.counts()
    lines = [f"job {job}, of {source}, {_instant(created_at)}: {sum(counts.values())} rows"]
    lines += [f"{state:<10} {counts[state]:>9}  {what}" for state, what in _STATES.items() if state in counts]
    return "\n".join(lines)


def rows(journal: Journal, form: str, *, everything: bool) -> Iterator[str]:
    """Lines of ``form``, csv or jsonl: of all rows, or of those that were not delivered."""
    job, _, _ = journal.job or ("", "", 0.0)
    found = journal.rows(everything=everything)
    columns = (*COLUMNS, "job")
    if form == "csv":
        yield _csv(columns)
    for row in found:
        fields = {**dict(zip(COLUMNS, row)), "job": job}
        for name in _INSTANTS:
            fields[name] = _instant(fields[name])
        if form == "csv":
            yield _csv(fields[name] for name in columns)
        else:
            yield json.dumps(fields, ensure_ascii=False)


def _csv(fields: Any) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(fields)
    return line.getvalue()


def _instant(seconds: Any) -> Any:
    """ISO 8601 in UTC, to the millisecond."""
    if seconds is None:
        return None
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{milliseconds:03}Z"
