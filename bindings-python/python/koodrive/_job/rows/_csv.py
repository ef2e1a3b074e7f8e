"""Finds the two ids in the lines of a CSV file. A record is one line.

A quoted field over several lines counts as unclosed, since its lines could be sent as rows or as an id. All lines from the
opening to the closing quotation mark are bad.
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

    #: Line, user, package, and the problem of the record or None.
    _Record = tuple[int, Any, Any, Optional[str]]

#: The delimiters by their names on the command line.
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "\\t": "\t"}

#: The delimiters that are detected, the likeliest first.
_FOUND_OUT = (",", ";", "\t", "|")


class Columns(NamedTuple):
    """The names of the columns with the ids; None for the default names."""

    user: Optional[str] = None
    package: Optional[str] = None


#: The default names, in the order of ``Columns``.
USUAL_NAMES = ("carrier_user_id", "package_id")


def records(name: str, lines: Iterator[str], columns: Columns, delimiter: Optional[str]) -> Iterator[_Record]:
    """Yields all records after the header. Raises for a file without the columns, or with another header in its middle."""
    number, line, delimiter = _first(lines, delimiter)
    if not line:
        raise _core.refused(name, f"is empty; the first line must be the header, such as {','.join(USUAL_NAMES)}")
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
    """Returns line number and text of the header, and the delimiter, also from Excel's line ``sep=;`` before the header."""
    number = 0
    for number, line in enumerate(lines, 1):
        named = re.fullmatch(r"sep=(.)\s*", line)
        if named:
            delimiter = delimiter or named[1]
        elif not line.isspace():
            return number, line, delimiter
    return number, "", delimiter


def _quoted(line: str, delimiter: str) -> tuple[list[str], Optional[str], bool]:
    """Returns the fields of a line with quotation marks, the problem or None, and whether a quotation is open at the end."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True)), None, False
    except csv.Error as error:
        fields = _fields(line, delimiter)
        if line.count('"') % 2:
            return fields, "opens a quotation in column {column!r} that this line does not close; close or remove it", True
        return fields, f"quotation marks that are not CSV ({error}); double those within a field", False


class _Header:
    """The header of a file, with the places of the two columns."""

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
        # The user's name is first compared exactly, since two columns may differ in case only.
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
        """Returns the problem of a record that repeats the header, or None. Raises for another header, with other columns."""
        if not self._has_all(fields):
            return None
        if [normal(field) for field in fields] == [normal(field) for field in self.fields]:
            return "the header again (files put together?); remove the line"
        raise _core.refused(self._name, f"line {number} is another header, and columns change there; run each file by itself")


def normal(name: str) -> str:
    """Returns ``name`` without case, blanks and marks: ``Carrier User-ID`` equals ``carrier_user_id`` and ``carrierUserId``."""
    return re.sub(r"[\W_]+", "", name).casefold()


def _fields(line: str, delimiter: str) -> list[str]:
    """Returns the fields of a line as far as they can be read, for messages and the header."""
    return next(csv.reader([re.sub("[\0\r\n]", "", line)], delimiter=delimiter), [])


def _likeliest(line: str) -> str:
    return max(_FOUND_OUT, key=line.count)


def _count(fields: list[str], what: str = "field") -> str:
    return f"{len(fields)} {what}{'' if len(fields) == 1 else 's'}"
