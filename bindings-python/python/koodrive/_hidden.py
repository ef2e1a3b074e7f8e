"""Keeps credentials out of what an error drags along: variables in the frames of its traceback, which test runners and error
trackers show, and members in which an HTTP library keeps the request that failed."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypeVar

    _F = TypeVar("_F", bound=Callable[..., Any])

#: A member that leads to more objects is not searched to its end.
_MOST = 5_000


def hiding(function: _F) -> _F:
    """What it raises begins at its caller: its own frames, and those below, have credentials in their variables."""

    def hidden(*given: Any, **named: Any) -> Any:
        try:
            return function(*given, **named)
        except Exception as error:
            raised = error
        del given, named
        raise raised.with_traceback(None)

    # What functools.wraps does, whose module is not imported for it.
    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(hidden, name, getattr(function, name))
    hidden.__wrapped__ = function  # type: ignore[attr-defined]
    return hidden  # type: ignore[return-value]


def without_request(error: BaseException, authorization: str) -> None:
    """Takes the request out of an error and of those behind it: texts, members, and the variables of frames that have returned.

    Where it was raised, and why, stays.
    """
    part = authorization.partition(" ")[2]
    # Of `Bearer x` x may stand alone; but if it is short, it stands in every text.
    secret = authorization if len(part) < 8 else part
    for it in _chain(error):
        trace = it.__traceback__
        while trace is not None:
            try:
                trace.tb_frame.clear()
            except RuntimeError:
                # It has not returned: this function's callers.
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


class _Gone:
    """In the place of what held the request: errors print members of members."""

    def __getattr__(self, name: str) -> _Gone:
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
    # A named tuple; its other members are worth telling.
    return make(_cleaned(item, secret) for item in value) if make else _Gone()


def _holds(value: object, secret: str) -> bool:
    """True as well where there is too much to search."""
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
