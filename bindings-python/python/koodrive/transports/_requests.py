"""Sends over ``requests.Session`` and the similar ``niquests.Session``.

The session's proxies, TLS, time-outs and adapters are used. Its ``auth``, the .netrc, its ``params``, cookies and response hooks
are ignored.

requests has no time-out for a whole exchange. This transport adds one over urllib3. Over urllib3-future, each byte of slow reply
headers restarts ``timeout``. niquests uses urllib3-future, which also replaces an installed urllib3.
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
        # An empty jar, so that the service's cookies are dropped.
        return http.cookiejar.CookieJar()

    def get_adapter(self, *arguments: Any, **options: Any) -> Any:
        adapter = super().get_adapter(*arguments, **options)  # type: ignore[misc]
        return view(_Adapter, adapter) if hasattr(adapter, "get_connection") else adapter

    def resolve_redirects(self, *_: Any, **__: Any) -> Iterator[Any]:
        # requests would read the whole body of a redirect to prepare the next request.
        return iter(())


class _Adapter:
    def get_connection_with_tls_context(self, *arguments: Any, **options: Any) -> Any:
        step = super().get_connection_with_tls_context  # type: ignore[misc]
        return watched(before_sending(step, *arguments, **options))

    # niquests, and requests before 2.32, call this method.
    def get_connection(self, *arguments: Any, **options: Any) -> Any:
        return watched(before_sending(super().get_connection, *arguments, **options))  # type: ignore[misc]

    def cert_verify(self, *arguments: Any, **options: Any) -> None:
        before_sending(super().cert_verify, *arguments, **options)  # type: ignore[misc]


def transport(requests: Any, session: Any) -> Callable[..., Any]:
    """Returns the transport over ``session``. ``requests`` is the module of the session."""
    errors = requests.exceptions
    # Other errors, such as time-outs and connection errors, do not say whether the request left. The watch does.
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
                    # The outer error says "max retries exceeded", but there are no retries.
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
    # The session's own proxies and certificates come first. requests would prefer those of the environment.
    verify = None if session.verify is True else session.verify
    settings = session.merge_environment_settings(request.url, dict(session.proxies), True, verify, None)
    if hasattr(session, "multiplexed"):  # niquests would return a lazy reply
        settings["multiplexed"] = False
    return prepared, settings


def _refuse_one_that_replays(requests: Any, session: Any, request: Request) -> None:
    retries = getattr(session.get_adapter(request.url), "max_retries", None)
    if retries is not None and _replays(retries, request.method):
        module = requests.__name__
        origin = "/".join(request.url.split("/", 3)[:3])
        raise Unusable(
            f"the {module} session may send a {request.method} to {authority(request.url)} again after the service has "
            f"received it ({retries!r}); "
            f'mount an adapter without retries, session.mount("{origin}/", '
            f"{module}.adapters.HTTPAdapter()), or one that retries only to connect, with max_retries="
            "Retry(connect=3, read=0, status=0, other=0, raise_on_status=False)",
        )


# urllib3's Retry has four limits: `connect` before the connection stands, `read` after that, `other` for other failures such as
# TLS, and `status` for replies that ask for a retry. A limit of None is as high as `total`; 0 and False turn retries off.
# For methods outside `allowed_methods`, `other` alone applies.
def _replays(retries: Any, method: str) -> bool:
    if not hasattr(retries, "total"):  # False
        return bool(retries)
    if retries.total is not None and retries.total <= 0:
        return False
    allowed = not retries.allowed_methods or method in retries.allowed_methods
    may = [retries.other] + [retries.read, retries.status] * allowed
    return any(limit is None or limit > 0 for limit in may)
