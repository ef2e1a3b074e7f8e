"""Opens a source as bytes and decompresses gzip. Refuses files that are not text, with the name of their format."""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import os
import stat
import sys
import zlib
from contextlib import contextmanager

from ... import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, BinaryIO

_GZIP = b"\x1f\x8b"

#: Bytes at the beginning that show the format.
_HEAD = 8192

_CSV_UTF_8 = "save it as `CSV UTF-8`, or as `Unicode text`, and pass that file"

#: The first bytes of a format, its name, and what to do. The first match counts.
_NO_TEXT = (
    (_GZIP, "compressed twice", "decompress it once"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook (.xls)", _CSV_UTF_8),
    (b"PAR1", "a Parquet file", "write it as CSV"),
    (b"SQLite format 3\0", "an SQLite file", "pass the exported rows; a job's journal is for --job"),
    (b"BZh", "compressed with bzip2", "decompress it, or compress it with gzip"),
    (b"\xfd7zXZ\0", "compressed with xz", "decompress it, or compress it with gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "decompress it, or compress it with gzip"),
    (b"%PDF", "a PDF", "export the rows as CSV"),
)


@contextmanager
def opened(name: str) -> Iterator[tuple[BinaryIO, Hashed]]:
    """Opens the file ``name``, or stdin for ``-``. Yields its decompressed bytes, and the hash of its original bytes.

    Reading raises ``InvalidInputError`` for damaged gzip data, whose checksum is checked at the end.
    """
    with _raw(name) as file, _refusing(name):
        hashed = Hashed(file)
        raw = io.BufferedReader(hashed, 1 << 16)
        head = _head(raw)
        plain = _joined(head, raw)
        if head.startswith(_GZIP):
            unpacked: Any = gzip.GzipFile(fileobj=plain)
            head = _head(unpacked)
            plain = _joined(head, unpacked)
        _refuse_other_formats(name, head)
        yield plain, hashed


def sha256(name: str) -> str:
    """Returns the SHA-256 of the file ``name``, or of stdin for ``-``, in hex, without decompression."""
    with _raw(name) as file, _refusing(name):
        return Hashed(file).hexdigest()


def check(name: str) -> None:
    """Raises ``InvalidInputError`` if ``name`` is missing, a directory or not readable, before a journal is created."""
    if name == "-":
        return
    try:
        # A pipe can be read once, so the file is not opened here.
        if stat.S_ISDIR(os.stat(name).st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not os.access(name, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from None


class Hashed(io.RawIOBase):
    """Reads a file and computes its hash."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._file.read(len(buffer))
        self._hash.update(piece)
        buffer[: len(piece)] = piece
        return len(piece)

    def hexdigest(self) -> str:
        """Reads the rest of the file, and returns the SHA-256 of all bytes in hex."""
        while piece := self._file.read(1 << 16):
            self._hash.update(piece)
        return self._hash.hexdigest()


def _raw(name: str) -> BinaryIO:
    if name == "-":
        if sys.stdin is None:
            raise _core.refused("-", "standard input is closed; pass a file")
        return open(sys.stdin.fileno(), "rb", closefd=False)
    try:
        return open(name, "rb")
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from None


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        problem = f"the gzip file is cut or damaged ({error}), and nothing was sent; get the file again"
        raise _core.refused(name, problem) from None
    except OSError as error:
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: Exception) -> BaseException:
    why = getattr(error, "strerror", None) or error
    return _core.refused(name, f"cannot be read ({why}); pass a file, or - for stdin")


def _head(stream: BinaryIO) -> bytes:
    """Returns the first bytes of ``stream``. A pipe may return them in pieces."""
    head = b""
    while len(head) < _HEAD and (more := stream.read(_HEAD - len(head))):
        head += more
    return head


class _Joined(io.RawIOBase):
    """Reads ``head`` first, which was read already, and then ``rest``."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._head[: len(buffer)] or self._rest.read(len(buffer))
        self._head = self._head[len(piece) :]
        buffer[: len(piece)] = piece
        return len(piece)


def _joined(head: bytes, rest: BinaryIO) -> BinaryIO:
    return io.BufferedReader(_Joined(head, rest), 1 << 16)


def _refuse_other_formats(name: str, head: bytes) -> None:
    for magic, what, advice in _NO_TEXT:
        if head.startswith(magic):
            raise _core.refused(name, f"is {what}; {advice}")
    if head.startswith(b"PK\x03\x04"):
        if b"[Content_Types].xml" in head or b"xl/" in head:
            raise _core.refused(name, f"is an Excel workbook (.xlsx); {_CSV_UTF_8}")
        if b"opendocument.spreadsheet" in head:
            raise _core.refused(name, "is an OpenDocument spreadsheet (.ods); save it as `Text CSV` in UTF-8, and pass that file")
        raise _core.refused(name, "is a zip archive; unpack it, and pass the file within")
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if begin.startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        raise _core.refused(name, "is HTML or XML; open it in a spreadsheet, save it as `CSV UTF-8`, and pass that file")
