"""What is known of every row, in SQLite: written before its request leaves, and when its outcome is there.

The promise: whatever kills the process or the machine, a row whose request may have left is on disk as one that may have. So a
request waits until its mark is on disk (``synchronous=FULL``), and so that many can, marks and outcomes that come together are
written in one transaction, by a thread of their own.

One process is at a journal at a time: the lock is SQLite's, and ends with the process. Nothing in it is a secret; it names
subscribers, so the file is for its owner alone.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from queue import Empty, SimpleQueue

from .. import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, NoReturn, Optional

    from .._dispatch import CallOutcome
    from .source import Row

#: Rows are read, and marks and outcomes written, so many at a time at most.
PAGE = 500

#: States of a row beside the verdicts: it waits for its turn; its request may have left; it cannot be sent; an earlier row
#: has the same user and package.
PENDING, SENDING, BAD, REPEATED = "pending", "sending", "bad", "repeated"

#: What a row has, in the order of the columns.
COLUMNS = (
    "line", "carrier_user_id", "package_id", "state", "reason", "attempts", "trace_id", "x_date", "body_sha256",
    "first_sent_at", "sent_at", "answered_at", "server_date", "status", "code", "msg", "version",
)  # fmt: skip

_SCHEMA = """
CREATE TABLE job (id TEXT NOT NULL, source TEXT NOT NULL, created_at REAL NOT NULL);
CREATE TABLE row (
    line INTEGER PRIMARY KEY, carrier_user_id TEXT NOT NULL, package_id TEXT NOT NULL, state TEXT NOT NULL, reason TEXT,
    attempts INTEGER NOT NULL DEFAULT 0, trace_id TEXT, x_date TEXT, body_sha256 TEXT, first_sent_at REAL, sent_at REAL,
    answered_at REAL, server_date REAL, status INTEGER, code TEXT, msg TEXT, version TEXT
);
CREATE UNIQUE INDEX once ON row (carrier_user_id, package_id) WHERE state NOT IN ('bad', 'repeated');
CREATE INDEX states ON row (state);
"""

_MARK = """
UPDATE row SET state = 'sending', reason = NULL, attempts = ?, trace_id = ?, x_date = ?, body_sha256 = ?, first_sent_at = ?,
    sent_at = ?, answered_at = NULL, server_date = NULL, status = NULL, code = NULL, msg = NULL, version = ? WHERE line = ?
"""
_OUTCOME = """
UPDATE row SET state = ?, reason = ?, attempts = ?, trace_id = ?, x_date = ?, first_sent_at = ?, sent_at = ?, answered_at = ?,
    server_date = ?, status = ?, code = ?, msg = ? WHERE line = ?
"""


class Journal:
    """A journal that is open. Threads may share it."""

    def __init__(self, path: str, *, make: bool) -> None:
        self.path = path
        try:
            # Before SQLite does, which asks the umask; and the files beside it get the mode of this one.
            os.close(os.open(path, os.O_RDWR | (os.O_CREAT if make else 0), 0o600))
            if os.name == "posix":
                os.chmod(path, 0o600)
        except OSError as error:
            _refuse(f"the journal {path} cannot be opened: {error.strerror}", "name the file that `koodrive run` has made")
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            self._begin()
        except sqlite3.DatabaseError as error:
            self._database.close()
            if "locked" in str(error):
                _refuse(f"another process is at the journal {path}", "wait for its end")
            _refuse(f"{path} is no journal: {error}", "name the file that `koodrive run` has made")
        self._wanted: SimpleQueue[Any] = SimpleQueue()
        self._failure: Optional[BaseException] = None
        self._writer: Optional[threading.Thread] = None

    def _begin(self) -> None:
        for pragma in (
            "locking_mode = EXCLUSIVE",
            "journal_mode = WAL",
            "synchronous = FULL",
            # What is deleted is overwritten.
            "secure_delete = ON",
        ):
            self._database.execute(f"PRAGMA {pragma}")
        # Takes the lock now.
        self._database.execute("BEGIN IMMEDIATE")
        (tables,) = self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not tables:
            for statement in filter(str.strip, _SCHEMA.split(";")):
                self._database.execute(statement)
        self._database.execute("COMMIT")
        self._database.execute("SELECT id, source, created_at FROM job").fetchall()

    @property
    def job(self) -> Optional[tuple[str, str, float]]:
        """Its id, what it was read from, and when; None where no job was read to its end."""
        with self._lock:
            found = self._database.execute("SELECT id, source, created_at FROM job").fetchone()
        return found  # type: ignore[no-any-return]

    def load(self, source: str, rows: Iterable[Row]) -> None:
        """Takes all rows, or none: what a kill leaves of it is no job."""
        database = self._database
        with self._lock:
            database.execute("BEGIN IMMEDIATE")
            try:
                for row in rows:
                    self._insert(row)
                database.execute("INSERT INTO job VALUES (?, ?, ?)", (os.urandom(8).hex(), source, time.time()))
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")

    def _insert(self, row: Row) -> None:
        line, user, package, bad = row
        insert = "INSERT INTO row (line, carrier_user_id, package_id, state, reason) VALUES (?, ?, ?, ?, ?)"
        if bad is None:
            try:
                self._database.execute(insert, (line, user, package, PENDING, None))
                return
            except sqlite3.IntegrityError:
                (first,) = self._database.execute(
                    "SELECT line FROM row WHERE carrier_user_id = ? AND package_id = ? AND state NOT IN ('bad', 'repeated')",
                    (user, package),
                ).fetchone()
                state, reason = REPEATED, f"the same user and package as in line {first}"
        else:
            state, reason = BAD, bad
        self._database.execute(insert, (line, user, package, state, reason))

    def killed(self) -> int:
        """Rows whose request may have left when the last process was killed are unknown from now on. Says how many."""
        reason = "the job was killed when its request had left, or was about to"
        with self._lock:
            changed = self._database.execute(
                "UPDATE row SET state = 'unknown', reason = ? WHERE state = 'sending'", (reason,)
            )
            return changed.rowcount

    def again(self, *states: str) -> int:
        """Rows in one of these states wait for their turn again. Says how many."""
        marks = ", ".join("?" * len(states))
        with self._lock:
            changed = self._database.execute(f"UPDATE row SET state = 'pending' WHERE state IN ({marks})", states)
            return changed.rowcount

    def counts(self) -> dict[str, int]:
        """How many rows are in each state."""
        with self._lock:
            return dict(self._database.execute("SELECT state, count(*) FROM row GROUP BY state ORDER BY state"))

    def bad(self, most: int) -> list[tuple[int, str]]:
        """Line and reason of the first bad rows."""
        query = "SELECT line, reason FROM row WHERE state = 'bad' ORDER BY line LIMIT ?"
        with self._lock:
            return self._database.execute(query, (most,)).fetchall()

    def pending(self) -> Iterator[tuple[int, str, str]]:
        """Line, user and package of the rows that wait, a page at a time."""
        line = -1
        while True:
            with self._lock:
                page = self._database.execute(
                    "SELECT line, carrier_user_id, package_id FROM row WHERE state = 'pending' AND line > ? ORDER BY line LIMIT ?",
                    (line, PAGE),
                ).fetchall()
            if not page:
                return
            yield from page
            line = page[-1][0]

    def rows(self, *but: str) -> Iterator[tuple[Any, ...]]:
        """The columns of all rows but those in these states, in their order, a page at a time."""
        line, marks = -1, ", ".join("?" * len(but))
        query = f"SELECT {', '.join(COLUMNS)} FROM row WHERE line > ? AND state NOT IN ({marks}) ORDER BY line LIMIT ?"
        while True:
            with self._lock:
                page = self._database.execute(query, (line, *but, PAGE)).fetchall()
            if not page:
                return
            yield from page
            line = page[-1][0]

    def forget(self, before: float) -> int:
        """Deletes what was settled before this instant, and overwrites it. Says how many rows. What waits stays."""
        with self._lock:
            changed = self._database.execute(
                "DELETE FROM row WHERE state NOT IN ('pending', 'sending') AND "
                "coalesce(answered_at, sent_at, (SELECT created_at FROM job)) < ?",
                (before,),
            )
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._database.execute("VACUUM")
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return changed.rowcount

    def mark(self, done: Callable[[Optional[BaseException]], object], *fields: Any) -> None:
        """Writes that a request is about to leave, and says so when it is on disk: only then may it."""
        self._write((_MARK, fields, done))

    def outcome(self, outcome: CallOutcome[int], reason: Optional[str]) -> None:
        """Writes what became of a row, soon."""
        it = outcome
        if not it.attempts and it.verdict == "not_sent":
            self._write(("UPDATE row SET state = ? WHERE line = ?", (PENDING, it.key), None))
            return
        fields = (
            it.verdict, reason, it.attempts, it.trace_id, it.x_date, it.first_sent_at, it.sent_at, it.answered_at,
            it.server_date, it.status, it.code, it.msg, it.key,
        )  # fmt: skip
        self._write((_OUTCOME, fields, None))

    def _write(self, wanted: Any) -> None:
        if self._failure is not None:
            raise self._failure
        if self._writer is None:
            self._writer = threading.Thread(target=self._write_all, name="koodrive journal", daemon=True)
            self._writer.start()
        self._wanted.put(wanted)

    def _write_all(self) -> None:
        while True:
            group = [self._wanted.get()]
            try:
                while len(group) < PAGE:
                    group.append(self._wanted.get_nowait())
            except Empty:
                pass
            ends = None in group
            failure = self._failure or self._commit([wanted for wanted in group if wanted is not None])
            self._failure = failure
            for wanted in group:
                if wanted is not None and wanted[2] is not None:
                    wanted[2](failure)
            if ends:
                return

    def _commit(self, group: list[Any]) -> Optional[BaseException]:
        with self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                for statement, fields, _ in group:
                    self._database.execute(statement, fields)
                self._database.execute("COMMIT")
            except sqlite3.Error as error:
                # A disk that is full, above all. Nothing leaves any more.
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                return error
        return None

    def flush(self) -> None:
        """Returns when everything is on disk. Raises why it is not."""
        if self._writer is not None:
            self._wanted.put(None)
            self._writer.join()
            self._writer = None
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """The same, and lets others at it."""
        try:
            self.flush()
        finally:
            self._database.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _refuse(what: str, right: str) -> NoReturn:
    raise _core.error("refused", what, right)
