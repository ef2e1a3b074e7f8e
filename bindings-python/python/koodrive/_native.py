"""The native classes, as they are typed: see ``_native.pyi``."""

from ._core import Acknowledgement, Call, Client, NotifyPackageExpireCall, Request

__all__ = ["Acknowledgement", "Call", "Client", "NotifyPackageExpireCall", "Request"]
