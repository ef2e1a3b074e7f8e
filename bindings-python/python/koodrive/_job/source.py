"""Reads lapses from CSV, from JSON lines, or from standard input, and says of every bad row its line and the reason.

Rows are read once and in a stream. What can be known at the end alone, such as the checksum of gzip or the number of rows, is
raised there: so nothing is sent before the last row was read.
"""

from __future__ import annotations

from typing import NamedTuple

from .. import _core
from .rows import _csv, _json_lines
from .rows._checks import Checks, Row
from .rows._csv import Columns
from .rows._octets import opened
from .rows._text import encoding_named, lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Optional

__all__ = ["Checks", "Columns", "Row", "Rules", "Source"]

_MISSING_NEWLINE = "the last line has no line break, so it may be cut; check it, and pass --allow-missing-newline if it is whole"


class Rules(NamedTuple):
    """What a source must be for anything to be sent."""

    #: Rows that can be sent are, although others cannot.
    skip_bad: bool = False
    #: A last line without its line break is taken as a whole one.
    allow_missing_newline: bool = False
    #: The number of rows, the bad ones among them.
    expected: Optional[int] = None
    fail_if_empty: bool = False


class Source:
    """What is read, by its name on the command line; ``-`` is standard input."""

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
        #: Line and reason of the first bad rows, when all rows were read.
        self.first_bad: list[tuple[int, str]] = []
        #: How many rows are bad.
        self.bad = 0
        #: SHA-256 of its bytes as they are, compressed say, in hex; when all rows were read.
        self.sha256: Optional[str] = None

    def rows(self) -> Iterator[Row]:
        """All rows in their order, the bad ones among them. Raises ``InvalidInputError`` at the end where nothing may be sent."""
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
        # Blank lines count, but say nothing of the form.
        for first in text:
            if not first.isspace():
                break
            blank.append(first)
        whole = text.from_the_beginning([*blank, first] if first else [])
        if (self._form or _form_of(self.name, first)) == "jsonl":
            return _json_lines.records(self.name, whole, self._columns)
        return _csv.records(self.name, whole, self._columns, self._delimiter)

    def _judge(self, count: int) -> None:
        """Refuses the source as a whole."""
        rules = self._rules
        if self._checks.problem is not None:
            raise _core.refused(self.name, f"{self._checks.problem}, or pass --allow-unusual-ids; nothing was sent")
        if rules.expected is not None and count != rules.expected:
            problem = f"{count} rows, where {rules.expected} are expected; nothing was sent; get the file anew"
            raise _core.refused("--expect-rows", problem)
        if rules.fail_if_empty and not count:
            raise _core.refused(self.name, "has no rows; nothing was sent (--fail-if-empty)")
        if self.bad and not rules.skip_bad:
            problem = (
                f"{self.bad} of {count} rows are bad; nothing was sent; correct them, or pass --skip-bad-rows to send the others"
            )
            raise _core.refused(self.name, problem)


class _Last:
    """Lines; knows of the one that was read last whether it has its line break."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.is_cut = False

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.is_cut = line[-1] not in "\r\n"
            yield line

    def from_the_beginning(self, read: list[str]) -> Iterator[str]:
        """All lines: those that were read, and the others."""
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
        raise _core.refused("--delimiter", f"{delimiter!r} is no single character; pass one such as ; or a word: {words}")
    return found
