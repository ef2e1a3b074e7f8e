"""Detects ids that spreadsheets, databases or programs have damaged.

``unusual`` checks one id, ``Rounded`` all ids of a file. `docs/rows.md` has the same table for people. The core already refuses
ids that are empty, have a control character, or begin or end with white space.
"""

from __future__ import annotations

import re
import unicodedata

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    "|dec(?:ember)?)"
)

_AS_TEXT = "format the column as text, and export it again"

#: Patterns of damaged ids, each with its description. A pattern matches the whole id, without case.
_FORMS = (
    (r"[+-]?\d+(?:[.,]\d+)?e[+-]?\d+", f"a number in scientific notation, digits are lost; {_AS_TEXT}"),
    (
        r"(?:(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)?\d\d)(?:[ T]\d{1,2}:\d\d.*)?"
        rf"|(?:\d{{1,2}}[-/. ])?{_MONTH}[-/. ]\d{{1,4}}|\d{{1,2}}[-/. ]{_MONTH}|\d{{1,2}}:\d\d(?::\d\d)?",
        f"a date or a time, as a spreadsheet makes it of an id; {_AS_TEXT}",
    ),
    (r"[+-]?\d*[.,]\d+|[+-]?\d+[.,]", f"a number with a decimal point; {_AS_TEXT}"),
    (r"\d+(?:[.,;|' ] *\d+)+", "digits with separators in between; write one id a field, and as text"),
    (r"=.*", f"a formula of a spreadsheet; {_AS_TEXT}"),
    (r"['’‘`´].*", "text that a spreadsheet marks with an apostrophe; remove the apostrophe"),
    (r"[\"“”„«].*[\"“”„»]", "a field with quotation marks around it; remove them"),
    (
        r"#+|#(?:ref|value|name|num|null|spill|calc|div/0|field|blocked|getting_data)[!?]?",
        f"an error of a spreadsheet; {_AS_TEXT}",
    ),
    (
        r"[(<\[]?(?:null|none|nil|nan|nat|undefined|empty|blank|missing|unknown|na|n/a|n\.a\.|object object)[)>\]]?"
        r"|#n/?a|\\n|[-–—_.?*]+|true|false|[+-]?inf(?:inity)?",
        "a word for a missing value; fill it in, or remove the line",
    ),
    (
        r"(?:(?:grand|sub)[- ]?)?totals?\b.*|(?:sum|count|rows?|records?|summe)\b[: =]*\d*|\(?\d+ (?:rows?|records?)\b.*"
        r"|(?:合计|总计|小计).*|eof|[-=* ]*end of .*",
        "a footer; remove the line",
    ),
)

_FORM = re.compile("|".join(f"(?P<f{at}>{form})" for at, (form, _) in enumerate(_FORMS)), re.IGNORECASE | re.DOTALL)


def unusual(value: str) -> Optional[str]:
    """Returns how the id looks damaged and what to do, or None."""
    if value.isascii():
        if value.isdigit():
            return None
    else:
        found = _unusual_character(value)
        if found is not None:
            return found
    form = _FORM.fullmatch(value)
    return None if form is None else f"looks like {_FORMS[int(str(form.lastgroup)[1:])][1]}"


def not_utf_8(value: str) -> bool:
    """Returns whether ``value`` has bytes that are not UTF-8, as ``surrogateescape`` keeps them."""
    return not value.isascii() and any("\udc80" <= character <= "\udcff" for character in value)


def _unusual_character(value: str) -> Optional[str]:
    for character in value:
        if character.isascii():
            continue
        name = f"U+{ord(character):04X}"
        if character == "\ufffd":
            return f"has the replacement character {name}, a letter is lost; export the file again as UTF-8"
        if character.isdecimal():
            return f"has the digit {name}, which is not one of 0 to 9; write it in ASCII"
        if unicodedata.category(character) in ("Cf", "Cc", "Zs", "Zl", "Zp"):
            return f"has the invisible character {name}; remove it"
    try:
        value.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return None
    return "UTF-8 that was read as Windows-1252 (such as Ã¼); export the file again as UTF-8"


class Rounded:
    """Detects that all long ids of a file were rounded, by a spreadsheet or a program that took them for numbers.

    One id may end with zeros by chance. A kind of rounding is excluded by the first id that does not fit.
    """

    #: The evidence that is needed, in bits: the chance is below 1 in 2^19. Two ids of 18 digits that end with 000 suffice.
    _BITS = 19.0
    #: Number of ids that are remembered, since a repeated id adds no evidence.
    _DISTINCT = 64

    def __init__(self) -> None:
        self._seen: set[str] = set()
        #: The evidence in bits for three kinds of rounding, or None if excluded: all digits after the 15th are zeros, all
        #: digits after the 17th are zeros, or every id is exact as a double.
        self._for: list[Optional[float]] = [0.0, 0.0, 0.0]

    def add(self, value: str) -> bool:
        """Adds an id. Returns False if all kinds of rounding are excluded."""
        if not 16 <= len(value) <= 40 or not value.isdecimal() or value in self._seen:
            return True
        if len(self._seen) < self._DISTINCT:
            self._seen.add(value)
        number = int(value)
        zeros = len(value) - len(value.rstrip("0"))
        for at, (applies, speaks_for, bits) in enumerate(
            (
                (True, zeros >= len(value) - 15, 3.3 * (len(value) - 15)),
                (len(value) > 17, zeros >= len(value) - 17, 3.3 * (len(value) - 17)),
                (number >> 53 > 0, int(float(number)) == number, number.bit_length() - 53.0),
            )
        ):
            before = self._for[at]
            if applies and before is not None:
                self._for[at] = before + bits if speaks_for else None
        return self._for != [None, None, None]

    @property
    def problem(self) -> Optional[str]:
        """The problem of the file, or None."""
        if any(bits is not None and bits > self._BITS for bits in self._for):
            return f"all ids of more than 15 digits are rounded, by a spreadsheet or a program; {_AS_TEXT}"
        return None
