"""What an exception says, in text that UTF-8 can carry."""

from __future__ import annotations


def words(error: BaseException) -> str:
    """Returns the text of ``error``, or else the name of its type. Half a surrogate pair, as in a path that is no UTF-8, is escaped."""
    try:
        said = str(error)
    except Exception:
        # One of a user's own class may have no text to give.
        said = ""
    return (said or type(error).__name__).encode("utf-8", "backslashreplace").decode()
