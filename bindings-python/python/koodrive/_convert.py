"""Conversions that the native module leaves to Python. The core writes most of the messages."""

from __future__ import annotations

from . import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def text(field: str, value: object) -> str:
    """Returns ``value`` if it is text that UTF-8 can encode. Raises otherwise; ``field`` is the name in messages."""
    if not isinstance(value, str):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        raise _core.not_text(field, "a number" if number else f"a value of type {type(value).__name__}")
    try:
        value.encode()
        return value
    except UnicodeEncodeError:
        pass
    # Raised outside the handler: that error holds the text, which may be a token, and would be the context of this one.
    raise _core.lone_surrogate(field)


def seconds(field: str, value: Any) -> float:
    """Returns the seconds since the epoch of an aware datetime, and NaN for any other value, which the core refuses."""
    if not (hasattr(value, "utcoffset") and hasattr(value, "timestamp")):
        return float("nan")
    if value.utcoffset() is None:
        raise _core.date_without_zone(field)
    return float(value.timestamp())


def number(field: str, value: object) -> float:
    """Returns ``value`` as a float. An integer that is too large becomes infinite, which is out of every range.

    ``field`` is the name in messages.
    """
    if not isinstance(value, (int, float)):
        raise _core.refused(field, f"{value!r} is not a number; pass a number, times in seconds")
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def bytes_of_buffer(value: object) -> bytes:
    """Returns the bytes of a bytearray or a memoryview, and raises for any other type. Rust code converts bytes and text."""
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    kind = type(value).__name__
    raise _core.misused(f"the reply has a part of type {kind}; pass headers and body as the HTTP client gave them")


def not_async(option: str, value: Any) -> Any:
    """Returns ``value``, the result of a user's function, and raises if it is awaitable. ``option`` is the name in messages."""
    if hasattr(value, "__await__"):
        if hasattr(value, "close"):
            value.close()
        raise _core.refused(
            option, "an async function, which cannot be awaited here; pass a plain function, or use asend or adispatch"
        )
    return value


def json_text(value: object) -> str:
    """Returns ``value`` as compact JSON, for the body of a raw call."""
    import json

    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        why = str(error)
    # Raised outside the handler: that error may hold the value, and would be the context of this one.
    raise _core.refused("json", f"cannot be written as JSON ({why}); pass JSON text, or a value that json.dumps writes")
