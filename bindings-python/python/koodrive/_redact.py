"""Removes credentials from exceptions.

Test runners and error trackers show the variables of a traceback's frames. HTTP libraries keep the failed request in members of
their exceptions.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypeVar

    _F = TypeVar("_F", bound=Callable[..., Any])

#: Objects that are searched for a secret. A member that refers to more objects is replaced whole.
_MOST = 5_000


def without_frames(function: _F) -> _F:
    """Returns ``function``, whose exceptions lose the frames below the caller, which have credentials in their variables."""

    def hidden(*given: Any, **named: Any) -> Any:
        try:
            return function(*given, **named)
        except Exception as error:
            raised = error
        del given, named
        raise raised.with_traceback(None)

    # As functools.wraps does, whose import is slow.
    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(hidden, name, getattr(function, name))
    hidden.__wrapped__ = function  # type: ignore[attr-defined]
    return hidden  # type: ignore[return-value]


def without_request(error: BaseException, authorization: str) -> None:
    """Removes the credentials in ``authorization`` from ``error`` and its causes: texts, members, and variables of frames.

    The traceback and the type of each error stay.
    """
    part = authorization.partition(" ")[2]
    # The token may appear without `Bearer`. A token below 8 characters would match ordinary text.
    secret = authorization if len(part) < 8 else part
    for it in _chain(error):
        trace = it.__traceback__
        while trace is not None:
            try:
                trace.tb_frame.clear()
            except RuntimeError:
                # The frame of a caller of this function is still running.
                pass
            trace = trace.tb_next
        it.args = tuple(_cleaned(item, secret) for item in it.args)
        members = getattr(it, "__dict__", {})
        for name, member in members.items():
            members[name] = _cleaned(member, secret)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    queue: list[Any] = [error]
    while queue:
        it = queue.pop()
        if it is None or any(it is other for other in seen):
            continue
        seen.append(it)
        queue += [it.__cause__, it.__context__, *getattr(it, "exceptions", ())]
        yield it


class _Redacted:
    """The placeholder for a member with a secret. It has every attribute, since errors print members of members."""

    def __getattr__(self, name: str) -> _Redacted:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __repr__(self) -> str:
        return "***"


def _cleaned(value: Any, secret: str) -> Any:
    if isinstance(value, str):
        return value.replace(secret, "***")
    if not _holds(value, secret):
        return value
    make = getattr(value, "_make", None)
    # A named tuple keeps its other members.
    return make(_cleaned(item, secret) for item in value) if make else _Redacted()


def _holds(value: object, secret: str) -> bool:
    """Returns whether ``value`` refers to ``secret``, or to more objects than ``_MOST``."""
    import gc
    import types

    parts = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.FrameType, types.CodeType)
    seen, queue = set(), [value]
    while queue:
        it = queue.pop()
        if id(it) in seen or isinstance(it, parts):
            continue
        seen.add(id(it))
        if len(seen) > _MOST:
            return True
        if isinstance(it, str):
            if secret in it:
                return True
        elif isinstance(it, (bytes, bytearray)):
            if secret.encode() in it:
                return True
        else:
            queue.extend(gc.get_referents(it))
    return False
