"""The text of an exception, in a form that UTF-8 can encode."""

from __future__ import annotations


def words(error: BaseException) -> str:
    """Returns the text of ``error``, or the name of its type if the text is empty. Escapes lone surrogates, as in some paths."""
    try:
        said = str(error)
    except Exception:
        # The __str__ of a user's class may raise.
        said = ""
    return (said or type(error).__name__).encode("utf-8", "backslashreplace").decode()
