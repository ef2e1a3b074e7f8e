"""A stand-in for the service, for tests: it judges requests as strictly as the published pages read.

It is a transport, so that nothing listens and nothing is patched::

    sandbox = Sandbox()
    client = koodrive.Client.from_settings(sandbox.settings, **sandbox.credentials)
    client.send(call, transport=sandbox)
    assert sandbox.accepted()[0].package_id == "14"

``Sandbox.serve`` puts it behind a port on loopback, ``Sandbox.handle`` behind whatever mocks your HTTP library, and
``koodrive.testing`` into pytest's fixtures.

This is not the service: where the pages are silent or contradict themselves it follows this project's decisions.
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
        """Those of one kind: an app id and its secret, or a token."""

        app_id: str
        app_secret: str
        token: str

    _Fault = Union[int, str, Mapping[str, Any]]
    _Text = Union[str, bytes]
    _Headers = Union[Mapping[str, str], Mapping[bytes, bytes], Iterable[tuple[_Text, _Text]]]

__all__ = ["Accepted", "Answer", "Sandbox", "SandboxServer"]

#: Any exists, unless the sandbox is told otherwise.
_EXAMPLE_USER_ID = "1505084218764547200"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A call that changes state and that the sandbox acted on, whether or not its answer arrived.

    ``carrier_user_id``, ``package_id`` and ``type`` are those of the body, and None where it has none, as in reverseOrder.
    """

    __module__ = "koodrive.sandbox"

    operation: str
    """``notifyPackageExpire``, ``setRetentionPolicy`` or ``reverseOrder``; of a raw call method and path: ``PUT /path``."""
    json: str
    """The members of the JSON body as they were sent, as the text of a JSON object."""
    x_date: str
    """As it was sent: ``20251103T070140Z``."""
    trace_id: str | None = None
    """None where none was sent."""

    @property
    def body(self) -> dict[str, Any]:
        """The members of the JSON body; empty where the body of a raw call is missing or not an object."""
        return json.loads(self.json)  # type: ignore[no-any-return]  # an object

    @property
    def carrier_user_id(self) -> Optional[str]:
        """The body's ``carrierUserId`` where it is text, as in notifyPackageExpire."""
        return self._member("carrierUserId", str)  # type: ignore[no-any-return]  # of that kind

    @property
    def package_id(self) -> Optional[str]:
        """The body's ``packageId`` where it is text, as in notifyPackageExpire."""
        return self._member("packageId", str)  # type: ignore[no-any-return]  # of that kind

    @property
    def type(self) -> Optional[int]:
        """The body's ``type`` where it is an integer: 2 in notifyPackageExpire, unless other types are accepted."""
        return self._member("type", int)  # type: ignore[no-any-return]  # of that kind

    def _member(self, name: str, kind: Any) -> Any:
        value = self.body.get(name)
        # A bool is an int in Python, and not in JSON.
        return value if isinstance(value, kind) and not isinstance(value, bool) else None


class Sandbox:
    """The service, as far as it is published. Safe to share between threads and tasks.

    Everything is optional. Where neither ``apps`` nor ``tokens`` are given, an example app and an example token are known;
    ``settings`` and ``credentials`` are what a client needs to be accepted.

    ``apps`` maps app ids to their secrets, or lists them as the server's JSON does. A token in ``tokens`` is bare, and then
    taken as ``Bearer …`` and as ``AT …``, or has its scheme. ``user_ids``, ``carrier_user_ids`` and ``package_ids`` are those
    that exist, the latter two for notifyPackageExpire and reverseOrder, ``whitelist`` the user ids that may
    call; by default everything exists and everyone may. ``refused_status`` is 400 or 401 (the default), the status for refused credentials. ``accepted_types`` of notifyPackageExpire is 2 alone by default, and
    ``accepted_change_types`` of reverseOrder 1 alone. ``refuse_repeats`` refuses a call of one of the two whose body was accepted
    before, whatever the order of its members; ``echo_trace_id`` copies the trace id into the reply;
    ``code_as_text`` writes ``code`` as text; ``msg`` is that of a success. ``policies`` are the retention policies, and ``space_usage`` the data of the usage of space, as
    JSON objects under the wire's names. ``answers`` are those to raw calls, each a mapping of ``method``, ``path`` and, where they
    are not 200 and a success, ``status`` and ``body``, which is text: ``method`` in upper case, ``path`` as it is sent, percent-encoded. An app id is refused at the retention policies' operations, as
    the publisher says, unless ``app_authentication_everywhere``. ``authority`` is the only host, and port, that is answered, and
    ``prefix`` the only path prefix of an endpoint, such as ``/gateway/v2``; without one it is none.

    ``faults`` is a script, one entry for each request in their order, after which everything works again:

    - ``"pass"``: nothing goes wrong
    - ``429``, or any status from 200 to 599 that has a body; the call is not acted on
    - ``{"status": 502, "body": "<html>", "content_type": "text/html", "retry_after": 3, "date_offset": -3600}``: the same in
      detail
    - ``"cut"``, ``"cut-in-headers"``, ``"cut-after-headers"``: the call is acted on, and the connection ends there
    - ``{"delay": 2.5}``: the answer comes after so many seconds
    - ``{"drip": 0.01}``: the answer comes byte by byte, with this pause after each

    ``now`` is a function, the sandbox's clock: it returns an aware datetime or seconds since the epoch. ``sleep`` is a function
    of seconds that waits where the script says so; for ``Client.asend`` it may be async.
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
        # Of what the core has read and taken.
        self._credentials = _credentials(given)
        self._settings = _settings(given)
        self._prefix: str = given.get("prefix", "")
        self._now = now
        self._sleep = sleep

    @property
    def settings(self) -> Settings:
        """Those of a client that is accepted, for ``Client.from_settings``."""
        return self._settings

    @property
    def credentials(self) -> _Credentials:
        """Those of a client that is accepted, for ``Client.from_settings``: the first app's, or else the first token."""
        return self._credentials.copy()

    def accepted(self) -> list[Accepted]:
        """Returns the calls that were acted on and change state, in order.

        These are notifyPackageExpire, setRetentionPolicy, reverseOrder, and the raw calls other than GET that an entry of
        ``answers`` took, whatever its status. A GET changes nothing and is not listed.
        """
        return [_accepted(call) for call in json.loads(self._core.accepted())]

    def handle(self, method: str, url: str, headers: _Headers, body: Union[bytes, str, None] = b"") -> Answer:
        """Judges one request, and takes one entry off the fault script. Waits for nothing: that is the caller's to do.

        Headers are a mapping or pairs, as an HTTP library holds them. The host is the URL's, or else the header's.
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
            fault=answer.fault,  # type: ignore[arg-type]  # a word of the core's
            seconds=answer.seconds,
        )

    def serve(self) -> SandboxServer:
        """Puts this sandbox behind a port on loopback, until the server is closed or its ``with`` block ends."""
        return SandboxServer(self)

    def __call__(
        self, request: Request, *, connect_timeout: float, timeout: float, reply_limit: int
    ) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        """The transport for ``Client.send``."""
        answer = self.handle(request.method, request.url, request.headers, request.body)
        wait, arrives = answer._within(timeout)
        if wait:
            (self._sleep or time.sleep)(wait)
        return _arrived(answer, arrives, timeout, reply_limit)

    async def asynchronous(
        self, request: Request, *, connect_timeout: float, timeout: float, reply_limit: int
    ) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        """The transport for ``Client.asend``, which takes it from the sandbox by itself."""
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
    """A sandbox that answers at ``url``, from threads of its own. Ends with ``close`` or its ``with`` block."""

    __module__ = "koodrive.sandbox"

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox.handle, sandbox._sleep)
        self.sandbox = sandbox

    @property
    def settings(self) -> Settings:
        """Those of a client that is accepted, for ``Client.from_settings``."""
        return Settings(endpoint=self.url + self.sandbox._prefix, user_id=self.sandbox.settings.user_id)

    @property
    def credentials(self) -> _Credentials:
        """Those of a client that is accepted, for ``Client.from_settings``."""
        return self.sandbox.credentials

    @property
    def environ(self) -> dict[str, str]:
        """Both as ``Client.from_env`` and the command line read them: for ``monkeypatch.setenv``, or for a child process."""
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
        # Somebody runs this coroutine, so it is the other one.
        return sys.modules["trio"].sleep  # type: ignore[no-any-return]
    return asyncio.sleep


def _arrived(answer: Answer, arrives: bool, timeout: float, reply_limit: int) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    if answer.is_cut:
        raise ConnectionResetError(f"the sandbox's fault script says {answer.fault}")
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
    """The core's sandbox. It is refused in the core's words, after the argument's name."""
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
    """The configuration as the server reads it. A policy's members have the wire's names already."""
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
    """What JSON has: mappings are dicts, whatever else is iterated over is a list."""
    if hasattr(value, "items"):
        return {name: _plain(member) for name, member in value.items()}
    if hasattr(value, "__iter__") and not isinstance(value, (str, bytes)):
        return [_plain(member) for member in value]
    return value


def _refuse(value: object) -> NoReturn:
    raise _core.misused(f"a value is of type {type(value).__name__}; pass text, numbers, booleans, lists and mappings")


def _bytes(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)
