"""What is known of every row, in SQLite: written before its request leaves, and when its outcome is there.

The promise: whatever kills the process or the machine, a row whose request may have left is on disk as one that may have. So a
request waits until its mark is on disk (``synchronous=FULL``), and so that many can, marks and outcomes that come together are
written in one transaction, by a thread of their own.

One process is at a journal at a time: the lock is SQLite's, and ends with the process. A copy of the main file without its log is told
from the journal by a mark. Nothing in it is a secret; it names subscribers, so the file is for its owner alone.
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

    #: Is called when it is on disk, or with why it is not.
    _Mark = Callable[[Optional[BaseException]], object]

#: The oldest SQLite that can write a journal: the first with upserts.
_OLDEST = (3, 24, 0)

#: What some file systems (CIFS, FUSE, vboxsf) answer that cannot sync a folder. Any other error is one.
_NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP)

#: So often a journal that is written to is copied anew. Its log begins anew after a thousand pages.
_TRIES = 20

#: Rows are read so many at a time.
_PAGE = 2_000

#: The log is moved into the main file after about so many pages.
_LOG_PAGES = 1_000

#: What was heard is counted by so many seconds, and written once a second.
PERIOD = 10

#: States of a row beside the verdicts: it waits for its turn; its request may have left; it cannot be sent; an earlier row
#: has the same user and package.
PENDING, SENDING, BAD, REPEATED = "pending", "sending", "bad", "repeated"

#: What the report lists of a row.
COLUMNS = (
    "line", "carrier_user_id", "package_id", "state", "reason", "attempts", "trace_id", "x_date", "body_sha256", "first_sent_at",
    "sent_at", "answered_at", "server_date", "status", "code", "msg", "version", "earlier_trace_ids",
)  # fmt: skip

# What was read never changes; what is sent has its entry when it first leaves. So a mark touches one page, the same as the
# marks around it, and no index.
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
    """Returns how many of so many rows one statement takes. Two statements take up to 79 rows, since at each of them the writer waits for
    its turn among the threads. There are few sizes, since each is compiled. 64 rows have fewer than the 999 values of an old SQLite."""
    return rows if rows < 16 else min(rows // 16 * 16, 64)


class Journal:
    """A journal that is open. Threads may share it."""

    def __init__(self, path: str, *, make: bool) -> None:
        self.path = path
        _check(path)
        try:
            # Before SQLite does, which asks the umask; and the files beside it get the mode of this one.
            os.close(os.open(path, os.O_RDWR | (os.O_CREAT if make else 0), 0o600))
            if os.name == "posix":
                os.chmod(path, 0o600)
        except OSError as error:
            raise _core.refused(
                "--job", f"{path} cannot be opened ({error.strerror}); name the file that `koodrive run` has made"
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
            #: For a report, which takes a snapshot then.
            refused.__dict__["_is_in_use"] = "locked" in words(error)
            raise refused from None
        except KooDriveError:
            self._database.close()
            raise
        self._wanted: deque[Any] = deque()
        self._is_wanted = threading.Event()
        self._failure: Optional[BaseException] = None
        #: By period: deliveries, exchanges that were throttled, and that failed.
        self._heard: dict[int, list[int]] = {}
        self._heard_lock = threading.Lock()
        self._heard_at = 0.0
        #: Pages in the log, by estimate.
        self._pages_in_log = 0
        self._writer: Optional[threading.Thread] = None
        #: Says of marks that they are on disk, or why they are not; in the writer's thread.
        self.tell: Callable[[list[_Mark], Optional[BaseException]], object] = tell

    def _begin(self) -> None:
        for pragma in (
            "locking_mode = EXCLUSIVE",
            "journal_mode = WAL",
            "synchronous = FULL",
            # The mark counts the moves of the log.
            "wal_autocheckpoint = 0",
            # macOS would leave it in the disk's own memory.
            "fullfsync = ON",
            # What is deleted is overwritten.
            "secure_delete = ON",
        ):
            self._database.execute(f"PRAGMA {pragma}")
        # Takes the lock now.
        self._database.execute("BEGIN IMMEDIATE")
        self.mark_of_use.read(self._database)
        (tables,) = self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not tables:
            for statement in filter(str.strip, _SCHEMA.split(";")):
                self._database.execute(statement)
        self._database.execute("COMMIT")
        self._database.execute("SELECT id, source, created_at, source_sha256 FROM job").fetchall()

    def _sync_folder(self) -> None:
        """The names of the files, too, survive a power cut: not every build of SQLite sees to it."""
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
        """Its id, what it was read from, when, and the SHA-256 of that; None where no job was read to its end."""
        with self._lock:
            found = self._database.execute("SELECT id, source, created_at, source_sha256 FROM job").fetchone()
        return found  # type: ignore[no-any-return]

    def load(self, source: str, rows: Iterable[Row], sha256: Callable[[], Optional[str]] = lambda: None) -> None:
        """Takes all rows, or none: what a kill leaves of it is no job. ``sha256`` is asked for the source's hash after the last row."""
        database = self._database
        with self._lock:
            database.execute("BEGIN IMMEDIATE")
            try:
                for row in rows:
                    self._insert(row)
                # A name that is no UTF-8 is shown escaped.
                name = source.encode("utf-8", "backslashreplace").decode()
                database.execute("INSERT INTO job VALUES (?, ?, ?, ?)", (os.urandom(8).hex(), name, time.time(), sha256()))
            except BaseException:
                # A disk that is full has rolled it back by itself.
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
        """Says that this process is at the journal. To be called before the first request leaves."""
        with self._lock:
            self.mark_of_use.take(self._database)

    def killed(self) -> None:
        """Rows whose request may have left when the last process was killed are unknown from now on."""
        reason = "the job was killed when its request had left, or was about to"
        self._change("UPDATE sent SET state = 'unknown', reason = ? WHERE state = 'sending'", (reason,))

    def again(self, *states: str) -> None:
        """Rows in one of these states wait for their turn again."""
        self._change(f"UPDATE sent SET state = 'pending' WHERE state IN ({', '.join('?' * len(states))})", states)

    def _change(self, statement: str, values: tuple[Any, ...]) -> None:
        with self._lock:
            self._database.execute(statement, values)

    def counts(self) -> dict[str, int]:
        """How many rows are in each state, those that are forgotten among them."""
        query = (
            "SELECT state, sum(number) FROM (SELECT state, count(*) AS number FROM rows GROUP BY state "
            "UNION ALL SELECT state, rows FROM forgotten) GROUP BY state ORDER BY state"
        )
        with self._lock:
            return dict(self._database.execute(query))

    @property
    def forgotten(self) -> int:
        """How many rows are forgotten."""
        with self._lock:
            (rows,) = self._database.execute("SELECT coalesce(sum(rows), 0) FROM forgotten").fetchone()
        return rows  # type: ignore[no-any-return]

    def bad(self, most: int) -> list[tuple[int, str]]:
        """Line and reason of the first bad rows."""
        query = "SELECT line, reason FROM row WHERE state = 'bad' ORDER BY line LIMIT ?"
        with self._lock:
            return self._database.execute(query, (most,)).fetchall()

    def span(self) -> tuple[Optional[float], Optional[float]]:
        """When the first request left, and when the last answer came."""
        with self._lock:
            found = self._database.execute("SELECT min(coalesce(first_sent_at, sent_at)), max(answered_at) FROM sent").fetchone()
        return found  # type: ignore[no-any-return]

    def causes(self, most: int) -> list[tuple[Any, ...]]:
        """Why rows were not delivered: how many, state, status, code and reason without its trace id, the most frequent first."""
        query = (
            "SELECT count(*), state, status, code, replace(reason, ', trace id ' || trace_id, '') AS cause FROM rows WHERE state NOT IN ('delivered', 'pending', 'sending', 'repeated') "
            "GROUP BY state, status, code, cause ORDER BY count(*) DESC, state, cause LIMIT ?"
        )
        with self._lock:
            return self._database.execute(query, (most,)).fetchall()

    def unknown(self, most: int) -> list[tuple[Any, ...]]:
        """The first rows that are unknown: line, user, package, trace id, X-Date, when it was sent, and why."""
        query = (
            "SELECT line, carrier_user_id, package_id, trace_id, x_date, sent_at, reason FROM rows WHERE state = 'unknown' "
            "ORDER BY line LIMIT ?"
        )
        with self._lock:
            return self._database.execute(query, (most,)).fetchall()

    def pending(self) -> Iterator[tuple[int, str, str]]:
        """Line, user and package of the rows that wait."""
        return self._pages("line, carrier_user_id, package_id", "state = 'pending'")

    def rows(self, *, everything: bool) -> Iterator[tuple[Any, ...]]:
        """The columns of all rows, or of those that were not delivered."""
        return self._pages(", ".join(COLUMNS), "1" if everything else "state <> 'delivered'")

    def _pages(self, columns: str, condition: str) -> Iterator[tuple[Any, ...]]:
        """In the order of lines, a page at a time: between two, others are at the journal."""
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
        """Deletes what was settled before this instant, and overwrites it; keeps how many of each state. Says how many rows.

        What waits stays, and so does what is unknown, unless that is included.
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
        """Counts an exchange by the present period: "delivered", "throttled" or "failed"."""
        at = int(time.time()) // PERIOD * PERIOD
        with self._heard_lock:
            self._heard.setdefault(at, [0, 0, 0])[("delivered", "throttled", "failed").index(what)] += 1

    def heard(self) -> list[tuple[int, int, int, int]]:
        """What was counted: of each period its begin, in seconds since the epoch, and the three counts."""
        with self._lock:
            return self._database.execute("SELECT at, delivered, throttled, failed FROM heard ORDER BY at").fetchall()

    def _newly_heard(self) -> list[tuple[int, ...]]:
        self._heard_at = time.monotonic()
        with self._heard_lock:
            heard, self._heard = self._heard, {}
        return [(at, *counts) for at, counts in heard.items()]

    def mark(self, go: _Mark, requests: list[tuple[Any, ...]]) -> None:
        """Writes that requests are about to leave, in one transaction: of each line, trace id, X-Date, hash of the body, when, by which
        version. Calls ``go`` when they are on disk: only then may they."""
        self._write((go, requests))

    def outcome(self, outcome: CallOutcome[int, Any], reason: Optional[str]) -> None:
        """Writes what became of a row, soon."""
        it = outcome
        if it.verdict == "delivered":
            self.hear("delivered")
        elif it.status == 200:
            # Only the envelope says so; another status the watch has heard.
            self.hear("failed")
        if it.verdict != "not_sent":  # Else it has never left: it waits as before.
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
        # While the writer is at the disk it is so already.
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
            # A row's mark is before its outcome.
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
                # A disk that is full, above all. Nothing leaves any more.
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
        """Returns when everything is on disk. Raises why it is not."""
        if self._writer is not None:
            self._put(None)
            self._writer.join()
            self._writer = None
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """The same, and lets others at it."""
        try:
            self.flush()
            self.mark_of_use.release(self._database)
        finally:
            self._database.close()
            self.mark_of_use.closed()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        # Whoever wrote has been told by then.
        is_told = self._failure is not None
        try:
            self.close()
        except sqlite3.Error:
            if not is_told:
                raise


def _check(path: str) -> None:
    """Refuses what SQLite takes for something else than a file, and an SQLite that is too old."""
    if path in ("", ":memory:") or path.startswith("file:"):
        raise _core.refused("--job", f"{path!r} is no name of a file; name one, such as night.db")
    if sqlite3.sqlite_version_info < _OLDEST:
        oldest = ".".join(map(str, _OLDEST[:2]))
        raise _core.misused(
            f"this Python has SQLite {sqlite3.sqlite_version}, and a journal needs {oldest} or later; use a Python with a newer one"
        )


def _problem(path: str, error: Exception) -> str:
    """Returns what keeps the journal from being opened, and what to do."""
    text = words(error)
    if isinstance(error, OSError):
        return f"the folder of {path} cannot be synced ({error.strerror}); put the journal on a disk that keeps what is written"
    if "locked" in text:
        return f"another process is at the journal {path}; wait for its end"
    if "full" in text:
        return f"{path} cannot be written ({text}); free some space, or name another disk"
    if "locking" in text or "I/O" in text:
        return f"{path} cannot be locked or written ({text}): its file system may know no locks; put the journal on a local disk"
    if "readonly" in text:
        return f"{path} cannot be written ({text}); see who owns it"
    return f"{path} is not a journal ({text}); name the file that `koodrive run` has made"


def snapshot(path: str, folder: str) -> str:
    """Copies a journal that another process writes to, as it was at one moment, into ``folder``. Returns the path of the copy.

    What SQLite moves from the log into the main file stays in the log until that is begun anew, with another salt. So while the salt is
    the same, the log that is copied last holds all that may have changed in the main file while that was copied.
    """
    copy, log = os.path.join(folder, "job.db"), f"{path}-wal"
    for _ in range(_TRIES):
        salt = _salt(log)
        shutil.copyfile(path, copy)
        if salt:
            shutil.copyfile(log, f"{copy}-wal")
        if _salt(log) == salt:
            return copy
    raise _core.refused("--job", f"{path} is written to too fast to be copied; report when the job has ended")


def _salt(log: str) -> bytes:
    """Returns what tells a log from the one before; empty where there is none."""
    try:
        with open(log, "rb") as file:
            return file.read(24)[16:]
    except FileNotFoundError:
        return b""


def tell(marks: list[_Mark], failure: Optional[BaseException]) -> None:
    """To those who wait for them."""
    for told in marks:
        told(failure)
