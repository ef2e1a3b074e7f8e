"""Calls, replies and other values: frozen, compared, hashed, printed and pickled by their fields."""

from __future__ import annotations

from . import _core
from ._convert import text
from ._native import Acknowledgement, Call, NotifyPackageExpireCall, Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, ClassVar, NoReturn, Optional, Union

    from typing_extensions import dataclass_transform, final

    from ._errors import _Kind, _Outcome

    # A value is text, an integer, or a list of them. Checkers would find no common type in a mapping of such values.
    _Query = Union[Mapping[str, Any], Iterable[tuple[str, Any]]]
    _Headers = Union[Mapping[str, str], Iterable[tuple[str, str]]]
else:

    def dataclass_transform(**_: bool) -> Any:
        return lambda value: value

    def final(value: Any) -> Any:
        return value


# Past the __setattr__ that refuses.
_set = object.__setattr__


def _names(value: Any) -> tuple[str, ...]:
    return value.__match_args__  # type: ignore[no-any-return]


def _renew(value: type[Any], fields: dict[str, object]) -> Any:
    return value(**fields)


def camel_case(name: str) -> str:
    """Returns the wire's spelling of a field's name."""
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))


def from_members(value: type[Any], members: Mapping[str, Any]) -> Any:
    """Returns a value with these members of the core, which are named as the wire names them."""
    nested = getattr(value, "_nested", {})
    fields = {}
    for name in _names(value):
        member = members[camel_case(name)]
        inner = nested.get(name)
        if inner is not None and member is not None:
            if isinstance(member, list):
                member = tuple(from_members(inner, item) for item in member)
            else:
                member = from_members(inner, member)
        fields[name] = member
    return value(**fields)


def members_of(value: Any) -> Any:
    """Returns the fields of a value as plain data, those of the values inside included, under Python's names."""
    if isinstance(value, (tuple, list)):
        return [members_of(item) for item in value]
    names = getattr(value, "__match_args__", None)
    return value if names is None else {name: members_of(getattr(value, name)) for name in names}


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


def _reply(self: Any, fields: str) -> Any:
    """Returns the reply to a call. ``fields`` is the JSON text of the reply's fields."""
    import json

    return from_members(self._replies, json.loads(fields))


# What is made by the million is native; it gets here what the other values have, or its own.
_given = {name: vars(_Frozen)[name] for name in ("_fields", "__eq__", "__hash__", "__repr__", "__reduce__")}
for _name, _member in {**_given, "__setattr__": _Frozen.__setattr__, "__delattr__": _Frozen.__delattr__, "_reply": _reply}.items():
    setattr(Call, _name, _member)
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
    """The reply to ``GetCurrentRetentionPolicy`` and ``GetCarrierRetentionPolicy``."""

    __module__ = "koodrive"
    __slots__ = {
        "code": '"0", or None: the published tables have no code.',
        "msg": "For people. May be Chinese, so never match on it.",
        "trace_id": "The reply's trace id, or else the one that ``send`` sent.",
        "policy_list": "Empty where the reply has none.",
        "body": "The reply's body as it came.",
    }
    __match_args__ = ("code", "msg", "trace_id", "policy_list", "body")
    _nested: ClassVar[dict[str, type[Any]]] = {"policy_list": RetentionPolicy}

    code: Optional[str]
    msg: Optional[str]
    trace_id: Optional[str]
    policy_list: tuple[RetentionPolicy, ...]
    body: str

    def __init__(
        self,
        *,
        code: Optional[str] = None,
        msg: Optional[str] = None,
        trace_id: Optional[str] = None,
        policy_list: tuple[RetentionPolicy, ...] = (),
        body: str = "",
    ) -> None:
        self._fill(locals())


class SpaceUsageData(_Value):
    """The figures of a ``SpaceUsage``, as text digit for digit. A field that the reply lacks is None."""

    __module__ = "koodrive"
    __slots__ = {
        "total_allocation": "Space that is allocated, in KB.",
        "total_capacity": "Space that there is, in KB.",
        "total_used": "Space that is used, in KB.",
        "quota": "Quota, in GB.",
    }
    __match_args__ = ("total_allocation", "total_capacity", "total_used", "quota")

    total_allocation: Optional[str]
    total_capacity: Optional[str]
    total_used: Optional[str]
    quota: Optional[str]

    def __init__(
        self,
        *,
        total_allocation: Optional[str] = None,
        total_capacity: Optional[str] = None,
        total_used: Optional[str] = None,
        quota: Optional[str] = None,
    ) -> None:
        self._fill(locals())


class SpaceUsage(_Value):
    """The reply to ``GetSpaceUsageByOverview``."""

    __module__ = "koodrive"
    __slots__ = {
        "code": 'Always "0": any other code is an error.',
        "msg": "For people. May be Chinese, so never match on it.",
        "trace_id": "The reply's trace id, or else the one that ``send`` sent.",
        "data": "The figures.",
        "body": "The reply's body as it came.",
    }
    __match_args__ = ("code", "msg", "trace_id", "data", "body")
    _nested: ClassVar[dict[str, type[Any]]] = {"data": SpaceUsageData}

    code: str
    msg: Optional[str]
    trace_id: Optional[str]
    data: SpaceUsageData
    body: str

    def __init__(
        self,
        *,
        code: str,
        data: SpaceUsageData,
        msg: Optional[str] = None,
        trace_id: Optional[str] = None,
        body: str = "",
    ) -> None:
        self._fill(locals())


class RawReply(_Value):
    """The reply to a ``RawCall`` and to ``ReverseOrder``."""

    __module__ = "koodrive"
    __slots__ = {
        "status": "HTTP status: 2xx.",
        "code": '"0", or None where the reply has no code.',
        "msg": "For people. May be Chinese, so never match on it.",
        "trace_id": "The reply's trace id, or else the one that ``send`` sent.",
        "body": "The reply's body as it came.",
    }
    __match_args__ = ("status", "code", "msg", "trace_id", "body")

    status: int
    code: Optional[str]
    msg: Optional[str]
    trace_id: Optional[str]
    body: str

    def __init__(
        self,
        *,
        status: int,
        code: Optional[str] = None,
        msg: Optional[str] = None,
        trace_id: Optional[str] = None,
        body: str = "",
    ) -> None:
        self._fill(locals())

    def json(self) -> Any:
        """Returns ``body`` parsed as JSON; None where the body is empty. Integers keep their digits."""
        import json

        return json.loads(self.body) if self.body else None


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
        "signature": "The last: lower-case hex of the HMAC-SHA256 of ``string_to_sign``; None for a client with a function ``sign``.",
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
    _nested: ClassVar[dict[str, type[Any]]] = {"difference": Difference}

    canonical_request: str
    canonical_request_hash: str
    string_to_sign: str
    signature: Optional[str]
    signed_headers: str
    difference: Optional[Difference]
    finding: Optional[str]

    def __init__(
        self,
        *,
        canonical_request: str,
        canonical_request_hash: str,
        string_to_sign: str,
        signature: Optional[str],
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
    """One exchange with the service, as ``on_exchange`` sees it. Never holds a secret.

    ``operation`` and ``url`` of a raw call hold its path, with the ids that are in the path.
    """

    __module__ = "koodrive"
    __slots__ = {
        "operation": "The publisher's name of the operation, or a raw call's method and path.",
        "method": "HTTP method.",
        "url": "Endpoint and path, without the query.",
        "status": "HTTP status; None where no answer came.",
        "started_at": "Seconds since the epoch, by this machine's clock.",
        "duration": "In seconds.",
        "trace_id": "The one that was sent.",
        "kind": "The error's kind; None for a success.",
        "outcome": "The error's outcome; None for a success.",
    }
    __match_args__ = ("operation", "method", "url", "status", "started_at", "duration", "trace_id", "kind", "outcome")

    operation: str
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
        operation: str,
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


@final
class NotifyPackageExpire(NotifyPackageExpireCall):
    """Tells KooDrive that a subscriber's package has expired and enters the reservation period.

    It changes state: what then happens to the subscriber's data follows from the retention policies in force, which
    ``GetCurrentRetentionPolicy`` reads.

    Both ids are the carrier's own and go through unchanged. A number is refused, as is an id with a control character, or with
    white space or an invisible character at either end. ``type`` is 2, the only documented value,
    and need not be given; any other is refused, unless it is asked for as ``undocumented_type``.

    https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/notifyPackageExpire.html
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
            made = NotifyPackageExpireCall.__new__(cls, carrier_user_id, package_id, type, undocumented_type)
        except (TypeError, UnicodeError, OverflowError):
            text("carrierUserId", carrier_user_id)
            text("packageId", package_id)
            raise _core.not_a_type() from None
        _set(made, "carrier_user_id", carrier_user_id)
        _set(made, "package_id", package_id)
        _set(made, "undocumented_type", undocumented_type)
        return made


# A class of a call says the publisher's name of its operation as ``_name``, which the core makes the call of, and the type of its
# reply as ``_replies``.


def _made(call: type[Any], members: dict[str, Any], fields: tuple[object, ...] = ()) -> Any:
    """Returns a call: ``members`` go to the core, which checks them; ``fields`` are those of the class, in their order."""
    made = Call.__new__(call, _written(members) if members else "{}")
    for name, field in zip(_names(call), fields):
        _set(made, name, field)
    return made


def _written(members: dict[str, Any]) -> str:
    import json

    parts = []
    for name, member in members.items():
        try:
            # In ASCII, since half of a surrogate pair is the core's to refuse.
            parts.append(f"{json.dumps(name)}:{json.dumps(member, allow_nan=False)}")
        except (TypeError, ValueError, RecursionError) as error:
            why = str(error)
        else:
            continue
        raise _core.refused(name, f"not JSON ({why}); pass text, integers and lists of them")
    return "{" + ",".join(parts) + "}"


def _values(field: str, given: Any, of: type[Any]) -> tuple[Any, ...]:
    """Returns the values of an iterable, each of which is ``of`` this type."""
    if isinstance(given, of) or not hasattr(given, "__iter__"):
        raise _core.refused(field, f"of type {type(given).__name__}; pass a list of koodrive.{of.__name__}")
    values = tuple(given)
    for value in values:
        if type(value) is not of:
            found = type(value).__name__
            raise _core.refused(field, f"contains a value of type {found}; pass koodrive.{of.__name__}")
    return values


@final
class GetSpaceUsageByOverview(Call[SpaceUsage]):
    """Reads how much space is allocated and used.

    It changes nothing and takes either kind of credentials, so it is the safe first call: it proves endpoint, clock and
    credentials.

    https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/GetSpaceUsageByOverview.html
    """

    __module__ = "koodrive"
    __slots__ = ()
    __match_args__ = ()
    _name = "getSpaceUsageByOverview"
    _replies = SpaceUsage

    def __new__(cls) -> GetSpaceUsageByOverview:
        """The call takes no arguments."""
        return _made(cls, {})  # type: ignore[no-any-return]


@final
class GetCurrentRetentionPolicy(Call[RetentionPolicies]):
    """Reads the retention policies in force. It changes nothing. The publisher documents a token as its only authentication.

    https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/GetCurrentRetentionPolicy.html
    """

    __module__ = "koodrive"
    __slots__ = ()
    __match_args__ = ()
    _name = "getCurrentRetentionPolicy"
    _replies = RetentionPolicies

    def __new__(cls) -> GetCurrentRetentionPolicy:
        """The call takes no arguments."""
        return _made(cls, {})  # type: ignore[no-any-return]


@final
class GetCarrierRetentionPolicy(Call[RetentionPolicies]):
    """Reads the retention policies of the carrier. It changes nothing. A token is the only documented authentication.

    https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/GetCarrierRetentionPolicy.html
    """

    __module__ = "koodrive"
    __slots__ = ()
    __match_args__ = ()
    _name = "getCarrierRetentionPolicy"
    _replies = RetentionPolicies

    def __new__(cls) -> GetCarrierRetentionPolicy:
        """The call takes no arguments."""
        return _made(cls, {})  # type: ignore[no-any-return]


class PolicyStatus(_Value):
    """A retention policy and the status that it gets: one entry of a ``SetRetentionPolicy``, which checks both."""

    __module__ = "koodrive"
    __slots__ = {
        "policy_id": "Text, such as that of a ``RetentionPolicy``.",
        "status": "Text, as the published table says.",
    }
    __match_args__ = ("policy_id", "status")

    policy_id: str
    status: str

    def __init__(self, *, policy_id: str, status: str) -> None:
        self._fill(locals())


@final
class SetRetentionPolicy(Call[Acknowledgement]):
    """Sets the statuses of 1 to 50 retention policies. It changes state. A token is the only documented authentication.

    https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/SetRetentionPolicy.html
    """

    __module__ = "koodrive"
    __match_args__ = ("policies",)
    _name = "setRetentionPolicy"
    _replies = Acknowledgement

    if TYPE_CHECKING:

        @property
        def policies(self) -> tuple[PolicyStatus, ...]: ...

    else:
        __slots__ = {"policies": "The policies and their statuses, as a tuple."}

    def __new__(cls, policies: Iterable[PolicyStatus]) -> SetRetentionPolicy:
        """Checks the arguments."""
        policies = _values("policies", policies, PolicyStatus)
        members = {"policyList": [{"policyId": it.policy_id, "status": it.status} for it in policies]}
        return _made(cls, members, (policies,))  # type: ignore[no-any-return]


class PackageChange(_Value):
    """The change of a package in an ``OrderOperation``; ``ReverseOrder`` checks it."""

    __module__ = "koodrive"
    __slots__ = {
        "package_id": "The carrier's id of the package.",
        "change_type": "1, subscribe: the only documented value.",
        "undocumented_change_type": "Another value, asked for by name; None for the documented one.",
    }
    __match_args__ = ("package_id", "change_type", "undocumented_change_type")

    package_id: str
    change_type: int
    undocumented_change_type: Optional[int]

    def __init__(
        self, *, package_id: str, change_type: int = 1, undocumented_change_type: Optional[int] = None
    ) -> None:
        self._fill(locals())


class OrderOperation(_Value):
    """One operation of a ``ReverseOrder``, which checks it."""

    __module__ = "koodrive"
    __slots__ = {
        "operation_sn": "The serial number of the operation.",
        "carrier_user_id": "The carrier's id of the user, or None.",
        "package_changes": "The changes of packages, as a tuple; at most one is published.",
    }
    __match_args__ = ("operation_sn", "carrier_user_id", "package_changes")

    operation_sn: str
    carrier_user_id: Optional[str]
    package_changes: tuple[PackageChange, ...]

    def __init__(
        self,
        *,
        operation_sn: str,
        carrier_user_id: Optional[str] = None,
        package_changes: Iterable[PackageChange] = (),
    ) -> None:
        package_changes = _values("package_changes", package_changes, PackageChange)
        self._fill(locals())


@final
class ReverseOrder(Call[RawReply]):
    """Notifies KooDrive of 1 to 50 orders in reverse, for packages that are paid per use. It changes state.

    ``batch_sn`` has at most 64 characters. The reply beyond code and msg is not published.

    https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/reverseOrder.html
    """

    __module__ = "koodrive"
    __match_args__ = ("batch_sn", "operations")
    _name = "reverseOrder"
    _replies = RawReply

    if TYPE_CHECKING:

        @property
        def batch_sn(self) -> str: ...
        @property
        def operations(self) -> tuple[OrderOperation, ...]: ...

    else:
        __slots__ = {
            "batch_sn": "The serial number of the batch.",
            "operations": "The operations, as a tuple.",
        }

    def __new__(cls, *, batch_sn: str, operations: Iterable[OrderOperation]) -> ReverseOrder:
        """Checks the arguments."""
        operations = _values("operations", operations, OrderOperation)
        members = {
            "batchSN": batch_sn,
            "operationList": [
                {
                    "operationSN": operation.operation_sn,
                    "carrierUserId": operation.carrier_user_id,
                    "packageChangeList": [
                        {camel_case(name): getattr(change, name) for name in _names(change)}
                        for change in operation.package_changes
                    ],
                }
                for operation in operations
            ],
        }
        return _made(cls, members, (batch_sn, operations))  # type: ignore[no-any-return]


def _pairs(given: Any) -> Any:
    """Returns pairs as a tuple, of a mapping or of pairs. Anything else stays as it is, for the core to refuse."""
    if given is None:
        return ()
    items = given.items() if hasattr(given, "items") else given
    if isinstance(items, (str, bytes)) or not hasattr(items, "__iter__"):
        return items
    return tuple(_frozen(pair) for pair in items)


def _frozen(value: Any) -> Any:
    """Returns a list, and the lists in it, as tuples."""
    return tuple(map(_frozen, value)) if isinstance(value, (list, tuple)) else value


def _json_text(value: object) -> Optional[str]:
    """Returns the text of a body: text as it is, any other value in compact form."""
    if value is None or isinstance(value, str):
        return value
    import json

    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        why = str(error)
    # Outside, since that error may hold the value.
    raise _core.refused("json", f"cannot be written as JSON ({why}); pass JSON text, or a value that json.dumps writes")


@final
class RawCall(Call[RawReply]):
    """A call of any operation of the API, such as one of the about 40 of the reference for carriers.

    ``path`` is absolute and below the endpoint. It is sent percent-encoded, and escapes in it stay. ``query`` is a mapping or
    pairs; a value is text or an integer, or a list of them, which repeats the name. ``headers`` are sent and not signed. ``json``
    is the body: text is JSON text and sent as it is, any other value is written as compact JSON.

    https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/koodrive_11_0002.html
    """

    __module__ = "koodrive"
    __match_args__ = ("method", "path", "query", "headers", "json")
    _name = "rawCall"
    _replies = RawReply

    if TYPE_CHECKING:

        @property
        def method(self) -> str: ...
        @property
        def path(self) -> str: ...
        @property
        def query(self) -> tuple[tuple[str, Any], ...]: ...
        @property
        def headers(self) -> tuple[tuple[str, str], ...]: ...
        @property
        def json(self) -> Optional[str]: ...

    else:
        __slots__ = {
            "method": "GET, POST, PUT, PATCH or DELETE.",
            "path": "As it was given.",
            "query": "Pairs of name and value; a value may be a tuple.",
            "headers": "Pairs of name and value.",
            "json": "The text of the body; None where there is none.",
        }

    def __new__(
        cls,
        method: str,
        path: str,
        *,
        query: Optional[_Query] = None,
        headers: Optional[_Headers] = None,
        json: object = None,
    ) -> RawCall:
        """Checks the arguments."""
        fields = (method, path, _pairs(query), _pairs(headers), _json_text(json))
        return _made(cls, dict(zip(_names(cls), fields)), fields)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        """Without the body, which may be large and may name subscribers."""
        shown = [f"{self.method!r}", f"{self.path!r}"]
        shown += [f"{name}={getattr(self, name)!r}" for name in ("query", "headers") if getattr(self, name)]
        shown += ["json=…"] if self.json is not None else []
        return f"RawCall({', '.join(shown)})"


def _sealed(cls: Any, /, **_: object) -> NoReturn:
    raise TypeError(
        f"{cls.__name__}: koodrive's calls cannot be subclassed, since the core knows every operation; make a koodrive.RawCall"
    )


# From here on: what stands above is all that there is.
Call.__init_subclass__ = classmethod(_sealed)  # type: ignore[assignment,method-assign]
