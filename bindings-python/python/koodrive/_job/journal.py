"""The journal of a job: an SQLite file with the state of every row.

A row is written before its request leaves, and again with its outcome. After a crash of the process or the machine, the journal
has every request that may have left. So a request waits until its entry is on disk (``synchronous=FULL``). For speed, a thread
writes entries and outcomes that arrive together in one transaction.

One process at a time uses a journal. SQLite's lock ends with the process. ``mark`` detects a copy of the main file without its
log. The journal has no secrets. It has ids of subscribers, so only its owner may read the file.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import threading
import time
from collections import deque
from itertools import chain

from .. import _core
from .._errors import KooDriveError
from .._words import words
from . import mark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, Optional

    from .._dispatch import CallOutcome
    from .source import Row

    #: Called with None when the entries are on disk, or with the error.
    _Mark = Callable[[Optional[BaseException]], object]

#: The first version of SQLite with upserts.
_OLDEST = (3, 24, 0)

#: Errors of file systems that cannot sync a folder (CIFS, FUSE, vboxsf). Other errors are raised.
_NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP)

#: The largest number of attempts to copy a journal in use. An attempt fails if the log starts anew, after about 1,000 pages.
_TRIES = 20

#: Number of rows that are read at once.
_PAGE = 2_000

#: Number of pages after which the log is moved into the main file, by estimate.
_LOG_PAGES = 1_000

#: Seconds of one period in which exchanges are counted. The counts are written once a second.
PERIOD = 10

#: States of a row besides the verdicts: the row waits, its request may have left, it cannot be sent, or an earlier row has the
#: same user and package.
PENDING, SENDING, BAD, REPEATED = "pending", "sending", "bad", "repeated"

#: The columns of the report.
COLUMNS = (
    "line", "carrier_user_id", "package_id", "state", "reason", "attempts", "trace_id", "x_date", "body_sha256", "first_sent_at",
    "sent_at", "answered_at", "server_date", "status", "code", "msg", "version", "earlier_trace_ids",
)  # fmt: skip

# The table `row` never changes after reading, and `sent` gets an entry when a request first leaves. So an entry touches one page,
# which neighbouring entries share, and no index.
_SCHEMA = f"""
{mark.SCHEMA};
CREATE TABLE job (id TEXT NOT NULL, source TEXT NOT NULL, created_at REAL NOT NULL, source_sha256 TEXT);
CREATE TABLE row (
    line INTEGER PRIMARY KEY, carrier_user_id TEXT NOT NULL, package_id TEXT NOT NULL, state TEXT NOT NULL, reason TEXT
);
CREATE UNIQUE INDEX once ON row (carrier_user_id, package_id) WHERE state = 'pending';
CREATE TABLE sent (
    line INTEGER PRIMARY KEY, state TEXT NOT NULL DEFAULT 'sending', reason TEXT, attempts INTEGER NOT NULL DEFAULT 1,
    trace_id TEXT, x_date TEXT, body_sha256 TEXT, first_sent_at REAL, sent_at REAL, answered_at REAL, server_date REAL,
    status INTEGER, code TEXT, msg TEXT, version TEXT, earlier_trace_ids TEXT
);
CREATE TABLE forgotten (state TEXT PRIMARY KEY, rows INTEGER NOT NULL);
CREATE TABLE heard (at INTEGER PRIMARY KEY, delivered INTEGER NOT NULL, throttled INTEGER NOT NULL, failed INTEGER NOT NULL);
CREATE VIEW rows AS SELECT
    line, carrier_user_id, package_id, coalesce(sent.state, row.state) AS state, coalesce(sent.reason, row.reason) AS reason,
    coalesce(attempts, 0) AS attempts, trace_id, x_date, body_sha256, coalesce(first_sent_at, sent_at) AS first_sent_at,
    sent_at, answered_at, server_date, status, code, msg, version, earlier_trace_ids
FROM row LEFT JOIN sent USING (line);
"""

_MARK = (
    "INSERT INTO sent (line, trace_id, x_date, body_sha256, sent_at, version) VALUES ",
    "(?, ?, ?, ?, ?, ?)",
    """ ON CONFLICT (line) DO UPDATE SET
    earlier_trace_ids = CASE WHEN trace_id = excluded.trace_id THEN earlier_trace_ids
        ELSE coalesce(earlier_trace_ids || ' ', '') || trace_id END,
    first_sent_at = coalesce(first_sent_at, sent_at), attempts = attempts + 1, state = 'sending', reason = NULL,
    trace_id = excluded.trace_id, x_date = excluded.x_date, sent_at = excluded.sent_at, version = excluded.version,
    answered_at = NULL, server_date = NULL, status = NULL, code = NULL, msg = NULL""",
)
_OUTCOME = (
    "INSERT INTO sent (line, state, reason, answered_at, server_date, status, code, msg) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?)",
    """ ON CONFLICT (line) DO UPDATE SET state = excluded.state, reason = excluded.reason, answered_at = excluded.answered_at,
    server_date = excluded.server_date, status = excluded.status, code = excluded.code, msg = excluded.msg""",
)
_HEARD = (
    "INSERT INTO heard VALUES ",
    "(?, ?, ?, ?)",
    """ ON CONFLICT (at) DO UPDATE SET delivered = delivered + excluded.delivered, throttled = throttled + excluded.throttled,
    failed = failed + excluded.failed""",
)


def _size(rows: int) -> int:
    """Returns the number of rows for the next statement, of ``rows`` remaining ones.

    Up to 79 rows need two statements, since the writer waits for the interpreter lock at each statement. The sizes are few, since
    SQLite compiles each one. 64 rows have fewer than 999 values, the limit of an old SQLite.
    """
    return rows if rows < 16 else min(rows // 16 * 16, 64)


class Journal:
    """An open journal. Threads may share it. ``make`` creates the file if it is missing. Raises ``InvalidInputError``."""

    def __init__(self, path: str, *, make: bool) -> None:
        self.path = path
        _check(path)
        try:
            # Created here, since SQLite uses the umask. SQLite gives the files beside it the mode of this file.
            os.close(os.open(path, os.O_RDWR | (os.O_CREAT if make else 0), 0o600))
            if os.name == "posix":
                os.chmod(path, 0o600)
        except OSError as error:
            raise _core.refused(
                "--job", f"{path} cannot be opened ({error.strerror}); pass the journal that `koodrive run` has created"
            ) from None
        self.mark_of_use = mark.Mark(path)
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            self._begin()
            self._sync_folder()
        except (sqlite3.Error, OSError) as error:
            self._database.close()
            refused = _core.refused("--job", _problem(path, error))
            #: A report then copies the journal.
            refused.__dict__["_is_in_use"] = "locked" in words(error)
            raise refused from None
        except KooDriveError:
            self._database.close()
            raise
        self._wanted: deque[Any] = deque()
        self._is_wanted = threading.Event()
        self._failure: Optional[BaseException] = None
        #: Counts of each period: delivered calls, throttled exchanges, failed exchanges.
        self._heard: dict[int, list[int]] = {}
        self._heard_lock = threading.Lock()
        self._heard_at = 0.0
        #: Estimated number of pages in the log.
        self._pages_in_log = 0
        self._writer: Optional[threading.Thread] = None
        #: Reports to the waiting requests that their entries are on disk, or the error. Runs in the writer's thread.
        self.tell: Callable[[list[_Mark], Optional[BaseException]], object] = tell

    def _begin(self) -> None:
        for pragma in (
            "locking_mode = EXCLUSIVE",
            "journal_mode = WAL",
            "synchronous = FULL",
            # Only the mark moves the log, since it counts the moves.
            "wal_autocheckpoint = 0",
            # Without this, macOS leaves data in the disk's cache.
            "fullfsync = ON",
            # Overwrites deleted rows.
            "secure_delete = ON",
        ):
            self._database.execute(f"PRAGMA {pragma}")
        # IMMEDIATE takes the lock now.
        self._database.execute("BEGIN IMMEDIATE")
        self.mark_of_use.read(self._database)
        (tables,) = self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not tables:
            for statement in filter(str.strip, _SCHEMA.split(";")):
                self._database.execute(statement)
        self._database.execute("COMMIT")
        self._database.execute("SELECT id, source, created_at, source_sha256 FROM job").fetchall()

    def _sync_folder(self) -> None:
        """Syncs the folder, so that the new files survive a power cut. Some builds of SQLite do not sync it."""
        if os.name == "posix":
            folder = os.open(os.path.dirname(os.path.abspath(self.path)), os.O_RDONLY)
            try:
                os.fsync(folder)
            except OSError as error:
                if error.errno not in _NO_FOLDER_SYNC:
                    raise
            finally:
                os.close(folder)

    @property
    def job(self) -> Optional[tuple[str, str, float, Optional[str]]]:
        """Id, source, creation time and SHA-256 of the source; None until a source was read to its end."""
        with self._lock:
            found = self._database.execute("SELECT id, source, created_at, source_sha256 FROM job").fetchone()
        return found  # type: ignore[no-any-return]

    def load(self, source: str, rows: Iterable[Row], sha256: Callable[[], Optional[str]] = lambda: None) -> None:
        """Inserts all rows in one transaction. ``sha256`` is called after the last row and returns the hash of the source."""
        database = self._database
        with self._lock:
            database.execute("BEGIN IMMEDIATE")
            try:
                for row in rows:
                    self._insert(row)
                # A name that is not UTF-8 is stored escaped.
                name = source.encode("utf-8", "backslashreplace").decode()
                database.execute("INSERT INTO job VALUES (?, ?, ?, ?)", (os.urandom(8).hex(), name, time.time(), sha256()))
            except BaseException:
                # On a full disk, SQLite has already rolled back.
                if database.in_transaction:
                    database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")

    def _insert(self, row: Row) -> None:
        line, user, package, bad = row
        insert = "INSERT OR IGNORE INTO row VALUES (?, ?, ?, ?, ?)"
        execute = self._database.execute
        if bad is not None:
            execute(insert, (line, user, package, BAD, bad))
        elif not execute(insert, (line, user, package, PENDING, None)).rowcount:
            first = "SELECT line FROM row WHERE carrier_user_id = ? AND package_id = ? AND state = 'pending'"
            (before,) = execute(first, (user, package)).fetchone()
            execute(insert, (line, user, package, REPEATED, f"the same user and package as in line {before}"))

    def take(self) -> None:
        """Marks the journal as used by this process. Call it before the first request leaves."""
        with self._lock:
            self.mark_of_use.take(self._database)

    def killed(self) -> None:
        """Sets rows to "unknown" that were in flight when the last process was killed."""
        reason = "the job was killed while the request was in flight"
        self._change("UPDATE sent SET state = 'unknown', reason = ? WHERE state = 'sending'", (reason,))

    def again(self, *states: str) -> None:
        """Sets rows in ``states`` to "pending", to be sent again."""
        self._change(f"UPDATE sent SET state = 'pending' WHERE state IN ({', '.join('?' * len(states))})", states)

    def _change(self, statement: str, values: tuple[Any, ...]) -> None:
        with self._lock:
            self._database.execute(statement, values)

    def counts(self) -> dict[str, int]:
        """Returns the number of rows in each state, including forgotten rows."""
        query = (
            "SELECT state, sum(number) FROM (SELECT state, count(*) AS number FROM rows GROUP BY state "
            "UNION ALL SELECT state, rows FROM forgotten) GROUP BY state ORDER BY state"
        )
        with self._lock:
            return dict(self._database.execute(query))

    @property
    def forgotten(self) -> int:
        """The number of forgotten rows."""
        with self._lock:
            (rows,) = self._database.execute("SELECT coalesce(sum(rows), 0) FROM forgotten").fetchone()
        return rows  # type: ignore[no-any-return]

    def bad(self, most: int) -> list[tuple[int, str]]:
        """Returns line and reason of the first ``most`` bad rows."""
        query = "SELECT line, reason FROM row WHERE state = 'bad' ORDER BY line LIMIT ?"
        with self._lock:
            return self._database.execute(query, (most,)).fetchall()

    def span(self) -> tuple[Optional[float], Optional[float]]:
        """Returns the time of the first request and of the last answer, in seconds since the epoch, or None."""
        with self._lock:
            found = self._database.execute("SELECT min(coalesce(first_sent_at, sent_at)), max(answered_at) FROM sent").fetchone()
        return found  # type: ignore[no-any-return]

    def causes(self, most: int) -> list[tuple[Any, ...]]:
        """Returns the ``most`` frequent causes of undelivered rows: count, state, status, code, and reason without trace id."""
        query = (
            "SELECT count(*), state, status, code, replace(reason, ', trace id ' || trace_id, '') AS cause FROM rows WHERE state NOT IN ('delivered', 'pending', 'sending', 'repeated') "
            "GROUP BY state, status, code, cause ORDER BY count(*) DESC, state, cause LIMIT ?"
        )
        with self._lock:
            return self._database.execute(query, (most,)).fetchall()

    def unknown(self, most: int) -> list[tuple[Any, ...]]:
        """Returns the first ``most`` unknown rows: line, user, package, trace id, X-Date, time of sending, and reason."""
        query = (
            "SELECT line, carrier_user_id, package_id, trace_id, x_date, sent_at, reason FROM rows WHERE state = 'unknown' "
            "ORDER BY line LIMIT ?"
        )
        with self._lock:
            return self._database.execute(query, (most,)).fetchall()

    def pending(self) -> Iterator[tuple[int, str, str]]:
        """Yields line, user and package of the pending rows."""
        return self._pages("line, carrier_user_id, package_id", "state = 'pending'")

    def rows(self, *, everything: bool) -> Iterator[tuple[Any, ...]]:
        """Yields ``COLUMNS`` of all rows if ``everything``, or of the rows that were not delivered."""
        return self._pages(", ".join(COLUMNS), "1" if everything else "state <> 'delivered'")

    def _pages(self, columns: str, condition: str) -> Iterator[tuple[Any, ...]]:
        """Yields rows in the order of lines, page by page. Between two pages, other threads may use the journal."""
        line = -1
        query = f"SELECT {columns} FROM rows WHERE line > ? AND {condition} ORDER BY line LIMIT {_PAGE}"
        while True:
            with self._lock:
                page = self._database.execute(query, (line,)).fetchall()
            if not page:
                return
            yield from page
            line = page[-1][0]

    def forget(self, before: float, *, including_unknown: bool = False) -> int:
        """Deletes rows that were settled before ``before``, seconds since the epoch. Returns the number of deleted rows.

        The file's space is overwritten, and the counts by state are kept. Pending rows stay, and so do unknown ones unless
        ``including_unknown``.
        """
        kept = (PENDING, SENDING) if including_unknown else (PENDING, SENDING, "unknown")
        old = (
            f"FROM rows WHERE state NOT IN ({', '.join('?' * len(kept))}) AND "
            "coalesce(answered_at, sent_at, (SELECT created_at FROM job)) < ?"
        )
        with self._lock:
            execute = self._database.execute
            execute("BEGIN IMMEDIATE")
            execute(
                f"INSERT INTO forgotten SELECT state, count(*) {old} GROUP BY state "
                "ON CONFLICT (state) DO UPDATE SET rows = rows + excluded.rows",
                (*kept, before),
            )
            changed = execute(f"DELETE FROM row WHERE line IN (SELECT line {old})", (*kept, before))
            execute("DELETE FROM sent WHERE line NOT IN (SELECT line FROM row)")
            execute("COMMIT")
            for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                execute(statement)
            return changed.rowcount

    def hear(self, what: str) -> None:
        """Counts an exchange in the present period. ``what`` is "delivered", "throttled" or "failed"."""
        at = int(time.time()) // PERIOD * PERIOD
        with self._heard_lock:
            self._heard.setdefault(at, [0, 0, 0])[("delivered", "throttled", "failed").index(what)] += 1

    def heard(self) -> list[tuple[int, int, int, int]]:
        """Returns start, in seconds since the epoch, and the three counts of each period."""
        with self._lock:
            return self._database.execute("SELECT at, delivered, throttled, failed FROM heard ORDER BY at").fetchall()

    def _newly_heard(self) -> list[tuple[int, ...]]:
        self._heard_at = time.monotonic()
        with self._heard_lock:
            heard, self._heard = self._heard, {}
        return [(at, *counts) for at, counts in heard.items()]

    def mark(self, go: _Mark, requests: list[tuple[Any, ...]]) -> None:
        """Writes the entries of requests that are about to leave, in one transaction.

        Each entry has line, trace id, X-Date, hash of the body, time and version. ``go`` is called when the entries are on disk,
        or with the error. Only then may the requests leave.
        """
        self._write((go, requests))

    def outcome(self, outcome: CallOutcome[int, Any], reason: Optional[str]) -> None:
        """Writes the outcome of a row, with the next transaction of the writer."""
        it = outcome
        if it.verdict == "delivered":
            self.hear("delivered")
        elif it.status == 200:
            # The envelope has the error. The watch counts any other status.
            self.hear("failed")
        if it.verdict != "not_sent":  # a row that was not sent stays pending
            answered_at, server_date = (at and at.timestamp() for at in (it.answered_at, it.server_date))
            fields = (it.key, it.verdict, reason, answered_at, server_date, it.status, it.code, it.msg)
            self._write((None, [fields]))

    def _write(self, wanted: Any) -> None:
        if self._failure is not None:
            raise self._failure
        if self._writer is None:
            self._writer = threading.Thread(target=self._write_all, name="koodrive journal", daemon=True)
            self._writer.start()
        self._put(wanted)

    def _put(self, wanted: Any) -> None:
        self._wanted.append(wanted)
        # Saves a lock while the writer waits for the disk.
        if not self._is_wanted.is_set():
            self._is_wanted.set()

    def _write_all(self) -> None:
        while True:
            self._is_wanted.wait()
            self._is_wanted.clear()
            group = []
            while self._wanted:
                group.append(self._wanted.popleft())
            asked = [it for it in group if it is not None]
            marks = [fields for go, rows in asked if go is not None for fields in rows]
            outcomes = [fields for go, rows in asked if go is None for fields in rows]
            is_due = None in group or time.monotonic() - self._heard_at >= 1
            heard = self._newly_heard() if is_due else []
            # Entries come first, since a row's entry precedes its outcome.
            self._failure = self._failure or self._commit((_MARK, marks), (_OUTCOME, outcomes), (_HEARD, heard))
            if marks:
                self.tell([go for go, _ in asked if go is not None], self._failure)
            self._pages_in_log += 2 + (len(marks) + len(outcomes)) // 8
            if self._pages_in_log >= _LOG_PAGES and self._failure is None:
                self._failure = self._move_log()
            if None in group:
                return

    def _commit(self, *parts: tuple[tuple[str, str, str], list[tuple[Any, ...]]]) -> Optional[BaseException]:
        with self._lock:
            execute = self._database.execute
            try:
                execute("BEGIN IMMEDIATE")
                for (insert, values, update), rows in parts:
                    at = 0
                    while at < len(rows):
                        size = _size(len(rows) - at)
                        statement = insert + ", ".join([values] * size) + update
                        execute(statement, list(chain.from_iterable(rows[at : at + size])))
                        at += size
                execute("COMMIT")
            except Exception as error:
                # For example a full disk. After an error, no request leaves.
                if self._database.in_transaction:
                    execute("ROLLBACK")
                return error
        return None

    def _move_log(self) -> Optional[BaseException]:
        self._pages_in_log = 0
        with self._lock:
            try:
                self.mark_of_use.move(self._database)
            except Exception as error:
                return error
        return None

    def flush(self) -> None:
        """Returns when everything is on disk. Raises the writer's error."""
        if self._writer is not None:
            self._put(None)
            self._writer.join()
            self._writer = None
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Flushes and closes the journal, and releases its lock. Raises the writer's error."""
        try:
            self.flush()
            self.mark_of_use.release(self._database)
        finally:
            self._database.close()
            self.mark_of_use.closed()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        # The writing code has already raised this failure.
        was_raised = self._failure is not None
        try:
            self.close()
        except sqlite3.Error:
            if not was_raised:
                raise


def _check(path: str) -> None:
    """Raises for a path that SQLite does not take for a file, and for an old SQLite."""
    if path in ("", ":memory:") or path.startswith("file:"):
        raise _core.refused("--job", f"{path!r} is not a file name; pass one such as night.db")
    if sqlite3.sqlite_version_info < _OLDEST:
        oldest = ".".join(map(str, _OLDEST[:2]))
        raise _core.misused(
            f"this Python has SQLite {sqlite3.sqlite_version}, but a journal needs {oldest} or later; use a newer Python"
        )


def _problem(path: str, error: Exception) -> str:
    """Returns why the journal cannot be opened, and what to do."""
    text = words(error)
    if isinstance(error, OSError):
        return f"the folder of {path} cannot be synced ({error.strerror}); put the journal on a disk that keeps what is written"
    if "locked" in text:
        return f"another process uses the journal {path}; wait until that process ends"
    if "full" in text:
        return f"{path} cannot be written ({text}); free some space, or use another disk"
    if "locking" in text or "I/O" in text:
        return f"{path} cannot be locked or written ({text}): its file system may lack locks; put the journal on a local disk"
    if "readonly" in text:
        return f"{path} cannot be written ({text}); check who owns the file"
    return f"{path} is not a journal ({text}); pass the journal that `koodrive run` has created"


def snapshot(path: str, folder: str) -> str:
    """Copies a journal in use by another process into ``folder``, as of one moment. Returns the path of the copy.

    SQLite keeps moved pages in the log until the log starts anew, with another salt. While the salt stays the same, the log
    has all changes of the main file. So the main file is copied first, and the log after it.
    """
    copy, log = os.path.join(folder, "job.db"), f"{path}-wal"
    for _ in range(_TRIES):
        salt = _salt(log)
        shutil.copyfile(path, copy)
        if salt:
            shutil.copyfile(log, f"{copy}-wal")
        if _salt(log) == salt:
            return copy
    raise _core.refused("--job", f"{path} changes too fast to be copied; report after the end of the job")


def _salt(log: str) -> bytes:
    """Returns the salt of the file ``log``, which changes when the log starts anew. Returns empty bytes without a log."""
    try:
        with open(log, "rb") as file:
            return file.read(24)[16:]
    except FileNotFoundError:
        return b""


def tell(marks: list[_Mark], failure: Optional[BaseException]) -> None:
    """Calls each of ``marks`` with ``failure``, the error, or None when the entries are on disk."""
    for told in marks:
        told(failure)
