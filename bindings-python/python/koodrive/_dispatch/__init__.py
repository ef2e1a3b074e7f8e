"""The drivers of the core's dispatcher, for many calls.

The core decides which call leaves when, and its outcome. A driver reads the source, sends requests and fetches tokens.
``koodrive`` imports this package on first use.
"""

from ._values import BadItem, CallOutcome, HaltedError, Hooks, Outgoing, Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._asynchronous import AsyncDispatch
    from ._blocking import Dispatch

__all__ = ["AsyncDispatch", "BadItem", "CallOutcome", "Dispatch", "HaltedError", "Hooks", "Outgoing", "Progress"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Imports the requested driver alone: a script does not need asyncio, and an async service does not need threads."""
        if name == "Dispatch":
            from ._blocking import Dispatch as found
        elif name == "AsyncDispatch":
            from ._asynchronous import AsyncDispatch as found
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return found
