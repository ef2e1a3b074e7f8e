"""Reads rows from CSV, JSON lines or standard input. Every bad row has its line and its reason.

Rows are read once, as a stream. Errors that show only at the end, such as the checksum of gzip or the number of rows, are raised
there. So nothing is sent before the last row was read.
"""

from __future__ import annotations

from typing import NamedTuple

from .. import _core
from .rows import _csv, _json_lines
from .rows._checks import Checks, Row
from .rows._csv import Columns
from .rows._bytes import opened
from .rows._text import encoding_named, lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Optional

__all__ = ["Checks", "Columns", "Row", "Rules", "Source"]

_MISSING_NEWLINE = (
    "the last line has no line break, so it may be cut; check it, and pass --allow-missing-newline if it is complete"
)


class Rules(NamedTuple):
    """The conditions on a source as a whole."""

    #: Sends the good rows of a source with bad rows.
    skip_bad: bool = False
    #: Accepts a last line without a line break.
    allow_missing_newline: bool = False
    #: The required number of rows, including bad rows.
    expected: Optional[int] = None
    #: Refuses a source without rows.
    fail_if_empty: bool = False


class Source:
    """A source by its ``name`` on the command line; ``-`` is standard input. ``shown`` is the number of bad rows to keep."""

    def __init__(
        self,
        name: str,
        form: Optional[str] = None,
        delimiter: Optional[str] = None,
        *,
        encoding: Optional[str] = None,
        columns: Columns = Columns(),
        checks: Optional[Checks] = None,
        rules: Rules = Rules(),
        shown: int = 0,
    ) -> None:
        self.name = name
        self._form = form
        self._delimiter = None if delimiter is None else _named(delimiter)
        self._encoding = None if encoding is None else encoding_named(encoding)
        self._columns = columns
        self._checks = checks or Checks()
        self._rules = rules
        self._shown = shown
        #: Line and reason of the first bad rows.
        self.first_bad: list[tuple[int, str]] = []
        #: Number of bad rows.
        self.bad = 0
        #: SHA-256 of the source in hex, with its compression; None until all rows were read.
        self.sha256: Optional[str] = None

    def rows(self) -> Iterator[Row]:
        """Yields all rows in order, including bad rows. Raises ``InvalidInputError`` at the end if nothing may be sent."""
        count = 0
        with opened(self.name) as (stream, hashed):
            for row in self._checked(lines(self.name, stream, self._encoding)):
                count += 1
                if row.bad is not None:
                    self.bad += 1
                    if self.bad <= self._shown:
                        self.first_bad.append((row.line, row.bad))
                yield row
            self.sha256 = hashed.hexdigest()
        self._judge(count)

    def _checked(self, text: Iterator[str]) -> Iterator[Row]:
        last = _Last(text)
        records = self._records(last)
        checked = self._checks.row
        for record in records:
            if last.is_cut and record[3] is None and not self._rules.allow_missing_newline:
                record = (*record[:3], _MISSING_NEWLINE)
            yield checked(*record)

    def _records(self, text: _Last) -> Iterator[_csv._Record]:
        blank, first = [], ""
        # Blank lines have line numbers, but do not show the format.
        for first in text:
            if not first.isspace():
                break
            blank.append(first)
        whole = text.from_the_beginning([*blank, first] if first else [])
        if (self._form or _form_of(self.name, first)) == "jsonl":
            return _json_lines.records(self.name, whole, self._columns)
        return _csv.records(self.name, whole, self._columns, self._delimiter)

    def _judge(self, count: int) -> None:
        """Raises ``InvalidInputError`` if the source breaks one of the rules. ``count`` is the number of rows."""
        rules = self._rules
        if self._checks.problem is not None:
            raise _core.refused(self.name, f"{self._checks.problem}, or pass --allow-unusual-ids; nothing was sent")
        if rules.expected is not None and count != rules.expected:
            problem = f"{count} rows, where {rules.expected} are expected; nothing was sent; get the file again"
            raise _core.refused("--expect-rows", problem)
        if rules.fail_if_empty and not count:
            raise _core.refused(self.name, "has no rows; nothing was sent (--fail-if-empty)")
        if self.bad and not rules.skip_bad:
            problem = (
                f"{self.bad} of {count} rows are bad; nothing was sent; correct them, or pass --skip-bad-rows to send the others"
            )
            raise _core.refused(self.name, problem)


class _Last:
    """Iterates over lines, and records whether the last one read has a line break."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.is_cut = False

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.is_cut = line[-1] not in "\r\n"
            yield line

    def from_the_beginning(self, read: list[str]) -> Iterator[str]:
        """Yields all lines: those of ``read``, and the remaining ones."""
        yield from read
        yield from self


def _form_of(name: str, first: str) -> str:
    name = name.lower().removesuffix(".gz")
    if name.endswith((".jsonl", ".ndjson", ".json")):
        return "jsonl"
    if name.endswith((".csv", ".tsv", ".txt")):
        return "csv"
    return "jsonl" if first.lstrip().startswith(("{", "[")) else "csv"


def _named(delimiter: str) -> str:
    found = _csv.DELIMITERS.get(delimiter.lower(), delimiter)
    if len(found) != 1 or found in '"\r\n':
        words = ", ".join(word for word in _csv.DELIMITERS if word.isalpha())
        raise _core.refused("--delimiter", f"{delimiter!r} is not a single character; pass one such as ; or a word: {words}")
    return found
