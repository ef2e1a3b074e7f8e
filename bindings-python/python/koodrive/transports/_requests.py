"""Sends over ``requests.Session``, and ``niquests.Session``, which is like it. The session's proxies, TLS, time-outs and adapters hold; its
``auth``, the .netrc, its ``params``, cookies and response hooks are ignored.

requests knows no time-out for a whole exchange. Over urllib3 itself one holds here; over urllib3-future, which is below niquests
and takes the place of urllib3 where it is installed, headers that drip can exceed it: every byte buys another ``timeout``.
"""

from __future__ import annotations

import http.cookiejar

from ._caches import refuse_caches
from ._not_sent import NotSent, Unusable
from ._request import authority, headers_of
from ._timed import monotonic
from ._urllib3 import read, shorter
from ._watch import Watch, before_sending, view, watched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from .._core import Request


class _Session:
    @property
    def cookies(self) -> http.cookiejar.CookieJar:
        # For what the service sets: it goes nowhere.
        return http.cookiejar.CookieJar()

    def get_adapter(self, *arguments: Any, **options: Any) -> Any:
        adapter = super().get_adapter(*arguments, **options)  # type: ignore[misc]
        return view(_Adapter, adapter) if hasattr(adapter, "get_connection") else adapter

    def resolve_redirects(self, *_: Any, **__: Any) -> Iterator[Any]:
        # requests would read the whole of a redirect's body to name the request that might come next.
        return iter(())


class _Adapter:
    def get_connection_with_tls_context(self, *arguments: Any, **options: Any) -> Any:
        step = super().get_connection_with_tls_context  # type: ignore[misc]
        return watched(before_sending(step, *arguments, **options))

    # That of niquests, and of requests before 2.32.
    def get_connection(self, *arguments: Any, **options: Any) -> Any:
        return watched(before_sending(super().get_connection, *arguments, **options))  # type: ignore[misc]

    def cert_verify(self, *arguments: Any, **options: Any) -> None:
        before_sending(super().cert_verify, *arguments, **options)  # type: ignore[misc]


def transport(requests: Any, session: Any) -> Callable[..., Any]:
    """The transport over this session; ``requests`` is the module it comes from."""
    errors = requests.exceptions
    # Of the others, time-outs and connection errors among them, only the watch knows.
    not_sent = (errors.ConnectTimeout, errors.InvalidURL, errors.InvalidSchema, errors.InvalidHeader)

    def exchange(request: Request, *, connect_timeout: float, timeout: float, reply_limit: int) -> tuple[int, Any, bytes]:
        with Watch(monotonic() + timeout) as watch:
            try:
                prepared, settings = before_sending(_prepare, requests, session, request)
                response = view(_Session, session).send(
                    prepared,
                    allow_redirects=False,
                    timeout=shorter(getattr(session, "timeout", None), connect_timeout, timeout),
                    **settings,
                )
            except Unusable:
                raise
            except Exception as error:
                if watch.unsent or isinstance(error, not_sent):
                    # Not its sentence of retries that are exceeded: there are none.
                    why = getattr(error.args[0] if error.args else None, "reason", None) or error
                    raise NotSent(str(why) or type(why).__name__) from error
                raise
            return response.status_code, response.headers, read(response.raw, reply_limit, watch.deadline)

    return exchange


def _prepare(requests: Any, session: Any, request: Request) -> tuple[Any, dict[str, Any]]:
    refuse_caches(session, session.get_adapter(request.url))
    _refuse_one_that_replays(requests, session, request)
    prepared = requests.Request(
        request.method, request.url, headers=dict(headers_of(request, session.headers)), data=request.body or None
    ).prepare()
    # The proxies and certificates of the environment, where the session trusts it and has none of its own: requests would
    # prefer those of the environment.
    verify = None if session.verify is True else session.verify
    settings = session.merge_environment_settings(request.url, dict(session.proxies), True, verify, None)
    if hasattr(session, "multiplexed"):  # niquests: no reply that comes when it is looked at
        settings["multiplexed"] = False
    return prepared, settings


def _refuse_one_that_replays(requests: Any, session: Any, request: Request) -> None:
    retries = getattr(session.get_adapter(request.url), "max_retries", None)
    if retries is not None and _replays(retries, request.method):
        module = requests.__name__
        origin = "/".join(request.url.split("/", 3)[:3])
        raise Unusable(
            f"the {module} session is set to send a {request.method} to {authority(request.url)} again after it may have "
            f"been received ({retries!r}); "
            f'mount an adapter without retries, session.mount("{origin}/", '
            f"{module}.adapters.HTTPAdapter()), or one that only tries to connect again, with max_retries="
            "Retry(connect=3, read=0, status=0, other=0, raise_on_status=False)",
        )


# Retry counts failures of a connection that was being made (connect), of one in use (read), of an unknown kind, TLS among
# them (other), and replies that ask for another try (status). A limit of None is as high as `total`; 0 and False are none.
# Methods that are not allowed are spared read and status, but not other.
def _replays(retries: Any, method: str) -> bool:
    if not hasattr(retries, "total"):  # False
        return bool(retries)
    if retries.total is not None and retries.total <= 0:
        return False
    allowed = not retries.allowed_methods or method in retries.allowed_methods
    may = [retries.other] + [retries.read, retries.status] * allowed
    return any(limit is None or limit > 0 for limit in may)
