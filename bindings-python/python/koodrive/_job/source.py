"""Reads lapses from CSV, from JSON lines, or from standard input, and says of every bad row its line and the reason.

A row is one line. A quoted field that goes over several lines is taken for a quote that was not closed: the lines inside it would be
sent as a subscriber's id.
"""

from __future__ import annotations

import csv
import json
import sys
from typing import NamedTuple

from .. import _core
from .._errors import InvalidInputError
from .._core import NotifyPackageExpire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Optional, TextIO

#: The fields of a call, and the names that a column or a member may have.
_FIELDS = (("carrier_user_id", "carrierUserId"), ("package_id", "packageId"))


class Row(NamedTuple):
    """One row. Ids are as they stand there, also where the row is bad."""

    line: int
    carrier_user_id: str
    package_id: str
    #: What is wrong with it; None where it can be sent.
    bad: Optional[str]


class Source:
    """What is read, by its name on the command line; ``-`` is standard input."""

    def __init__(self, name: str, form: Optional[str], delimiter: str) -> None:
        if len(delimiter) != 1:
            raise _core.refused("--delimiter", f"{delimiter!r} is not a single character; pass one, such as ; or a tab")
        self.name = name
        self._form = form
        self._delimiter = delimiter

    def rows(self) -> Iterator[Row]:
        """All rows in their order, the bad ones among them."""
        with self._opened() as lines:
            first = next(lines, "")
            form = self._form or _form_of(self.name, first)
            read = self._json_lines if form == "jsonl" else self._csv
            yield from read(_joined(first, lines))

    def _opened(self) -> TextIO:
        try:
            # Bytes that are not UTF-8 become surrogates, which the core refuses in ids: one row is bad, and not the file.
            file = sys.stdin.fileno() if self.name == "-" else self.name
            return open(file, encoding="utf-8-sig", errors="surrogateescape", newline="", closefd=self.name != "-")
        except OSError as error:
            raise _core.refused(self.name, f"cannot be read ({error.strerror}); name a file, or - for stdin") from None

    def _csv(self, lines: Iterator[str]) -> Iterator[Row]:
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        header: list[str] = []
        places: list[int] = []
        before = 0
        while True:
            try:
                fields = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                line, before = before + 1, reader.line_num
                yield Row(line, "", "", f"{error}{_over(line, before)}")
                continue
            line, before = before + 1, reader.line_num
            if not fields:
                continue
            if not header:
                header, places = fields, self._places(fields)
                continue
            found = [fields[place] if place < len(fields) else "" for place in places]
            bad = None
            if before > line:
                bad = f"a quoted field goes over lines {line} to {before}; is a quote not closed?"
            elif len(fields) != len(header):
                bad = f"{len(fields)} fields, where the header has {len(header)}"
            yield self._row(line, found, bad)
        if not header:
            raise _core.refused(self.name, "no header; begin it with carrier_user_id,package_id")

    def _places(self, header: list[str]) -> list[int]:
        places = []
        for names in _FIELDS:
            found = [at for at, name in enumerate(header) if name.strip() in names]
            if len(found) != 1:
                shown = ", ".join(map(repr, header[:10]))
                raise _core.refused(
                    self.name,
                    f"the header names {names[0]} {len(found)} times, and has {shown}; name each of carrier_user_id and "
                    "package_id once, and see --delimiter",
                )
            places += found
        return places

    def _json_lines(self, lines: Iterator[str]) -> Iterator[Row]:
        for line, text in enumerate(lines, 1):
            if not text.strip():
                continue
            try:
                members = json.loads(text, object_pairs_hook=_members)
            except (ValueError, RecursionError) as error:
                yield Row(line, "", "", f"not valid JSON: {error}")
                continue
            if not isinstance(members, dict):
                yield Row(line, "", "", "not a JSON object")
                continue
            found, bad = [], members.get(None)
            for names in _FIELDS:
                values = [members[name] for name in names if name in members]
                if len(values) != 1 and bad is None:
                    bad = f"names {names[0]} {len(values)} times"
                found.append(values[0] if values else "")
            yield self._row(line, found, bad)

    def _row(self, line: int, found: list[Any], bad: Optional[str]) -> Row:
        user, package = found
        if bad is None:
            try:
                NotifyPackageExpire(carrier_user_id=user, package_id=package)
            except InvalidInputError as error:
                bad = str(error)
        # A number, say, or half a character: shown, and never sent.
        user, package = (str(value).encode("utf-8", "backslashreplace").decode() for value in found)
        return Row(line, user, package, bad)


def _form_of(name: str, first: str) -> str:
    if name.lower().endswith((".jsonl", ".ndjson", ".json")):
        return "jsonl"
    if name.lower().endswith((".csv", ".tsv", ".txt")):
        return "csv"
    return "jsonl" if first.lstrip().startswith("{") else "csv"


def _joined(first: str, rest: Iterable[str]) -> Iterator[str]:
    if first:
        yield first
    yield from rest


def _over(first: int, last: int) -> str:
    return f" (lines {first} to {last})" if last > first else ""


def _members(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        # No member of a JSON object is called so.
        members[None] = "names a member twice"
    return members
