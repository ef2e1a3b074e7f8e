"""Limits and decompresses the body of a reply.

Every transport asks for an uncompressed reply (``accept-encoding: identity``) and reads it undecoded. HTTP clients decompress
whole chunks of any size, but this module stops one byte after the limit.
"""

from __future__ import annotations

import zlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional


#: Bytes that are read at once.
CHUNK = 16 * 1024


class Body:
    """Collects the chunks of a body, up to ``most + 1`` bytes: the extra byte shows that the reply is too long."""

    def __init__(self, most: int, encoding: Optional[str]) -> None:
        self.data = b""
        self._room = most + 1
        gzip = encoding is not None and encoding.strip().lower() in ("gzip", "x-gzip", "deflate")
        # 32 detects gzip or zlib by the header. Any other coding stays, and makes the reply unreadable.
        self._unzip = zlib.decompressobj(wbits=32 + zlib.MAX_WBITS) if gzip else None

    def take(self, chunk: bytes) -> bool:
        """Adds ``chunk``. Returns False when the body is full, or cannot be decompressed."""
        if self._room == 0:
            return False
        if self._unzip is not None:
            try:
                chunk = self._unzip.decompress(chunk, self._room)
            except zlib.error:
                return False
        chunk = chunk[: self._room]
        self.data += chunk
        self._room -= len(chunk)
        return self._room > 0
