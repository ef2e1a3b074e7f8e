"""Calls, replies and other values: frozen, compared, hashed, printed and pickled by their fields."""

from __future__ import annotations

from . import _core
from ._convert import text
from ._native import Acknowledgement, Call, Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn, Optional, TypeVar

    from typing_extensions import dataclass_transform

    from ._errors import _Kind, _Outcome

    _V = TypeVar("_V", bound="_Value")
else:

    def dataclass_transform(**_: bool) -> Any:
        return lambda value: value


# Past the __setattr__ that refuses.
_set = object.__setattr__


def _names(value: Any) -> tuple[str, ...]:
    return value.__match_args__  # type: ignore[no-any-return]


def _renew(value: type[Any], fields: dict[str, object]) -> Any:
    return value(**fields)


def of(value: type[_V], fields: tuple[object, ...]) -> _V:
    """A value of these fields, in their order."""
    return value(**dict(zip(_names(value), fields)))


def with_field(value: Any, name: str, field: object) -> Any:
    """The same value but for one field."""
    return type(value)(**{**dict(zip(_names(value), value._fields)), name: field})


class _Frozen:
    """What all values have. A class says its fields in ``__match_args__``, and in ``__slots__`` what each is."""

    __slots__ = ()

    @property
    def _fields(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in _names(self))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be deleted")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._fields == other._fields

    def __hash__(self) -> int:
        return hash((type(self), self._fields))

    def __repr__(self) -> str:
        fields = (f"{name}={value!r}" for name, value in zip(_names(self), self._fields))
        return f"{type(self).__name__}({', '.join(fields)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _renew, (type(self), dict(zip(_names(self), self._fields)))


# So that type checkers know that its fields are only read.
@dataclass_transform(frozen_default=True, kw_only_default=True)
class _Value(_Frozen):
    """A value of the arguments as they are."""

    __slots__ = ()

    def _fill(self, fields: dict[str, object]) -> None:
        for name in _names(self):
            _set(self, name, fields[name])


def _hash_request(self: Request) -> int:
    # Without the headers: a list has no hash.
    return hash((Request, self.method, self.url, self.body))


def _repr_request(self: Request) -> str:
    return f"<koodrive.Request {self.method} {self.url}>"


def _reduce_request(self: Request) -> NoReturn:
    raise TypeError(
        "a koodrive.Request is not pickled or copied, since it holds credentials: pickle the call, and build the request "
        "where it is sent"
    )


# What is made by the million is native, and sealed; it gets here what the other values have, or its own.
_given = {name: vars(_Frozen)[name] for name in ("_fields", "__eq__", "__hash__", "__repr__", "__reduce__")}
for _name, _member in _given.items():
    setattr(Acknowledgement, _name, _member)
_given.update(
    _fields=property(lambda request: (request.method, request.url, request.headers, request.body)),
    __hash__=_hash_request,
    __repr__=_repr_request,
    __reduce__=_reduce_request,
)
for _name, _member in _given.items():
    setattr(Request, _name, _member)


class RetentionPolicy(_Value):
    """One retention policy. A field that the reply lacks is None."""

    __module__ = "koodrive"
    __slots__ = {
        "policy_id": "Text, digit for digit: the published example lies above 2^53.",
        "policy_name": "For people.",
        "description": "What it does, for people.",
        "priority": "Larger comes first.",
        "status": "Meaning not published.",
    }
    __match_args__ = ("policy_id", "policy_name", "description", "priority", "status")

    policy_id: Optional[str]
    policy_name: Optional[str]
    description: Optional[str]
    priority: Optional[int]
    status: Optional[int]

    def __init__(
        self,
        *,
        policy_id: Optional[str] = None,
        policy_name: Optional[str] = None,
        description: Optional[str] = None,
        priority: Optional[int] = None,
        status: Optional[int] = None,
    ) -> None:
        self._fill(locals())


class RetentionPolicies(_Value):
    """The reply to ``GetCurrentRetentionPolicy``."""

    __module__ = "koodrive"
    __slots__ = {
        "code": 'Always "0": any other code is an error.',
        "msg": "For people. May be Chinese, so never match on it.",
        "trace_id": "The reply's trace id, or else the one that ``send`` sent.",
        "policy_list": "Empty where the reply has none.",
    }
    __match_args__ = ("code", "msg", "trace_id", "policy_list")

    code: str
    msg: Optional[str]
    trace_id: Optional[str]
    policy_list: tuple[RetentionPolicy, ...]

    def __init__(
        self,
        *,
        code: str,
        msg: Optional[str] = None,
        trace_id: Optional[str] = None,
        policy_list: tuple[RetentionPolicy, ...] = (),
    ) -> None:
        self._fill(locals())


class Difference(_Value):
    """One line of the canonical request, both ways."""

    __module__ = "koodrive"
    __slots__ = {
        "part": "What the line holds, in the publisher's words, such as ``CanonicalHeaders``.",
        "line": "Its number, from 1.",
        "ours": "As this library signs it; empty where it has no such line.",
        "theirs": "As the service signed it; empty where it has no such line.",
    }
    __match_args__ = ("part", "line", "ours", "theirs")

    part: str
    line: int
    ours: str
    theirs: str

    def __init__(self, *, part: str, line: int, ours: str, theirs: str) -> None:
        self._fill(locals())


class Explanation(_Value):
    """Every stage of one signature. Never holds the secret."""

    __module__ = "koodrive"
    __slots__ = {
        "canonical_request": "The first stage: method, path, query, headers, hash of the body, a line each.",
        "canonical_request_hash": "Lower-case hex of its SHA-256.",
        "string_to_sign": "The second: the algorithm, and ``canonical_request_hash``.",
        "signature": "The last: lower-case hex of the HMAC-SHA256 of ``string_to_sign``.",
        "signed_headers": "Names of the headers that are signed, joined by ``;``.",
        "difference": "The first line in which the service's canonical request differs; None where it agrees, or where there is none.",
        "finding": "What the service's message says about the refusal; None where no message was given.",
    }
    __match_args__ = (
        "canonical_request",
        "canonical_request_hash",
        "string_to_sign",
        "signature",
        "signed_headers",
        "difference",
        "finding",
    )

    canonical_request: str
    canonical_request_hash: str
    string_to_sign: str
    signature: str
    signed_headers: str
    difference: Optional[Difference]
    finding: Optional[str]

    def __init__(
        self,
        *,
        canonical_request: str,
        canonical_request_hash: str,
        string_to_sign: str,
        signature: str,
        signed_headers: str,
        difference: Optional[Difference] = None,
        finding: Optional[str] = None,
    ) -> None:
        self._fill(locals())


class Settings(_Value):
    """What a client is made of, its credentials apart: for ``Client.from_settings`` in another process."""

    __module__ = "koodrive"
    __slots__ = {
        "endpoint": "The base URL.",
        "user_id": "The value of X-User-Id.",
        "clock_margin": "In whole seconds.",
        "allow_plain_http": "Whether plain http is allowed to other hosts than loopback.",
        "clock_offset": "What was learned about the server's clock, in seconds; positive when it is ahead.",
    }
    __match_args__ = ("endpoint", "user_id", "clock_margin", "allow_plain_http", "clock_offset")

    endpoint: str
    user_id: str
    clock_margin: int
    allow_plain_http: bool
    clock_offset: float

    def __init__(
        self,
        *,
        endpoint: str,
        user_id: str,
        clock_margin: int = _core.CLOCK_MARGIN_DEFAULT,
        allow_plain_http: bool = False,
        clock_offset: float = 0.0,
    ) -> None:
        self._fill(locals())


class Exchange(_Value):
    """One exchange with the service, as ``on_exchange`` sees it. Never holds a secret."""

    __module__ = "koodrive"
    __slots__ = {
        "method": "HTTP method.",
        "url": "Endpoint and path.",
        "status": "HTTP status; None where no answer came.",
        "started_at": "Seconds since the epoch, by this machine's clock.",
        "duration": "In seconds.",
        "trace_id": "The one that was sent.",
        "kind": "The error's kind; None for a success.",
        "outcome": "The error's outcome; None for a success.",
    }
    __match_args__ = ("method", "url", "status", "started_at", "duration", "trace_id", "kind", "outcome")

    method: str
    url: str
    status: Optional[int]
    started_at: float
    duration: float
    trace_id: str
    kind: Optional[_Kind]
    outcome: Optional[_Outcome]

    def __init__(
        self,
        *,
        method: str,
        url: str,
        status: Optional[int],
        started_at: float,
        duration: float,
        trace_id: str,
        kind: Optional[_Kind] = None,
        outcome: Optional[_Outcome] = None,
    ) -> None:
        self._fill(locals())


class NotifyPackageExpire(_Frozen, Call[Acknowledgement]):
    """Tells KooDrive that a subscriber's package has expired and enters the reservation period.

    It changes state: what then happens to the subscriber's data follows from the retention policies in force, which
    ``GetCurrentRetentionPolicy`` reads.

    Both ids are the carrier's own and go through unchanged; a number is refused. ``type`` is 2, the only documented value,
    and need not be given; any other is refused, unless it is asked for as ``undocumented_type``.
    """

    __module__ = "koodrive"
    __match_args__ = ("carrier_user_id", "package_id", "undocumented_type")

    if TYPE_CHECKING:

        @property
        def carrier_user_id(self) -> str: ...
        @property
        def package_id(self) -> str: ...
        @property
        def undocumented_type(self) -> Optional[int]: ...

    else:
        __slots__ = {
            "carrier_user_id": "The carrier's id of the user.",
            "package_id": "The carrier's id of the package.",
            "undocumented_type": "The ``type`` that was asked for by name; None for the documented one.",
        }

    def __new__(
        cls, *, carrier_user_id: str, package_id: str, type: int = 2, undocumented_type: Optional[int] = None
    ) -> NotifyPackageExpire:
        """Checks the arguments."""
        try:
            made = Call.__new__(cls, (carrier_user_id, package_id), type, undocumented_type)
        except (TypeError, UnicodeError, OverflowError):
            text("carrierUserId", carrier_user_id)
            text("packageId", package_id)
            raise _core.not_a_type() from None
        _set(made, "carrier_user_id", carrier_user_id)
        _set(made, "package_id", package_id)
        _set(made, "undocumented_type", undocumented_type)
        return made


class GetCurrentRetentionPolicy(_Frozen, Call[RetentionPolicies]):
    """Reads the retention policies in force.

    It changes nothing, so it is the safe first call: it proves endpoint, clock and credentials.
    """

    __module__ = "koodrive"
    __slots__ = ()
    __match_args__ = ()

    def __new__(cls) -> GetCurrentRetentionPolicy:
        """The call takes no arguments."""
        return Call.__new__(cls)

    def _reply(self, fields: str) -> RetentionPolicies:
        """From a JSON object of the reply's fields."""
        import json

        reply = json.loads(fields)
        policies = [
            RetentionPolicy(
                policy_id=policy["policyId"],
                policy_name=policy["policyName"],
                description=policy["description"],
                priority=policy["priority"],
                status=policy["status"],
            )
            for policy in reply["policyList"]
        ]
        return RetentionPolicies(
            code=reply["code"], msg=reply["msg"], trace_id=reply["traceId"], policy_list=tuple(policies)
        )
