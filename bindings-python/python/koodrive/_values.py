"""Replies, and other values that are not made by the million: frozen dataclasses.

Not imported with the package, since ``dataclasses`` takes longer than all the rest of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any

    from ._literals import Kind, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """The plain reply: the service took the call."""

    __module__ = "koodrive"

    code: str
    """Always "0": any other code is an error."""
    msg: str | None = None
    """For people. May be Chinese, so never match on it."""
    trace_id: str | None = None
    """The reply's trace id, or else the one that ``send`` sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """One retention policy. A field that the reply lacks is None."""

    __module__ = "koodrive"

    policy_id: str | None = None
    """Text, digit for digit: the published example lies above 2^53."""
    policy_name: str | None = None
    """For people."""
    description: str | None = None
    """What it does, for people."""
    priority: int | None = None
    """Larger comes first."""
    status: int | None = None
    """Meaning not published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicies:
    """The reply to ``GetCurrentRetentionPolicy`` and ``GetCarrierRetentionPolicy``."""

    __module__ = "koodrive"

    code: str | None = None
    """The text 0, or None: the published tables have no code."""
    msg: str | None = None
    """For people. May be Chinese, so never match on it."""
    trace_id: str | None = None
    """The reply's trace id, or else the one that ``send`` sent."""
    policy_list: tuple[RetentionPolicy, ...] = ()
    """Empty where the reply has none."""
    body: str = ""
    """The reply's body as it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceUsageData:
    """The figures of a ``SpaceUsage``, as text digit for digit. A field that the reply lacks is None."""

    __module__ = "koodrive"

    total_allocation: str | None = None
    """Space that is allocated, in KB."""
    total_capacity: str | None = None
    """Space that there is, in KB."""
    total_used: str | None = None
    """Space that is used, in KB."""
    quota: str | None = None
    """Quota, in GB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceUsage:
    """The reply to ``GetSpaceUsageByOverview``."""

    __module__ = "koodrive"

    code: str
    """Always "0": any other code is an error."""
    msg: str | None = None
    """For people. May be Chinese, so never match on it."""
    trace_id: str | None = None
    """The reply's trace id, or else the one that ``send`` sent."""
    data: SpaceUsageData
    """The figures."""
    body: str = ""
    """The reply's body as it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawReply:
    """The reply to a ``RawCall`` and to ``ReverseOrder``."""

    __module__ = "koodrive"

    status: int
    """HTTP status: 2xx."""
    code: str | None = None
    """The text "0", or None where the reply has no code."""
    msg: str | None = None
    """For people. May be Chinese, so never match on it."""
    trace_id: str | None = None
    """The reply's trace id, or else the one that ``send`` sent."""
    body: str = ""
    """The reply's body as it came."""

    def json(self) -> Any:
        """Returns ``body`` parsed as JSON; None where the body is empty. Integers keep their digits."""
        import json

        return json.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One line of the canonical request, both ways."""

    __module__ = "koodrive"

    part: str
    """What the line holds, in the publisher's words, such as ``CanonicalHeaders``."""
    line: int
    """Its number, from 1."""
    ours: str
    """As this library signs it; empty where it has no such line."""
    theirs: str
    """As the service signed it; empty where it has no such line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Every stage of one signature. Never holds the secret."""

    __module__ = "koodrive"

    canonical_request: str
    """The first stage: method, path, query, headers, hash of the body, a line each."""
    canonical_request_hash: str
    """Lower-case hex of its SHA-256."""
    string_to_sign: str
    """The second: the algorithm, and ``canonical_request_hash``."""
    signature: str | None
    """The last: lower-case hex of the HMAC-SHA256 of ``string_to_sign``; None for a client with a function ``sign``."""
    signed_headers: str
    """Names of the headers that are signed, joined by ``;``."""
    difference: Difference | None = None
    """The first line in which the service's canonical request differs; None where it agrees, or where there is none."""
    finding: str | None = None
    """What the service's message says about the refusal; None where no message was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a client is made of, its credentials apart: for ``Client.from_settings`` in another process."""

    __module__ = "koodrive"

    endpoint: str
    """The base URL."""
    user_id: str
    """The value of X-User-Id."""
    clock_margin: int = _core.CLOCK_MARGIN_DEFAULT
    """In whole seconds."""
    allow_plain_http: bool = False
    """Whether plain http is allowed to other hosts than loopback."""
    clock_offset: float = 0.0
    """What was learned about the server's clock, in seconds; positive when it is ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One exchange with the service, as ``on_exchange`` sees it. Never holds a secret.

    ``operation`` and ``url`` of a raw call hold its path, with the ids that are in the path.
    """

    __module__ = "koodrive"

    operation: str
    """The publisher's name of the operation, or a raw call's method and path."""
    method: str
    """HTTP method."""
    url: str
    """Endpoint and path, without the query."""
    status: int | None
    """HTTP status; None where no answer came."""
    started_at: datetime
    """By this machine's clock, in UTC."""
    duration: float
    """In seconds."""
    trace_id: str
    """The one that was sent."""
    kind: Kind | None = None
    """The error's kind; None for a success."""
    outcome: Outcome | None = None
    """The error's outcome; None for a success."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyStatus:
    """A retention policy and the status that it gets: one entry of a ``SetRetentionPolicy``, which checks both."""

    __module__ = "koodrive"

    policy_id: str
    """Text, such as that of a ``RetentionPolicy``."""
    status: str
    """Text, as the published table says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageChange:
    """The change of a package in an ``OrderOperation``; ``ReverseOrder`` checks it."""

    __module__ = "koodrive"

    package_id: str
    """The carrier's id of the package."""
    change_type: int = 1
    """1, subscribe: the only documented value."""
    undocumented_change_type: int | None = None
    """Another value, asked for by name; None for the documented one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderOperation:
    """One operation of a ``ReverseOrder``, which checks it."""

    __module__ = "koodrive"

    operation_sn: str
    """The serial number of the operation."""
    carrier_user_id: str | None = None
    """The carrier's id of the user, or None."""
    package_changes: Sequence[PackageChange] = ()
    """The changes of packages, as a tuple; at most one is published."""

    def __post_init__(self) -> None:
        changes = _core.checked_values("package_changes", self.package_changes, PackageChange)
        object.__setattr__(self, "package_changes", changes)
