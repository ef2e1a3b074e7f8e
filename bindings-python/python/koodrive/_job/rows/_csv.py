"""Finds the two ids in the lines of a CSV file. A record is one line.

A quotation that goes over several lines is taken for one that was not closed: the lines inside it would be sent as rows, or as
a subscriber's id. All lines from the one that opens it to the one that closes it are bad.
"""

from __future__ import annotations

import csv
import re
from typing import NamedTuple

from ... import _core
from ._escaped import is_report, unescaped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Optional

    #: Line, user, package, and what is wrong with the record.
    _Record = tuple[int, Any, Any, Optional[str]]

#: By the words for them on the command line.
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "\\t": "\t"}

#: Those that a file may have by itself, the likeliest first.
_FOUND_OUT = (",", ";", "\t", "|")


class Columns(NamedTuple):
    """The names of the columns with the ids; None for the names that they usually have."""

    user: Optional[str] = None
    package: Optional[str] = None


#: In the order of ``Columns``.
USUAL_NAMES = ("carrier_user_id", "package_id")


def records(name: str, lines: Iterator[str], columns: Columns, delimiter: Optional[str]) -> Iterator[_Record]:
    """All records after the header. Refuses a file without the columns, or with another header in its middle."""
    number, line, delimiter = _first(lines, delimiter)
    if not line:
        raise _core.refused(name, f"is empty: no header; begin it with {','.join(USUAL_NAMES)}")
    header = _Header(name, line, columns, delimiter)
    user_at, package_at, width = header.user_at, header.package_at, len(header.fields)
    delimiter = header.delimiter
    from_report = is_report(header.fields)
    opened_at = 0
    for number, line in enumerate(lines, number + 1):
        if opened_at:
            if not line.isspace():
                yield number, "", "", f"within the quotation that line {opened_at} opens; close it in the line that opens it"
            if line.count('"') % 2:
                opened_at = 0
            continue
        if '"' in line:
            fields, problem, is_open = _quoted(line, delimiter)
            if problem is not None:
                opened_at = number if is_open else 0
                at = header.fields[min(len(fields), width) - 1]
                yield number, "", "", problem.format(column=at)
                continue
        elif line.isspace() and delimiter not in line:
            continue
        else:
            fields = line.rstrip("\r\n").split(delimiter)
        if len(fields) == width:
            user, package = fields[user_at], fields[package_at]
            bad = None if user.isdecimal() or package.isdecimal() else header.repeated(number, fields)
        else:
            user, package = ("".join(fields[at : at + 1]) for at in (user_at, package_at))
            bad = header.repeated(number, fields) or f"{_count(fields)}, where the header has {width}; correct the line"
        if from_report:
            user, package = unescaped(user), unescaped(package)
        yield number, user, package, bad


def _first(lines: Iterator[str], delimiter: Optional[str]) -> tuple[int, str, Optional[str]]:
    """The header, its line, and the delimiter that the line ``sep=;`` of Excel names before it."""
    number = 0
    for number, line in enumerate(lines, 1):
        named = re.fullmatch(r"sep=(.)\s*", line)
        if named:
            delimiter = delimiter or named[1]
        elif not line.isspace():
            return number, line, delimiter
    return number, "", delimiter


def _quoted(line: str, delimiter: str) -> tuple[list[str], Optional[str], bool]:
    """The fields of a line with quotation marks, what is wrong, and whether a quotation is open at its end."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True)), None, False
    except csv.Error as error:
        fields = _fields(line, delimiter)
        if line.count('"') % 2:
            return fields, "opens a quotation in column {column!r} that this line does not close; close or remove it", True
        return fields, f"quotation marks that are not CSV ({error}); double those within a field", False


class _Header:
    """The header: which column holds what."""

    def __init__(self, name: str, line: str, columns: Columns, delimiter: Optional[str]) -> None:
        self._name = name
        names = [given or usual for given, usual in zip(columns, USUAL_NAMES)]
        self._wanted = set(map(normal, names))
        if delimiter is None:
            delimiter = next((it for it in _FOUND_OUT if self._has_all(_fields(line, it))), _likeliest(line))
        self.delimiter = delimiter
        self.fields = _fields(line, delimiter)
        if line.count('"') % 2:
            raise _core.refused(name, "the header opens a quotation that its line does not close; close or remove it")
        self.user_at, self.package_at = (self._place(line, *it) for it in zip(names, columns))

    def _has_all(self, fields: list[str]) -> bool:
        return self._wanted <= set(map(normal, fields))

    def _place(self, line: str, column: str, given: Optional[str]) -> int:
        # A name that was given counts as it is first: two columns may differ in case alone.
        for alike in (normal,) if given is None else (str.strip, normal):
            found = [at for at, field in enumerate(self.fields) if alike(field) == alike(column)]
            if len(found) == 1:
                return found[0]
            if found:
                raise _core.refused(
                    self._name,
                    f"there are {len(found)} columns {column}; name the one to take with --user-column or --package-column",
                )
        looks = _likeliest(line)
        separated = f"looks separated by {looks!r} and " if looks in line else ""
        columns = self.fields if self.delimiter == looks else _fields(line, looks)
        shown = ", ".join(repr(field.strip()[:50]) for field in columns[:10]) + (", …" if len(columns) > 10 else "")
        raise _core.refused(
            self._name,
            f"there is no column {column}; the file {separated}has {_count(columns, 'column')}: {shown}; name the columns with "
            "--user-column and --package-column, or another --delimiter",
        )

    def repeated(self, number: int, fields: list[str]) -> Optional[str]:
        """What is wrong with a record that is a header. Refuses the file if it is another one: what follows has other columns."""
        if not self._has_all(fields):
            return None
        if [normal(field) for field in fields] == [normal(field) for field in self.fields]:
            return "the header again (files put together?); remove the line"
        raise _core.refused(self._name, f"line {number} is another header, and columns change there; run each file by itself")


def normal(name: str) -> str:
    """A column's name without case, blanks and marks: ``Carrier User-ID`` is ``carrier_user_id`` and ``carrierUserId``."""
    return re.sub(r"[\W_]+", "", name).casefold()


def _fields(line: str, delimiter: str) -> list[str]:
    """What can be read of a line, whatever is wrong with it. For messages, and for the header."""
    return next(csv.reader([re.sub("[\0\r\n]", "", line)], delimiter=delimiter), [])


def _likeliest(line: str) -> str:
    return max(_FOUND_OUT, key=line.count)


def _count(fields: list[str], what: str = "field") -> str:
    return f"{len(fields)} {what}{'' if len(fields) == 1 else 's'}"
