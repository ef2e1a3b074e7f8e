"""Makes rows of records: says which can be sent, and why another cannot."""

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

#: The fields of a call, as the core names them in its errors.
_FIELDS = ("carrierUserId", "packageId")

#: White space, and characters that show nothing: what --trim removes from both ends.
_TRIMMED = " \t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u2060\u202f\u205f\u3000\ufeff"


class Row(NamedTuple):
    """One row. Ids are as they stand there, also where the row is bad."""

    line: int
    carrier_user_id: str
    package_id: str
    #: What is wrong with it; None where it can be sent.
    bad: Optional[str]


class Checks:
    """What an id must be."""

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
        """What is wrong with all rows together."""
        return self._rounded.problem

    def row(self, line: int, user: Any, package: Any, bad: Optional[str]) -> Row:
        """The row of a record."""
        if bad is None:
            if self._trim:
                user, package = _trimmed(user), _trimmed(package)
            bad = _refusal(user, package) or self._problem(user, package)
        if bad is not None:
            # A number, say, or half a character: shown, and never sent.
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
    """What the core refuses, and of bytes that are not UTF-8 a plainer reason."""
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
