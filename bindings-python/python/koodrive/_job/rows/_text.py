"""Decodes bytes and splits them into lines."""

from __future__ import annotations

import codecs
import io

from ... import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO, Optional

#: The longest line in characters, which is also the longest field of the module csv. A longer line could fill the memory.
_LONGEST = 1 << 17

#: Byte order marks, a longer one before its prefix.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def lines(name: str, stream: BinaryIO, encoding: Optional[str]) -> Iterator[str]:
    """Yields the lines of ``stream`` with their line breaks. The last line may lack one.

    The encoding is that of the byte order mark, else ``encoding``, else UTF-8. In UTF-8, an invalid byte becomes a surrogate, so
    that only its row is bad. In other encodings, an invalid byte raises ``InvalidInputError``.
    """
    used = _encoding_of(name, stream, encoding)
    errors = "surrogateescape" if used.startswith("utf-8") else "strict"
    text = io.TextIOWrapper(stream, used, errors, newline="")
    try:
        yield from _split(name, text)
    except UnicodeError as error:
        raise _core.refused(name, f"is not {used} ({_reason(error)}); pass the encoding that it has as --encoding") from None


def _encoding_of(name: str, stream: BinaryIO, encoding: Optional[str]) -> str:
    begin = stream.peek(4)[:4]  # type: ignore[attr-defined]
    marked = next((used for mark, used in _MARKS if begin.startswith(mark)), None)
    if marked is not None:
        return marked
    if encoding is not None:
        return encoding
    if begin[:2].count(0) == 1:
        used = "utf-16-le" if begin[1] == 0 else "utf-16-be"
        raise _core.refused(name, f"looks like UTF-16 without a byte order mark; pass --encoding {used}")
    return "utf-8"


def encoding_named(name: str) -> str:
    """Returns Python's name of the encoding. Raises ``InvalidInputError`` for an unknown one, or one such as base64."""
    try:
        # This raises for a codec that is not for text, such as base64.
        "".encode(name)
        return codecs.lookup(name).name
    except (LookupError, UnicodeError, ValueError):
        raise _core.refused(
            "--encoding", f"unknown encoding {name!r}; pass one such as utf-8, utf-16, cp1252 or gb18030"
        ) from None


def _split(name: str, text: io.TextIOWrapper) -> Iterator[str]:
    """Yields lines. If the first line ends with a line feed, a lone carriage return is data, which the checks refuse later."""
    number = 0
    ends_at_carriage_return = False
    while line := text.readline(_LONGEST):
        number += 1
        if number == 1:
            ends_at_carriage_return = line.endswith("\r")
        while line.endswith("\r") and not ends_at_carriage_return and len(line) < _LONGEST:
            more = text.readline(_LONGEST)
            line += more
            if not more:
                break
        if len(line) >= _LONGEST:
            raise _core.refused(name, f"line {number} has more than {_LONGEST:,} characters; is this a file of rows?")
        yield line


def _reason(error: UnicodeError) -> str:
    return getattr(error, "reason", None) or str(error)
