"""Replies, settings, explanations and exchanges, as frozen dataclasses. The two frequent replies are native classes.

``koodrive`` imports this module on first use, since ``dataclasses`` takes longer than the rest of the import.
"""

from __future__ import annotations

from dataclasses import dataclass, field, make_dataclass
from functools import cache
from inspect import signature

from . import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ._literals import Kind, Outcome


@cache
def dataclass_of(native: type) -> type:
    """Returns a dataclass with the fields of ``native``. It describes the native class for the functions of ``dataclasses``."""
    fields = []
    for name, parameter in signature(native).parameters.items():
        has_default = parameter.default is not parameter.empty
        fields.append((name, native.__annotations__[name], field(default=parameter.default) if has_default else field()))
    return make_dataclass(native.__name__, fields, frozen=True, slots=True, kw_only=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """One retention policy. A field is None if the reply lacks it."""

    __module__ = "koodrive"

    policy_id: str | None = None
    """Id of the policy. Text, since the published example is above 2^53."""
    policy_name: str | None = None
    """Display name of the policy."""
    description: str | None = None
    """Description of the policy."""
    priority: int | None = None
    """Priority of the policy; the larger number applies first."""
    status: int | None = None
    """Status of the policy. The publisher does not document its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicies:
    """The reply to ``GetCurrentRetentionPolicy`` and ``GetCarrierRetentionPolicy``."""

    __module__ = "koodrive"

    code: str | None = None
    """The text "0", or None if the reply has no code, as in the published tables."""
    msg: str | None = None
    """The service's message. May be Chinese, so never match on it."""
    trace_id: str | None = None
    """Trace id of the reply, or else of the request of ``send``."""
    policy_list: tuple[RetentionPolicy, ...] = ()
    """The policies; empty if the reply lists none."""
    body: str = ""
    """Body of the reply, unchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceUsageData:
    """The figures of a ``SpaceUsage``, as text, digit for digit. A field is None if the reply lacks it."""

    __module__ = "koodrive"

    total_allocation: str | None = None
    """Allocated space, in KB."""
    total_capacity: str | None = None
    """Total space, in KB."""
    total_used: str | None = None
    """Used space, in KB."""
    quota: str | None = None
    """Quota, in GB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceUsage:
    """The reply to ``GetSpaceUsageByOverview``."""

    __module__ = "koodrive"

    code: str
    """Always "0": any other code is an error."""
    msg: str | None = None
    """The service's message. May be Chinese, so never match on it."""
    trace_id: str | None = None
    """Trace id of the reply, or else of the request of ``send``."""
    data: SpaceUsageData
    """The figures."""
    body: str = ""
    """Body of the reply, unchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One line of the canonical request that this library and the service sign differently."""

    __module__ = "koodrive"

    part: str
    """Part of the canonical request with this line, by the publisher's name, such as ``CanonicalHeaders``."""
    line: int
    """Number of the line, from 1."""
    ours: str
    """The line in this library's canonical request; empty if there is none."""
    theirs: str
    """The line in the service's canonical request; empty if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Every stage of one signature. The app secret is not included."""

    __module__ = "koodrive"

    canonical_request: str
    """First stage: method, path, query, headers and hash of the body, each on its own line."""
    canonical_request_hash: str
    """Lower-case hex of the SHA-256 of ``canonical_request``."""
    string_to_sign: str
    """Second stage: the algorithm, then ``canonical_request_hash`` on a line of its own."""
    signature: str | None
    """Last stage: lower-case hex of the HMAC-SHA256 of ``string_to_sign``; None for a client with a function ``sign``."""
    signed_headers: str
    """Names of the signed headers, joined by ``;``."""
    difference: Difference | None = None
    """First line that differs from the service's canonical request; None if there is no difference or nothing to compare."""
    finding: str | None = None
    """Result of the comparison with the service's message; None without a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a client without its credentials, for ``Client.from_settings`` in another process."""

    __module__ = "koodrive"

    endpoint: str
    """Base URL of the service."""
    user_id: str
    """Value of the header X-User-Id."""
    clock_margin: int = _core.CLOCK_MARGIN_DEFAULT
    """Whole seconds, 0 to 600, by which X-Date stays behind the server's clock."""
    allow_plain_http: bool = False
    """Whether ``http://`` is allowed to hosts other than loopback."""
    clock_offset: float = 0.0
    """Seconds by which the server's clock is ahead of this machine's, as learned from replies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One exchange with the service, for ``on_exchange``. It has no credentials.

    For a raw call, ``operation`` and ``url`` contain the path, including ids in the path.
    """

    __module__ = "koodrive"

    operation: str
    """The publisher's name of the operation, or method and path of a raw call."""
    method: str
    """HTTP method."""
    url: str
    """Endpoint and path, without the query."""
    status: int | None
    """HTTP status; None without an answer."""
    started_at: datetime
    """Start of the exchange by this machine's clock, in UTC."""
    duration: float
    """Duration in seconds."""
    trace_id: str
    """Trace id of the request."""
    kind: Kind | None = None
    """Kind of the error; None for a success."""
    outcome: Outcome | None = None
    """Outcome of the error; None for a success."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyStatus:
    """One entry of a ``SetRetentionPolicy``: a retention policy and its new status. ``SetRetentionPolicy`` checks both."""

    __module__ = "koodrive"

    policy_id: str
    """Id of the policy, as in ``RetentionPolicy.policy_id``."""
    status: str
    """New status. The published table types it as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageChange:
    """One change of a package in an ``OrderOperation``. ``ReverseOrder`` checks the values."""

    __module__ = "koodrive"

    package_id: str
    """The carrier's id of the package."""
    change_type: int = 1
    """Type of the change: 1, subscribe, is the only documented value."""
    undocumented_change_type: int | None = None
    """Overrides ``change_type`` with an undocumented value; None to use ``change_type``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderOperation:
    """One operation of a ``ReverseOrder``. ``ReverseOrder`` checks the values."""

    __module__ = "koodrive"

    operation_sn: str
    """Serial number of the operation."""
    carrier_user_id: str | None = None
    """The carrier's id of the user, or None to omit the field."""
    package_changes: Sequence[PackageChange] = ()
    """Changes of packages, as a tuple. The publisher documents at most one."""

    def __post_init__(self) -> None:
        changes = _core.checked_values("package_changes", self.package_changes, PackageChange)
        object.__setattr__(self, "package_changes", changes)
