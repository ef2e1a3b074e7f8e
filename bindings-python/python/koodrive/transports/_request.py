"""Shared by all transports: the target and the headers of a request."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .._core import Request


def authority(url: str) -> str:
    """Host and port as the URL has them, and as they are signed."""
    return url.split("/", 3)[2]


def target_of(url: str) -> str:
    """Returns path and query as the URL has them, and as they are signed."""
    return "/" + url.split("/", 3)[3]


def headers_of(request: Request, own: Any = None) -> list[tuple[str, Any]]:
    """Those of the request, and before them the session's ``own``, save those that the request has itself.

    Host is named so that a session's cannot replace the one that is signed. For the encoding see ``_body``.
    """
    ours = [("host", authority(request.url)), ("accept-encoding", "identity"), *request.headers]
    if not own:
        return ours
    names = {name for name, _ in ours}
    kept = [(name, value) for name, value in own.items() if name.lower() not in names and value is not None]
    return kept + ours
