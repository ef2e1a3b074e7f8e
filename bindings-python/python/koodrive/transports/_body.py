"""The body of a reply: how much of it is kept, and its compression.

Every transport asks for none (``accept-encoding: identity``) and reads what comes undecoded, since HTTP clients decompress
whole chunks, however large they become. Here a byte over the limit is the last that is decompressed.
"""

from __future__ import annotations

import zlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional


#: How much is read at once.
CHUNK = 16 * 1024


class Body:
    """Takes chunks until it is full: with one byte more than allowed, which tells that the reply is too long."""

    def __init__(self, most: int, encoding: Optional[str]) -> None:
        self.octets = b""
        self._room = most + 1
        gzip = encoding is not None and encoding.strip().lower() in ("gzip", "x-gzip", "deflate")
        # 32: by its header, gzip or zlib. Any other coding stays, and makes the reply unreadable.
        self._unzip = zlib.decompressobj(wbits=32 + zlib.MAX_WBITS) if gzip else None

    def take(self, chunk: bytes) -> bool:
        """False when it is full, or nothing can be read from here on."""
        if self._room == 0:
            return False
        if self._unzip is not None:
            try:
                chunk = self._unzip.decompress(chunk, self._room)
            except zlib.error:
                return False
        chunk = chunk[: self._room]
        self.octets += chunk
        self._room -= len(chunk)
        return self._room > 0
