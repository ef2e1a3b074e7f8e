"""Tells a journal from a copy of it, and one that is whole from one that has lost its log.

SQLite has what was written last in the log (``-wal``), and moves it into the main file from time to time. A copy of the main file alone
is a valid database that shows old truth. So the main file says that it is in use, before the first request leaves: its number, SQLite's
``user_version``, is

- 0 when no process is at it, or the last one has closed it: all is in the main file,
- even while the log holds what the main file lacks,
- the odd number after that, in the log alone: whoever moves the whole log into the main file, be it another program, moves this too.

Each move of the log raises the number by 2. After a crash the main file has an even number, the log the odd one, and both are whole. A copy
of both may be of two moments, which the numbers show only sometimes, and the job may go on without it. So the mark also has the number of
the file on its disk, the inode: a copy has another.
"""

from __future__ import annotations

import os
import socket
import time

from .. import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from typing import Optional

#: The number of a journal that was put together from two moments.
_MIXED = -1

#: Where SQLite has its number in a main file.
_HEADER, _NUMBER = 100, slice(60, 64)

#: The process that is at a journal.
SCHEMA = "CREATE TABLE process (pid INTEGER NOT NULL, host TEXT NOT NULL, started_at REAL NOT NULL, inode INTEGER NOT NULL)"


class Mark:
    """The mark of one journal. Is made before SQLite opens the file: whoever closes a file loses the locks that his process has on it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._had_log = os.path.exists(_log(path))
        self._in_main = _number_in(path)
        self._number = 0
        #: Why rows that wait may have been sent: the journal is a copy, or without its log. None where it is whole.
        self.doubt: Optional[str] = None
        #: Whether that is since it is a copy, which has a log.
        self.is_copy = False
        #: The process that has not closed the journal.
        self.killed: Optional[str] = None

    def read(self, database: sqlite3.Connection) -> None:
        """Judges the journal, on which a transaction is open. Refuses one of two moments, whose pages may belong to neither."""
        (self._number,) = database.execute("PRAGMA user_version").fetchone()
        if not self._number:
            return
        if self._number == _MIXED or not self._in_main <= self._number <= self._in_main + 2:
            # They are one file as soon as SQLite closes it, and the file is known by this then.
            database.execute(f"PRAGMA user_version = {_MIXED}")
            database.execute("COMMIT")
            raise _core.refused(
                "--job",
                f"{self._path} and {_log(self._path)} are not of the same moment: they were copied while the job was under way, or one was "
                "replaced; take the original files, or a copy that was made when the job had ended",
            )
        who = database.execute("SELECT pid, host, started_at, inode FROM process").fetchone()
        if who is not None:
            started_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(who[2]))
            self.killed = f"process {who[0]} on {who[1]}, since {started_at}"
        if not self._had_log and not self._number % 2:
            self.doubt = (
                f"{self._path} was in use ({self.killed}), and its log {_log(self._path)} is missing: it is a copy of the main file "
                "alone, or the log was removed, so rows that wait here may have been sent; put the log beside it, or take the original"
            )
        elif who is not None and who[3] != _inode(self._path):
            self.is_copy = True
            self.doubt = (
                f"{self._path} is a copy of a journal that was in use ({self.killed}), so rows that wait here may have been sent; take the "
                "original"
            )

    def take(self, database: sqlite3.Connection) -> None:
        """Says in the main file, on disk, that this process is at it."""
        database.execute("BEGIN IMMEDIATE")
        database.execute("DELETE FROM process")
        database.execute(
            "INSERT INTO process VALUES (?, ?, ?, ?)", (os.getpid(), socket.gethostname(), time.time(), _inode(self._path))
        )
        database.execute("COMMIT")
        self.doubt = None
        self.move(database, "TRUNCATE")

    def move(self, database: sqlite3.Connection, how: str = "PASSIVE") -> None:
        """Moves the log into the main file."""
        if self._number % 2 or not self._number:
            self._set(database, self._number + 2 - self._number % 2)
        _, frames, moved = database.execute(f"PRAGMA wal_checkpoint({how})").fetchone()
        if frames == moved:
            self._set(database, self._number + 1)

    def release(self, database: sqlite3.Connection) -> None:
        """Says that all will be in the main file when the journal is closed, as it is next."""
        if self.doubt is None and self._number:
            database.execute("BEGIN IMMEDIATE")
            database.execute("DELETE FROM process")
            database.execute("PRAGMA user_version = 0")
            database.execute("COMMIT")
            self._number = 0

    def closed(self) -> None:
        """Puts an empty log beside a main file that is whole, but could not be told so: on a disk that is full."""
        if self.doubt is None and self._number and not self._number % 2:
            try:
                open(_log(self._path), "x").close()
            except OSError:
                pass

    def _set(self, database: sqlite3.Connection, number: int) -> None:
        database.execute(f"PRAGMA user_version = {number}")
        self._number = number


def _log(path: str) -> str:
    return f"{path}-wal"


def _inode(path: str) -> int:
    """As SQLite takes it: signed."""
    return int.from_bytes(os.stat(path).st_ino.to_bytes(16, "little")[:8], "little", signed=True)


def _number_in(path: str) -> int:
    with open(path, "rb") as file:
        return int.from_bytes(file.read(_HEADER)[_NUMBER], "big", signed=True)
