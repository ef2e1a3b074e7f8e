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

#: The members of an object where none is named, in the order of ``Columns``.
_NAMES = tuple(zip(USUAL_NAMES, ("carrierUserId", "packageId")))


def records(name: str, lines: Iterator[str], columns: Columns) -> Iterator[_Record]:
    """All records. Refuses an array that goes over several lines: single elements would be taken for rows."""
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
            comma = "ends with a comma; write one object a line, without one" if text.endswith(",") else error
            yield number, "", "", f"not valid JSON: {comma}"
            continue
        if not isinstance(members, dict):
            yield number, "", "", "not a JSON object; write one object a line"
            continue
        found: list[Any] = []
        bad: Optional[str] = members.get(None)
        for spellings in names:
            values = [members[name] for name in spellings if name in members]
            if len(values) != 1 and bad is None:
                bad = f"has {spellings[0]} {len(values)} times; write it once"
            found.append(values[0] if values else "")
        yield number, found[0], found[1], bad


def _members(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        # No member of a JSON object is called so.
        members[None] = "has a member twice; write it once"
    return members
