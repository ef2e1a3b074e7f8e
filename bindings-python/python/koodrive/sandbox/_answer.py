"""``Answer``, the sandbox's answer to one request."""

from __future__ import annotations

import http.client
from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The sandbox's answer to one request, and the fault that affects the answer."""

    __module__ = "koodrive.sandbox"

    status: int
    """HTTP status."""
    headers: tuple[tuple[str, str], ...]
    """Pairs of a name in lower case and a value, without ``content-length``."""
    body: bytes
    """The whole body, also if the fault cuts the answer."""
    fault: Literal["pass", "delay", "drip", "cut", "cut-in-headers", "cut-after-headers"] = "pass"
    """The fault; "pass" for an answer that arrives complete and at once."""
    seconds: float = 0.0
    """The delay of the answer, or the pause after each byte of "drip"; otherwise 0."""

    @property
    def is_cut(self) -> bool:
        """Whether the connection ends before the answer does."""
        return self.fault.startswith("cut")

    @property
    def _head(self) -> bytes:
        """Status line and headers, as bytes of HTTP/1.1."""
        reason = http.client.responses.get(self.status, "")
        lines = [f"HTTP/1.1 {self.status} {reason}", *map(": ".join, self.headers), f"content-length: {len(self.body)}"]
        return "".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1")

    def _within(self, timeout: float) -> tuple[float, bool]:
        """Returns the seconds that a caller with ``timeout`` waits, and whether the whole answer arrives in that time."""
        bytes_of_answer = len(self._head) + len(self.body) if self.fault == "drip" else 1
        wait = self.seconds * bytes_of_answer
        return min(wait, timeout), wait < timeout and not self.is_cut
