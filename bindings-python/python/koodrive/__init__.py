"""Client for the carrier API of KooDrive, Huawei Cloud's cloud drive.

The client turns a call into a signed HTTP request and the response into a typed reply. Every error says whether KooDrive
acted on the call. ``Client.send`` and ``Client.asend`` send over a transport of this package. ``Client.request`` and
``Client.parse`` do no I/O and serve any other HTTP client.

    >>> import koodrive
    >>> client = koodrive.Client(endpoint=koodrive.INTERNATIONAL, user_id="1505084218764547200", token="ABCDEFG")
    >>> call = koodrive.NotifyPackageExpire(carrier_user_id="189642158555241211", package_id="14")
    >>> client.request(call).method
    'POST'

The authors have not run the library against the real service.
"""

if hasattr(__spec__.loader, "archive"):
    # Python's own error would name `_core`, which is in the archive.
    raise ImportError(
        "koodrive has a native module, which Python cannot import from a zip archive; ship a folder or a virtual environment, or "
        "pack it with a tool that unpacks (PyInstaller, shiv, pex)"
    )

from ._client import Client
from ._core import (
    Acknowledgement,
    Call,
    GetCarrierRetentionPolicy,
    GetCurrentRetentionPolicy,
    GetSpaceUsageByOverview,
    NotifyPackageExpire,
    RawCall,
    RawReply,
    Request,
    ReverseOrder,
    SetRetentionPolicy,
)
from ._defaults import CHINA, INTERNATIONAL, new_trace_id
from ._errors import (
    ApiError,
    InvalidInputError,
    KooDriveError,
    NotSentError,
    OutcomeUnknownError,
    UnreadableReplyError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._dispatch import AsyncDispatch, BadItem, CallOutcome, Dispatch, HaltedError, Outgoing, Progress
    from ._values import (
        Difference,
        Exchange,
        Explanation,
        OrderOperation,
        PackageChange,
        PolicyStatus,
        RetentionPolicies,
        RetentionPolicy,
        Settings,
        SpaceUsage,
        SpaceUsageData,
    )

__all__ = [
    "CHINA",
    "INTERNATIONAL",
    "Acknowledgement",
    "ApiError",
    "AsyncDispatch",
    "BadItem",
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
    "Outgoing",
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
    _DISPATCH = frozenset(("AsyncDispatch", "BadItem", "CallOutcome", "Dispatch", "HaltedError", "Outgoing", "Progress"))

    def __getattr__(name: str) -> object:
        """Imports the dispatcher or a dataclass on first use, since ``dataclasses`` takes most of the import time."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from ._imported import imported

        value = getattr(imported("koodrive._dispatch" if name in _DISPATCH else "koodrive._values"), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
