"""Calls, replies and other values: frozen, compared, hashed, printed and pickled by their fields."""

from __future__ import annotations

from . import _core
from ._convert import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn, Optional, TypeVar

    _V = TypeVar("_V", bound="_Value")


# Past the __setattr__ that refuses.
_set = object.__setattr__


def _renew(value: type[Any], fields: dict[str, object]) -> Any:
    return value(**fields)


def of(value: type[_V], fields: tuple[object, ...]) -> _V:
    """A value of these fields, in their order."""
    return value(**dict(zip(value.__match_args__, fields)))


def with_field(value: Any, name: str, field: object) -> Any:
    """The same value but for one field."""
    return type(value)(**{**dict(zip(value.__match_args__, value._fields)), name: field})


class _Value:
    __slots__ = ()
    __match_args__: tuple[str, ...] = ()

    def _fill(self, fields: dict[str, object]) -> None:
        for name in self.__match_args__:
            _set(self, name, fields[name])

    @property
    def _fields(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__match_args__)

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
        fields = (f"{name}={value!r}" for name, value in zip(self.__match_args__, self._fields))
        return f"{type(self).__name__}({', '.join(fields)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _renew, (type(self), dict(zip(self.__match_args__, self._fields)))


# The reply that is read by the million is native, and sealed; it gets here what the others have.
for _name in ("_fields", "__eq__", "__hash__", "__repr__", "__reduce__"):
    setattr(_core.Acknowledgement, _name, vars(_Value)[_name])
setattr(_core.Acknowledgement, "__match_args__", ("code", "msg", "trace_id"))


class RetentionPolicy(_Value):
    """One retention policy. A field that the reply lacks is None."""

    __module__ = "koodrive"
    __slots__ = __match_args__ = ("policy_id", "policy_name", "description", "priority", "status")

    #: Text, digit for digit: the published example lies above 2^53.
    policy_id: Optional[str]
    policy_name: Optional[str]
    #: What it does, for people.
    description: Optional[str]
    #: Larger comes first.
    priority: Optional[int]
    #: Meaning not published.
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
    """The reply to GetCurrentRetentionPolicy."""

    __module__ = "koodrive"
    __slots__ = __match_args__ = ("code", "msg", "trace_id", "policy_list")

    #: Always "0": any other code is an error.
    code: str
    #: For people. May be Chinese, so never match on it.
    msg: Optional[str]
    #: The reply's trace id, or else the one that ``send`` sent.
    trace_id: Optional[str]
    #: Empty where the reply has none.
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
    __slots__ = __match_args__ = ("part", "line", "ours", "theirs")

    #: What the line holds, in the publisher's words, such as ``CanonicalHeaders``.
    part: str
    #: Its number, from 1.
    line: int
    #: As this library signs it; empty where it has no such line.
    ours: str
    #: As the service signed it; empty where it has no such line.
    theirs: str

    def __init__(self, *, part: str, line: int, ours: str, theirs: str) -> None:
        self._fill(locals())


class Explanation(_Value):
    """Every stage of one signature. Never holds the secret."""

    __module__ = "koodrive"
    __slots__ = __match_args__ = (
        "canonical_request",
        "canonical_request_hash",
        "string_to_sign",
        "signature",
        "signed_headers",
        "difference",
        "finding",
    )

    canonical_request: str
    #: Lower-case hex of its SHA-256.
    canonical_request_hash: str
    string_to_sign: str
    signature: str
    #: Names of the headers that are signed, joined by ``;``.
    signed_headers: str
    #: The first line in which the service's canonical request differs; None where it agrees, or where there is none.
    difference: Optional[Difference]
    #: What the service's message says about the refusal; None where no message was given.
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
    __slots__ = __match_args__ = ("endpoint", "user_id", "clock_margin", "allow_plain_http", "clock_offset")

    #: The base URL.
    endpoint: str
    #: The value of X-User-Id.
    user_id: str
    #: In whole seconds.
    clock_margin: int
    #: Whether plain http is allowed to other hosts than loopback.
    allow_plain_http: bool
    #: What was learned about the server's clock, in seconds; positive when it is ahead.
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
    __slots__ = __match_args__ = (
        "method",
        "url",
        "status",
        "started_at",
        "duration",
        "trace_id",
        "kind",
        "outcome",
    )

    #: HTTP method.
    method: str
    url: str
    #: HTTP status; None where no answer came.
    status: Optional[int]
    #: Seconds since the epoch, by this machine's clock.
    started_at: float
    #: In seconds.
    duration: float
    #: The one that was sent.
    trace_id: str
    #: The error's kind; None for a success.
    kind: Optional[str]
    #: The error's outcome; None for a success.
    outcome: Optional[str]

    def __init__(
        self,
        *,
        method: str,
        url: str,
        status: Optional[int],
        started_at: float,
        duration: float,
        trace_id: str,
        kind: Optional[str] = None,
        outcome: Optional[str] = None,
    ) -> None:
        self._fill(locals())


if TYPE_CHECKING:
    _CallForAcknowledgement = _core.Call[_core.Acknowledgement]
    _CallForPolicies = _core.Call[RetentionPolicies]
else:
    _CallForAcknowledgement = _CallForPolicies = _core.Call


class NotifyPackageExpire(_Value, _CallForAcknowledgement):
    """Tells KooDrive that a subscriber's package has expired and enters the reservation period. It changes state: what then
    happens to the subscriber's data follows from the retention policies in force, which ``GetCurrentRetentionPolicy`` reads.

    Both ids are the carrier's own and go through unchanged; a number is refused. ``type`` is 2, the only documented value,
    and need not be given; any other is refused, unless it is asked for as ``undocumented_type``.
    """

    __module__ = "koodrive"
    __slots__ = __match_args__ = ("carrier_user_id", "package_id", "undocumented_type")

    #: The carrier's id of the user.
    carrier_user_id: str
    #: The carrier's id of the package.
    package_id: str
    #: The ``type`` that was asked for by name; None for the documented one.
    undocumented_type: Optional[int]

    def __new__(
        cls, *, carrier_user_id: str, package_id: str, type: int = 2, undocumented_type: Optional[int] = None
    ) -> NotifyPackageExpire:
        """Checks the arguments."""
        try:
            _core.check_type(type)
            made = _core.Call.__new__(cls, (carrier_user_id, package_id), undocumented_type)
        except (TypeError, UnicodeError, OverflowError):
            text("carrierUserId", carrier_user_id)
            text("packageId", package_id)
            raise _core.error("not_a_type", "", "") from None
        _set(made, "carrier_user_id", carrier_user_id)
        _set(made, "package_id", package_id)
        _set(made, "undocumented_type", undocumented_type)
        return made


class GetCurrentRetentionPolicy(_Value, _CallForPolicies):
    """Reads the retention policies in force. It changes nothing, so it is the safe first call."""

    __module__ = "koodrive"
    __slots__ = ()

    def __new__(cls) -> GetCurrentRetentionPolicy:
        """The call takes no arguments."""
        return _core.Call.__new__(cls, None, None)

    def _reply(self, fields: str) -> RetentionPolicies:
        """From a JSON object of the reply's fields, in their order."""
        import json

        *envelope, policies = json.loads(fields).values()
        policy_list = tuple(of(RetentionPolicy, tuple(policy.values())) for policy in policies)
        return of(RetentionPolicies, (*envelope, policy_list))
