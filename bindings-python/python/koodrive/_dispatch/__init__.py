"""Many calls: the drivers of the core's dispatcher. It decides which call leaves when and what becomes of it; here sources are
read, requests travel, and tokens are fetched. Imported when it is first used.
"""

from ._values import BadItem, CallOutcome, HaltedError, Hooks, Outgoing, Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._asynchronous import AsyncDispatch
    from ._blocking import Dispatch

__all__ = ["AsyncDispatch", "BadItem", "CallOutcome", "Dispatch", "HaltedError", "Hooks", "Outgoing", "Progress"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """The one that is asked for: a script needs no asyncio, and a service no threads."""
        if name == "Dispatch":
            from ._blocking import Dispatch as found
        elif name == "AsyncDispatch":
            from ._asynchronous import AsyncDispatch as found
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return found
