"""Detects a copy of a journal, and a journal without its log.

SQLite keeps recent changes in a log file (``-wal``), and moves them into the main file from time to time. A copy of the main file
alone is a valid but outdated database. So the main file is marked as in use before the first request leaves. The mark is
SQLite's ``user_version``:

- 0: no process uses the journal, and the main file is complete.
- An even number: the log has changes that the main file lacks.
- The next odd number, in the log alone: any program that moves the whole log into the main file moves this number too.

Each move of the log raises the number by 2. After a crash, the main file has an even number and the log has the odd number after
it, and the journal is complete. The files of a copy may be of different times, which the numbers do not always show. So the mark
also has the inode of the main file, which differs for a copy.
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

#: The ``user_version`` of a journal whose main file and log are of different times.
_MIXED = -1

#: The length of SQLite's file header, and the place of ``user_version`` in the header.
_HEADER, _NUMBER = 100, slice(60, 64)

#: The table of the process that uses the journal.
SCHEMA = "CREATE TABLE process (pid INTEGER NOT NULL, host TEXT NOT NULL, started_at REAL NOT NULL, inode INTEGER NOT NULL)"


class Mark:
    """The mark of the journal at ``path``.

    Create it before SQLite opens the file: closing a file releases all locks that the process has on that file.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._had_log = os.path.exists(_log(path))
        self._in_main = _number_in(path)
        self._number = 0
        #: Why waiting rows may have been sent already: the journal is a copy, or lacks its log. None for a complete journal.
        self.doubt: Optional[str] = None
        #: Whether the journal is a copy that has its log.
        self.is_copy = False
        #: The process that has not closed the journal, or None.
        self.killed: Optional[str] = None

    def read(self, database: sqlite3.Connection) -> None:
        """Reads the mark within an open transaction. Refuses a journal whose main file and log are of different times."""
        (self._number,) = database.execute("PRAGMA user_version").fetchone()
        if not self._number:
            return
        if self._number == _MIXED or not self._in_main <= self._number <= self._in_main + 2:
            # SQLite merges the log when it closes the file. This number then identifies the journal.
            database.execute(f"PRAGMA user_version = {_MIXED}")
            database.execute("COMMIT")
            raise _core.refused(
                "--job",
                f"{self._path} and {_log(self._path)} are of different times: they were copied while the job was running, or one was "
                "replaced; use the original files, or a copy that was made after the end of the job",
            )
        who = database.execute("SELECT pid, host, started_at, inode FROM process").fetchone()
        if who is not None:
            started_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(who[2]))
            self.killed = f"process {who[0]} on {who[1]}, since {started_at}"
        if not self._had_log and not self._number % 2:
            self.doubt = (
                f"{self._path} was in use ({self.killed}), and its log {_log(self._path)} is missing: the file is a copy without the "
                "log, or the log was removed, so waiting rows may have been sent already; put the log beside it, or use the original"
            )
        elif who is not None and who[3] != _inode(self._path):
            self.is_copy = True
            self.doubt = (
                f"{self._path} is a copy of a journal that was in use ({self.killed}), so waiting rows may have been sent already; use the "
                "original"
            )

    def take(self, database: sqlite3.Connection) -> None:
        """Marks the main file on disk as used by this process."""
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
        """Removes the mark, before the journal is closed and SQLite completes the main file."""
        if self.doubt is None and self._number:
            database.execute("BEGIN IMMEDIATE")
            database.execute("DELETE FROM process")
            database.execute("PRAGMA user_version = 0")
            database.execute("COMMIT")
            self._number = 0

    def closed(self) -> None:
        """Creates an empty log if ``release`` failed, as on a full disk. The main file is complete, and the log shows that."""
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
    """Returns the inode of the file as a signed number of 64 bits, as SQLite stores it."""
    return int.from_bytes(os.stat(path).st_ino.to_bytes(16, "little")[:8], "little", signed=True)


def _number_in(path: str) -> int:
    with open(path, "rb") as file:
        return int.from_bytes(file.read(_HEADER)[_NUMBER], "big", signed=True)
