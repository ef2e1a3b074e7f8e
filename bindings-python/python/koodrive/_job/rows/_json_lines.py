"""Finds the two ids in JSON lines: one object a line."""

from __future__ import annotations

import json

from ... import _core
from ._csv import USUAL_NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Optional

    from ._csv import Columns, _Record

#: The default names of the members, in the order of ``Columns``.
_NAMES = tuple(zip(USUAL_NAMES, ("carrierUserId", "packageId")))


def records(name: str, lines: Iterator[str], columns: Columns) -> Iterator[_Record]:
    """Yields all records. Raises for an array over several lines, whose elements would look like rows."""
    names = [usual if given is None else (given,) for given, usual in zip(columns, _NAMES)]
    for number, line in enumerate(lines, 1):
        if line.isspace():
            continue
        try:
            members = json.loads(line, object_pairs_hook=_members)
        except (ValueError, RecursionError) as error:
            text = line.strip()
            if text.startswith("[") or text.endswith("["):
                raise _core.refused(
                    name, f"line {number} opens a JSON array; write one object a line, for example with `jq -c '.[]'`"
                ) from None
            comma = "the line ends with a comma; write one object a line, without a comma" if text.endswith(",") else error
            yield number, "", "", f"not valid JSON: {comma}"
            continue
        if not isinstance(members, dict):
            yield number, "", "", "not a JSON object; write one object a line"
            continue
        found: list[Any] = []
        bad: Optional[str] = members.get(None)
        for spellings in names:
            values = [members[name] for name in spellings if name in members]
            if not values and bad is None:
                bad = f"there is no member {' or '.join(spellings)}; add it, or name the members with --user-column and --package-column"
            elif len(values) > 1 and bad is None:
                bad = f"both {' and '.join(spellings)} are present; keep one of them"
            found.append(values[0] if values else "")
        yield number, found[0], found[1], bad


def _members(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        # None as a key cannot collide, since every name of JSON is text.
        members[None] = "a member appears twice; keep one of them"
    return members
