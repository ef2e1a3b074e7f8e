"""``Answer``: what the sandbox answers to one request."""

from __future__ import annotations

import http.client
from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the sandbox answers to one request, and what the fault script does to that answer."""

    __module__ = "koodrive.sandbox"

    status: int
    """HTTP status."""
    headers: tuple[tuple[str, str], ...]
    """Pairs of name, in lower case, and value, without ``content-length``."""
    body: bytes
    """The whole of it, whatever the fault."""
    fault: Literal["pass", "delay", "drip", "cut", "cut-in-headers", "cut-after-headers"] = "pass"
    """The script's word; "pass" where the answer arrives whole and at once."""
    seconds: float = 0.0
    """How long the answer is delayed, or the pause after each byte of one that drips; else 0."""

    @property
    def is_cut(self) -> bool:
        """True where the connection ends before the answer does."""
        return self.fault.startswith("cut")

    @property
    def _head(self) -> bytes:
        """Status line and headers as they travel."""
        reason = http.client.responses.get(self.status, "")
        lines = [f"HTTP/1.1 {self.status} {reason}", *map(": ".join, self.headers), f"content-length: {len(self.body)}"]
        return "".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1")

    def _within(self, timeout: float) -> tuple[float, bool]:
        """How long a caller with this time-out waits, and whether the whole answer comes in that time."""
        bytes_of_answer = len(self._head) + len(self.body) if self.fault == "drip" else 1
        wait = self.seconds * bytes_of_answer
        return min(wait, timeout), wait < timeout and not self.is_cut
