"""A stand-in for the service, for tests. It checks requests as strictly as the published pages.

A sandbox is a transport, so a test needs no port and no mock::

    sandbox = Sandbox()
    client = koodrive.Client.from_settings(sandbox.settings, **sandbox.credentials)
    client.send(call, transport=sandbox)
    assert sandbox.accepted()[0].package_id == "14"

``Sandbox.serve`` serves the sandbox on a port of loopback. ``Sandbox.handle`` answers requests for a mock of your HTTP library.
``koodrive.testing`` has fixtures for pytest.

The sandbox may differ from the service: it follows this project's decisions on points that the pages omit or contradict.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass

from .. import _core
from .._convert import seconds
from .._defaults import INTERNATIONAL
from .._environ import VARIABLES
from .._errors import InvalidInputError
from .._values import Settings
from ._answer import Answer
from ._server import Listener

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from typing import Any, NoReturn, Optional, Union

    from typing_extensions import TypedDict

    from .._core import Request

    class _Credentials(TypedDict, total=False):
        """Credentials of one kind: an app id and its secret, or a token."""

        app_id: str
        app_secret: str
        token: str

    _Fault = Union[int, str, Mapping[str, Any]]
    _Text = Union[str, bytes]
    _Headers = Union[Mapping[str, str], Mapping[bytes, bytes], Iterable[tuple[_Text, _Text]]]

__all__ = ["Accepted", "Answer", "Sandbox", "SandboxServer"]

#: The user id of ``settings`` if the sandbox accepts every user id.
_EXAMPLE_USER_ID = "1505084218764547200"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A call that changed the state of the sandbox, even if the answer did not arrive.

    ``carrier_user_id``, ``package_id`` and ``type`` come from the body, and are None if the body lacks them, as in reverseOrder.
    """

    __module__ = "koodrive.sandbox"

    operation: str
    """``notifyPackageExpire``, ``setRetentionPolicy`` or ``reverseOrder``, or method and path of a raw call: ``PUT /path``."""
    json: str
    """The JSON body as it was sent, as the text of a JSON object."""
    x_date: str
    """X-Date of the request, such as ``20251103T070140Z``."""
    trace_id: str | None = None
    """Trace id of the request, or None."""

    @property
    def body(self) -> dict[str, Any]:
        """The members of the JSON body; empty if the body of a raw call is missing or not an object."""
        return json.loads(self.json)  # type: ignore[no-any-return]  # an object

    @property
    def carrier_user_id(self) -> Optional[str]:
        """The body's ``carrierUserId`` if it is text, as in notifyPackageExpire; otherwise None."""
        return self._member("carrierUserId", str)  # type: ignore[no-any-return]  # a str or None

    @property
    def package_id(self) -> Optional[str]:
        """The body's ``packageId`` if it is text, as in notifyPackageExpire; otherwise None."""
        return self._member("packageId", str)  # type: ignore[no-any-return]  # a str or None

    @property
    def type(self) -> Optional[int]:
        """The body's ``type`` if it is an integer; otherwise None. In notifyPackageExpire, the documented type is 2."""
        return self._member("type", int)  # type: ignore[no-any-return]  # an int or None

    def _member(self, name: str, kind: Any) -> Any:
        value = self.body.get(name)
        # In Python, unlike JSON, a bool is an int.
        return value if isinstance(value, kind) and not isinstance(value, bool) else None


class Sandbox:
    """Acts as the service, as far as it is published. Threads and tasks may share a sandbox.

    All arguments are optional. ``settings`` and ``credentials`` are those of a client that the sandbox accepts.

    Credentials:

    - ``apps`` maps app ids to secrets, or is a list of mappings of ``app_id`` and ``app_secret``.
    - ``tokens`` are the valid tokens. A token without a scheme is valid as ``Bearer …`` and as ``AT …``.
    - Without ``apps`` and ``tokens``, the sandbox accepts an example app and an example token.
    - ``refused_status`` is the status for refused credentials: 401, the default, or 400.
    - ``app_authentication_everywhere`` accepts an app at the operations of retention policies, which need a token otherwise.

    Requests:

    - ``user_ids``, ``carrier_user_ids`` and ``package_ids`` are the ids that exist, the latter two for notifyPackageExpire and
      reverseOrder. By default every id exists.
    - ``whitelist`` is the user ids that may call; by default all.
    - ``accepted_types`` are the types of notifyPackageExpire, by default 2. ``accepted_change_types`` are the types of
      reverseOrder, by default 1.
    - ``refuse_repeats`` refuses a notifyPackageExpire or reverseOrder with a body that was accepted before. The order of the
      members does not matter.
    - ``authority`` is the only host and port that is answered. ``prefix`` is the path prefix of the endpoint, such as
      ``/gateway/v2``; by default there is no prefix.

    Replies:

    - ``echo_trace_id`` copies the trace id into the reply. ``code_as_text`` writes ``code`` as text. ``msg`` is the message of a
      success.
    - ``policies`` are the retention policies, and ``space_usage`` is the data of the space usage. Both are JSON objects with the
      service's names.
    - ``answers`` are the answers to raw calls. Each is a mapping of ``method`` in upper case, ``path`` as it is sent,
      percent-encoded, and optionally ``status`` (by default 200) and ``body`` (text, by default a success).

    ``faults`` is the fault script. Each request takes the next entry, and works normally after the last one:

    - ``"pass"``: the request works normally.
    - ``429``, or any status from 200 to 599 that has a body: the sandbox answers with it and does not act on the call.
    - ``{"status": 502, "body": "<html>", "content_type": "text/html", "retry_after": 3, "date_offset": -3600}``: the same in
      detail.
    - ``"cut"``, ``"cut-in-headers"``, ``"cut-after-headers"``: the sandbox acts on the call, and the connection ends there.
    - ``{"delay": 2.5}``: the answer comes after 2.5 seconds.
    - ``{"drip": 0.01}``: the answer comes byte by byte, with a pause of 0.01 seconds after each byte.

    ``now`` is the sandbox's clock, a function that returns an aware datetime or seconds since the epoch. ``sleep`` is a function
    that waits for the seconds of a fault; for ``Client.asend`` it may be async.

    Raises ``InvalidInputError``.
    """

    __module__ = "koodrive.sandbox"

    def __init__(
        self,
        *,
        apps: Union[Mapping[str, str], Iterable[Mapping[str, str]], None] = None,
        tokens: Optional[Iterable[str]] = None,
        user_ids: Optional[Iterable[str]] = None,
        whitelist: Optional[Iterable[str]] = None,
        carrier_user_ids: Optional[Iterable[str]] = None,
        package_ids: Optional[Iterable[str]] = None,
        refused_status: Optional[int] = None,
        accepted_types: Optional[Iterable[int]] = None,
        accepted_change_types: Optional[Iterable[int]] = None,
        refuse_repeats: bool = False,
        echo_trace_id: bool = False,
        code_as_text: bool = False,
        msg: Optional[str] = None,
        policies: Optional[Iterable[Mapping[str, object]]] = None,
        space_usage: Optional[Mapping[str, object]] = None,
        answers: Optional[Iterable[Mapping[str, object]]] = None,
        app_authentication_everywhere: bool = False,
        authority: Optional[str] = None,
        prefix: Optional[str] = None,
        faults: Optional[Iterable[_Fault]] = None,
        now: Optional[Callable[[], Union[datetime, float]]] = None,
        sleep: Optional[Callable[[float], object]] = None,
    ) -> None:
        given = dict(locals())
        for name in ("self", "now", "sleep"):
            del given[name]
        given = {name: _plain(value) for name, value in given.items() if value is not None}
        if isinstance(given.get("apps"), dict):
            given["apps"] = [{"app_id": app_id, "app_secret": secret} for app_id, secret in given["apps"].items()]
        self._core = _of(given)
        # Read only after the core has checked the configuration.
        self._credentials = _credentials(given)
        self._settings = _settings(given)
        self._prefix: str = given.get("prefix", "")
        self._now = now
        self._sleep = sleep

    @property
    def settings(self) -> Settings:
        """The settings of a client that the sandbox accepts, for ``Client.from_settings``."""
        return self._settings

    @property
    def credentials(self) -> _Credentials:
        """The credentials of a client that the sandbox accepts: the first app, or else the first token."""
        return self._credentials.copy()

    def accepted(self) -> list[Accepted]:
        """Returns the calls that changed the state of the sandbox, in order.

        These are notifyPackageExpire, setRetentionPolicy, reverseOrder, and raw calls with an entry in ``answers``, of any
        status. A GET changes nothing, so it is omitted.
        """
        return [_accepted(call) for call in json.loads(self._core.accepted())]

    def handle(self, method: str, url: str, headers: _Headers, body: Union[bytes, str, None] = b"") -> Answer:
        """Answers one request, and takes one entry off the fault script.

        ``method`` is the HTTP method. ``url`` is the URL, or a path if ``headers`` have a Host. ``headers`` is a mapping or
        pairs. The caller waits for ``Answer.seconds`` and breaks the connection, as the fault says.
        """
        given: Any = headers
        pairs = given.items() if hasattr(given, "items") else given
        answer = self._core.handle(
            method, url, [(_bytes(name), _bytes(value)) for name, value in pairs], _bytes(body or b""), self._clock()
        )
        return Answer(
            status=answer.status,
            headers=tuple((name, value.decode("latin-1")) for name, value in answer.headers),
            body=answer.body,
            fault=answer.fault,  # type: ignore[arg-type]  # the core has the same literals
            seconds=answer.seconds,
        )

    def serve(self) -> SandboxServer:
        """Serves this sandbox on a port of loopback, until the server is closed or its ``with`` block ends."""
        return SandboxServer(self)

    def __call__(
        self, request: Request, *, connect_timeout: float, timeout: float, reply_limit: int
    ) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        """Sends ``request`` to the sandbox. This makes the sandbox a transport for ``Client.send``."""
        answer = self.handle(request.method, request.url, request.headers, request.body)
        wait, arrives = answer._within(timeout)
        if wait:
            (self._sleep or time.sleep)(wait)
        return _arrived(answer, arrives, timeout, reply_limit)

    async def asynchronous(
        self, request: Request, *, connect_timeout: float, timeout: float, reply_limit: int
    ) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        """Sends ``request`` to the sandbox. ``Client.asend`` uses this method if its transport is a sandbox."""
        answer = self.handle(request.method, request.url, request.headers, request.body)
        wait, arrives = answer._within(timeout)
        if wait:
            slept: Any = (self._sleep or _sleep_of_the_loop())(wait)
            if hasattr(slept, "__await__"):
                await slept
        return _arrived(answer, arrives, timeout, reply_limit)

    def _clock(self) -> float:
        now: Any = time.time() if self._now is None else self._now()
        return now if isinstance(now, float) else float(now) if isinstance(now, int) else seconds("now", now)

    def __repr__(self) -> str:
        return f"<koodrive.sandbox.Sandbox, {len(self.accepted())} calls accepted>"


class SandboxServer(Listener):
    """Serves a sandbox at ``url``, from threads of its own. ``close`` or the end of the ``with`` block stops the server."""

    __module__ = "koodrive.sandbox"

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox.handle, sandbox._sleep)
        self.sandbox = sandbox

    @property
    def settings(self) -> Settings:
        """The settings of a client that the server accepts, for ``Client.from_settings``."""
        return Settings(endpoint=self.url + self.sandbox._prefix, user_id=self.sandbox.settings.user_id)

    @property
    def credentials(self) -> _Credentials:
        """The credentials of a client that the server accepts, for ``Client.from_settings``."""
        return self.sandbox.credentials

    @property
    def environ(self) -> dict[str, str]:
        """Settings and credentials as environment variables, for ``Client.from_env`` or the environment of a child process."""
        of: dict[str, Any] = {"endpoint": self.settings.endpoint, "user_id": self.settings.user_id, **self.credentials}
        return {VARIABLES[name]: value for name, value in of.items()}

    def __enter__(self) -> SandboxServer:
        return self


def _accepted(call: dict[str, Any]) -> Accepted:
    operation, x_date, trace_id = (call.pop(name) for name in ("operation", "xDate", "traceId"))
    body = json.dumps(call, ensure_ascii=False, separators=(",", ":"))
    return Accepted(operation=operation, json=body, x_date=x_date, trace_id=trace_id)


def _sleep_of_the_loop() -> Callable[[float], object]:
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        # Without a loop of asyncio, this coroutine runs on trio.
        return sys.modules["trio"].sleep  # type: ignore[no-any-return]
    return asyncio.sleep


def _arrived(answer: Answer, arrives: bool, timeout: float, reply_limit: int) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    if answer.is_cut:
        raise ConnectionResetError(f"the fault script of the sandbox has {answer.fault}")
    if not arrives:
        raise TimeoutError(f"no complete answer within {timeout} seconds")
    return answer.status, answer.headers, answer.body[: reply_limit + 1]


def _credentials(given: dict[str, Any]) -> _Credentials:
    for app in map(_camel_case, given.get("apps", ())):
        return {"app_id": app["appId"], "app_secret": app["appSecret"]}
    for token in given.get("tokens", ()):
        return {"token": token}
    return {"app_id": _core.Sandbox.EXAMPLE_APP_ID, "app_secret": _core.Sandbox.EXAMPLE_APP_SECRET}


def _settings(given: dict[str, Any]) -> Settings:
    exist, listed = given.get("user_ids"), given.get("whitelist")
    user_ids = [user_id for user_id in listed or exist or () if not exist or user_id in exist]
    authority = given.get("authority")
    return Settings(
        endpoint=(f"https://{authority}" if authority else INTERNATIONAL) + given.get("prefix", ""),
        user_id=user_ids[0] if user_ids else _EXAMPLE_USER_ID,
    )


def _of(given: dict[str, Any]) -> _core.Sandbox:
    """Returns the core's sandbox. Errors have the core's text after the name of the Python argument."""
    try:
        return _core.Sandbox(_json(given))
    except InvalidInputError:
        for name, value in given.items():
            try:
                _core.Sandbox(_json({name: value}))
            except InvalidInputError as error:
                text = str(error).removeprefix(f"{_wire_name(name)}: ")
                refused = InvalidInputError(f"{name}: {text}")
                refused.field = name
                raise refused from None
        raise


def _json(given: dict[str, Any]) -> str:
    """Returns the configuration as the JSON of the core. Members of policies already have the service's names."""
    given = dict(given)
    for name in {"apps", "faults"} & given.keys():
        if isinstance(given[name], list):
            given[name] = [_camel_case(member) if isinstance(member, dict) else member for member in given[name]]
    return json.dumps(_camel_case(given), default=_refuse)


def _wire_name(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))


def _camel_case(given: dict[str, Any]) -> dict[str, Any]:
    return {_wire_name(name): value for name, value in given.items()}


def _plain(value: Any) -> Any:
    """Returns ``value`` with mappings as dicts and other iterables as lists, for JSON."""
    if hasattr(value, "items"):
        return {name: _plain(member) for name, member in value.items()}
    if hasattr(value, "__iter__") and not isinstance(value, (str, bytes)):
        return [_plain(member) for member in value]
    return value


def _refuse(value: object) -> NoReturn:
    raise _core.misused(f"a value of type {type(value).__name__}; pass text, numbers, booleans, lists and mappings")


def _bytes(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)
