"""Checks records and makes rows. A bad row has the reason."""

from __future__ import annotations

import re
from typing import NamedTuple

from ... import _core
from ..._core import NotifyPackageExpire
from ..._errors import InvalidInputError
from ._ids import Rounded, not_utf_8, unusual

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

#: The names of the fields in the core's errors.
_FIELDS = ("carrierUserId", "packageId")

#: White space and invisible characters, which --trim removes from both ends.
_TRIMMED = " \t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u2060\u202f\u205f\u3000\ufeff"


class Row(NamedTuple):
    """One row. A bad row keeps its ids unchanged too."""

    line: int
    carrier_user_id: str
    package_id: str
    #: The reason why the row is bad, or None.
    bad: Optional[str]


class Checks:
    """The checks of the ids in a source."""

    def __init__(
        self,
        *,
        trim: bool = False,
        user_pattern: Optional[str] = None,
        package_pattern: Optional[str] = None,
        allow_unusual: bool = False,
    ) -> None:
        self._trim = trim
        self._patterns = (_compiled("--id-pattern", user_pattern), _compiled("--package-pattern", package_pattern))
        self._allow_unusual = allow_unusual
        self._rounded = Rounded()
        self._looks_for_rounded = not allow_unusual

    @property
    def problem(self) -> Optional[str]:
        """The problem of all rows together, or None."""
        return self._rounded.problem

    def row(self, line: int, user: Any, package: Any, bad: Optional[str]) -> Row:
        """Returns the row of a record. ``bad`` is the problem of the record, or None."""
        if bad is None:
            if self._trim:
                user, package = _trimmed(user), _trimmed(package)
            bad = _refusal(user, package) or self._problem(user, package)
        if bad is not None:
            # A bad row is shown and never sent. Its ids may be numbers, or text with lone surrogates.
            user, package = (str(it).encode("utf-8", "backslashreplace").decode() for it in (user, package))
        return Row(line, user, package, bad)

    def _problem(self, user: str, package: str) -> Optional[str]:
        for field, value, pattern in zip(_FIELDS, (user, package), self._patterns):
            if not self._allow_unusual and (looks := unusual(value)) is not None:
                return f"{field}: {looks} (--allow-unusual-ids sends it as it is)"
            if pattern is not None and not pattern.fullmatch(value):
                return f"{field}: does not match {pattern.pattern!r}; correct the id, or the pattern"
        if self._looks_for_rounded:
            self._looks_for_rounded = self._rounded.add(user)
        return None


def _trimmed(value: Any) -> Any:
    return value.strip(_TRIMMED) if isinstance(value, str) else value


def _refusal(user: Any, package: Any) -> Optional[str]:
    """Returns the core's reason to refuse the ids, or None. Bytes that are not UTF-8 get a plainer reason."""
    try:
        NotifyPackageExpire(carrier_user_id=user, package_id=package)
    except InvalidInputError as error:
        for field, value in zip(_FIELDS, (user, package)):
            if isinstance(value, str) and not_utf_8(value):
                return f"{field}: not UTF-8 (Windows-1252?); save the file as `CSV UTF-8`, or pass its --encoding"
            if isinstance(value, str) and error.field == field and value.strip(_TRIMMED) not in ("", value):
                return f"{error} (--trim does so)"
        return str(error)
    return None


def _compiled(argument: str, pattern: Optional[str]) -> Optional[re.Pattern[str]]:
    try:
        return None if pattern is None else re.compile(pattern)
    except re.error as error:
        raise _core.refused(argument, f"not a regular expression ({error}); pass one of Python's, such as [0-9]{{18}}") from None
