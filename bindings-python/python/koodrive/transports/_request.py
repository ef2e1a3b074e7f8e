"""The target and the headers of a request, for all transports."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .._core import Request


def authority(url: str) -> str:
    """Returns host and port of ``url``, exactly as they are signed."""
    return url.split("/", 3)[2]


def target_of(url: str) -> str:
    """Returns path and query of ``url``, exactly as they are signed."""
    return "/" + url.split("/", 3)[3]


def headers_of(request: Request, own: Any = None) -> list[tuple[str, Any]]:
    """Returns the session's ``own`` headers, less those that the request has, and the headers of ``request``.

    The header Host is explicit, so that a session's Host cannot replace the signed one. ``_body`` explains Accept-Encoding.
    """
    ours = [("host", authority(request.url)), ("accept-encoding", "identity"), *request.headers]
    if not own:
        return ours
    names = {name for name, _ in ours}
    kept = [(name, value) for name, value in own.items() if name.lower() not in names and value is not None]
    return kept + ours
