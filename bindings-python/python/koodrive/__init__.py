"""Client for the carrier API of KooDrive, Huawei Cloud's cloud drive.

It turns a call into an HTTP request and the response into a typed reply, and says of every error what is true at the
service. ``Client.send`` and ``Client.asend`` bring a transport; ``Client.request`` and ``Client.parse`` are for any other.

    >>> import koodrive
    >>> client = koodrive.Client(endpoint=koodrive.INTERNATIONAL, user_id="1505084218764547200", token="ABCDEFG")
    >>> call = koodrive.NotifyPackageExpire(carrier_user_id="189642158555241211", package_id="14")
    >>> client.request(call).method
    'POST'

The library has not been run against the real service by its authors.
"""

from ._client import Client
from ._defaults import CHINA, INTERNATIONAL, new_trace_id
from ._errors import (
    ApiError,
    InvalidInputError,
    KooDriveError,
    NotSentError,
    OutcomeUnknownError,
    UnreadableReplyError,
)
from ._native import Acknowledgement, Call, Request
from ._values import (
    Difference,
    Exchange,
    Explanation,
    GetCarrierRetentionPolicy,
    GetCurrentRetentionPolicy,
    GetSpaceUsageByOverview,
    NotifyPackageExpire,
    OrderOperation,
    PackageChange,
    PolicyStatus,
    RawCall,
    RawReply,
    RetentionPolicies,
    RetentionPolicy,
    ReverseOrder,
    SetRetentionPolicy,
    Settings,
    SpaceUsage,
    SpaceUsageData,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._dispatch import AsyncDispatch, CallOutcome, Dispatch, HaltedError, Progress

__all__ = [
    "CHINA",
    "INTERNATIONAL",
    "Acknowledgement",
    "ApiError",
    "AsyncDispatch",
    "Call",
    "CallOutcome",
    "Client",
    "Difference",
    "Dispatch",
    "Exchange",
    "Explanation",
    "GetCarrierRetentionPolicy",
    "GetCurrentRetentionPolicy",
    "GetSpaceUsageByOverview",
    "HaltedError",
    "InvalidInputError",
    "KooDriveError",
    "NotSentError",
    "NotifyPackageExpire",
    "OrderOperation",
    "OutcomeUnknownError",
    "PackageChange",
    "PolicyStatus",
    "Progress",
    "RawCall",
    "RawReply",
    "Request",
    "RetentionPolicies",
    "RetentionPolicy",
    "ReverseOrder",
    "SetRetentionPolicy",
    "Settings",
    "SpaceUsage",
    "SpaceUsageData",
    "UnreadableReplyError",
    "new_trace_id",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """What only many calls need, when it is first asked for."""
        if name in ("AsyncDispatch", "CallOutcome", "Dispatch", "HaltedError", "Progress"):
            from . import _dispatch

            return getattr(_dispatch, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
