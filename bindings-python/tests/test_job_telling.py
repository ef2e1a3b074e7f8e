"""The messages of a job, while it runs and at its end. A failure to print them changes nothing."""

import errno
import json
import os
import re
import signal
import sqlite3
import sys
import time

import pytest

from conftest import USER_ID, reply
from jobs import HEADER, IN_A_HURRY, Process, command, lapsed, rows_of, shell

posix = pytest.mark.skipif(os.name != "posix", reason="a shell and signals of POSIX")


@pytest.fixture
def job(tmp_path):
    return str(tmp_path / "night.db")


# The last error and the wait are shown


@pytest.mark.parametrize("transport", ["aiohttp", "threads"])
def test_a_job_without_any_connection_halts_and_can_be_resumed(job, tmp_path, transport, refused_port, koodrive_sandbox_server):
    there = koodrive_sandbox_server.environ
    nowhere = {**there, "KOODRIVE_ENDPOINT": f"http://127.0.0.1:{refused_port}"}
    arguments = ("--job", job, "--transport", transport, "--json")
    code, out, err = Process("run", lapsed(tmp_path, 30), *arguments, environ=nowhere, code=IN_A_HURRY).end()
    told = json.loads(out)
    assert code == told["exit_code"] == 3, err
    assert "halted: no request has reached the service in 1 s" in told["halt"] and "--no-halt" in err
    assert str(refused_port) in told["last_error"]
    assert set(told["rows"]) <= {"given_up", "pending"} and sum(told["rows"].values()) == 30
    assert told["source"].endswith("lapsed.csv") and len(told["job"]) == 16 and 1 <= told["duration"] < 60
    # The log has the last error from the start.
    assert re.search(r"(?m)^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ \d+ of 30 \(\d+%\), .*; last error \(\d+ in a row\): .*", err)
    code, out, err = Process("resume", *arguments, environ=there).end()
    assert (code, json.loads(out)["rows"]) == (0, {"delivered": 30}), err


def test_no_halt_goes_on(job, tmp_path, refused_port, koodrive_sandbox_server):
    nowhere = {**koodrive_sandbox_server.environ, "KOODRIVE_ENDPOINT": f"http://127.0.0.1:{refused_port}"}
    run = Process("run", lapsed(tmp_path, 3), "--job", job, "--no-halt", "--json", environ=nowhere, code=IN_A_HURRY)
    run.until_it_says("last error")
    # It would halt at the first failure after a second.
    time.sleep(3)
    run.signal(signal.SIGTERM)
    code, out, err = run.end()
    assert code == 130 and json.loads(out)["halt"] is None, err


def test_a_service_that_answers_or_that_delivered_once_halts_nothing(monkeypatch, koodrive_client):
    from koodrive._job import watch
    from koodrive.transports import NotSent

    monkeypatch.setattr(watch, "HALT_AFTER", 0.0)

    def heard(*errors, may_halt=True):
        it = watch.Watch(koodrive_client, may_halt=may_halt)
        for error in errors:
            if isinstance(error, int):
                it.blocking(lambda request: (error, [], b"{}"))(None)
            else:
                with pytest.raises(type(error)):
                    it.blocking(throwing(error))(None)
        return it.halt is not None

    def throwing(error):
        def travel(request):
            raise error

        return travel

    one, same, other = NotSent("refused: port 1"), NotSent("refused: port 2"), NotSent("no such host")
    assert heard(one, same)
    assert not heard(other, one) or heard(other)
    assert not heard(200, one) and not heard(429, one)
    assert not heard(ConnectionResetError("cut"), one)
    assert not heard(one, may_halt=False)


def test_a_line_says_what_was_seen_and_what_it_waits_for(koodrive_client):
    from koodrive import Progress
    from koodrive._job.progress import line
    from koodrive._job.watch import Watch

    watch = Watch(koodrive_client, may_halt=True)
    travel = watch.blocking(lambda request: (429, [("retry-after", "300")], b'{"code":7,"msg":"slow down"}'))
    for _ in range(3):
        travel(None)
    watch.blocking(lambda request: (200, [], b"{}"))(None)
    it = Progress(pushed=20, requests=17, delivered=8, refused=1, unknown=1, queued=6, rate=12.5, slowed="throttled")
    text = line(it, watch, 40, 50.0, 10.0)
    assert text.startswith(
        "10 of 40 (25%), 1.0/s, 8 delivered, 1 refused, 1 unknown, 0 given up, 0:00:30 left, 3 repeats, 3 x 429"
    )
    assert "pace 12.5/s of 50/s (throttled), waits as the service asked until 20" in text
    assert "; last error (3 in a row): " in text and "429" in text.partition("last error")[2]
    # A job in which all is well says no more than it has to.
    calm = line(
        Progress(pushed=1, requests=1, delivered=1, slowed="draining", source_ended=True),
        Watch(koodrive_client, may_halt=True),
        1,
        50.0,
        1.0,
    )
    assert calm == "1 of 1 (100%), 1.0/s, 1 delivered, 0 refused, 0 unknown, 0 given up, 0:00:00 left"


def test_a_log_file_has_what_stderr_has(job, tmp_path, koodrive_sandbox_server):
    log = tmp_path / "night.log"
    environ = koodrive_sandbox_server.environ
    done = command("run", lapsed(tmp_path, 3), "--job", job, "--log-file", str(log), environ=environ)
    assert done.code == 0
    assert re.fullmatch(r"20\S+Z 3 of 3 \(100%\), .*3 delivered.*\n", log.read_text())
    done = command("report", "--job", job + "x", "--log-file", str(log), environ=environ)
    assert done.code == 2 and "cannot be opened" in log.read_text()
    done = command("report", "--job", job, "--log-file", str(tmp_path / "no" / "folder"))
    assert done.code == 2 and "--log-file: " in done.stderr


# A failure to print changes nothing


@posix
@pytest.mark.parametrize(
    "redirected", ["2>&-", "1>&-", "0<&-", "0<&- 1>&- 2>&-", "1>/dev/full", "2>/dev/full", "2>/dev/full 1>/dev/full"]
)
def test_streams_that_are_closed_or_full(job, tmp_path, redirected, koodrive_sandbox, koodrive_sandbox_server):
    lapsed(tmp_path, 5)
    line = f"koodrive run lapsed.csv --job night.db {redirected}"
    code, out, err = shell(line, koodrive_sandbox_server.environ, tmp_path)
    assert code == 0, err
    assert len(koodrive_sandbox.accepted()) == 5 and "Traceback" not in err
    if redirected == "1>/dev/full":
        assert "standard output cannot be written" in err and "5  the service took it" in err
    assert {row["state"] for row in rows_of(job)} == {"delivered"}


@posix
def test_a_closed_pipe(job, tmp_path, koodrive_sandbox, koodrive_sandbox_server):
    lapsed(tmp_path, 5)
    environ = koodrive_sandbox_server.environ
    code, _, err = shell("(koodrive run lapsed.csv --job night.db; echo $? > code) 2>&1 | true", environ, tmp_path)
    assert (tmp_path / "code").read_text() == "0\n" and len(koodrive_sandbox.accepted()) == 5


@posix
def test_a_report_that_is_incomplete_says_so(job, tmp_path, koodrive_sandbox_server):
    lapsed(tmp_path, 3)
    assert command("run", str(tmp_path / "lapsed.csv"), "--job", job, environ=koodrive_sandbox_server.environ).code == 0
    code, _, err = shell("koodrive report --job night.db --csv --all > /dev/full", {}, tmp_path)
    assert code == 1 and "standard output cannot be written: [Errno 28]" in err and "Traceback" not in err


# Signals


#: As the command; the signal comes while rows are read, or before anything is imported that a job needs.
INTERRUPTED = """
import os, signal, sys
from koodrive._cli import main
number, where = int(sys.argv.pop(1)), sys.argv.pop(1)
if where == "rows":
    from koodrive._job import source
    rows = source.Source.rows
    def slow(self):
        for row in rows(self):
            os.kill(os.getpid(), number)
            yield row
    source.Source.rows = slow
else:
    from koodrive import _cli
    parse = _cli.importlib.import_module
    def importing(*given):
        os.kill(os.getpid(), number)
        return parse(*given)
    _cli.importlib.import_module = importing
sys.exit(main())
"""


@posix
@pytest.mark.parametrize("where", ["rows", "import"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_before_the_first_request(job, tmp_path, number, where, koodrive_sandbox, koodrive_sandbox_server):
    arguments = (str(int(number)), where, "run", lapsed(tmp_path, 3), "--job", job, "--json")
    code, out, err = Process(*arguments, environ=koodrive_sandbox_server.environ, code=INTERRUPTED).end()
    assert (code, json.loads(out)["exit_code"]) == (130, 130), err
    assert "interrupted; no notification was sent" in err and "Traceback" not in err
    assert koodrive_sandbox.accepted() == []
    # It can be run again.
    assert command("run", str(tmp_path / "lapsed.csv"), "--job", job, environ=koodrive_sandbox_server.environ).code == 0


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_finishes_what_is_in_flight(job, tmp_path, number, koodrive_sandbox, koodrive_sandbox_server):
    run = Process("run", lapsed(tmp_path, 500), "--job", job, "--rate", "100", environ=koodrive_sandbox_server.environ)
    assert run.until(lambda: len(koodrive_sandbox.accepted()) > 5)
    run.signal(number)
    code, out, err = run.end()
    assert code == 130 and "waiting for the requests in flight" in err and "delivered" in out
    assert "unknown" not in out


@posix
def test_nohup_keeps_the_job_after_the_end_of_the_terminal(job, tmp_path, koodrive_sandbox, koodrive_sandbox_server):
    lapsed(tmp_path, 20)
    line = "trap '' HUP; koodrive run lapsed.csv --job night.db --rate 20 & sleep 1; kill -HUP $!; wait $!"
    code, out, _ = shell(line, koodrive_sandbox_server.environ, tmp_path)
    assert code == 0 and len(koodrive_sandbox.accepted()) == 20


# Disks


#: As the command, on a disk that is full from some statement on.
FULL = """
import sqlite3, sys
from koodrive._cli import main
from koodrive._job import journal
where = sys.argv.pop(1)

class Connection:
    def __init__(self, database):
        self._database = database
    def __getattr__(self, name):
        return getattr(self._database, name)
    def execute(self, statement, *values):
        if statement.lstrip().startswith(where):
            raise sqlite3.OperationalError("database or disk is full")
        return self._database.execute(statement, *values)

connect = sqlite3.connect
sqlite3.connect = lambda *given, **options: Connection(connect(*given, **options))
sys.exit(main())
"""


@pytest.mark.parametrize("where", ["CREATE TABLE", "INSERT OR IGNORE INTO row", "INSERT INTO job", "INSERT INTO sent"])
def test_a_disk_that_is_full_has_its_exit_code(job, tmp_path, where, koodrive_sandbox, koodrive_sandbox_server):
    arguments = (where, "run", lapsed(tmp_path, 3), "--job", job, "--json")
    code, out, err = Process(*arguments, environ=koodrive_sandbox_server.environ, code=FULL).end()
    # Where the journal cannot even be made, it is the argument that is wrong.
    expected = 2 if where == "CREATE TABLE" else 5
    assert (code, json.loads(out)["exit_code"]) == (expected, expected), err
    assert "disk is full" in err and "Traceback" not in err and koodrive_sandbox.accepted() == []


@pytest.mark.parametrize("command_line", [("resume",), ("forget", "--older-than", "1")])
def test_a_disk_that_is_full_later(job, tmp_path, command_line, koodrive_sandbox_server):
    environ = koodrive_sandbox_server.environ
    assert command("run", lapsed(tmp_path, 3), "--job", job, environ=environ).code == 0
    code, _, err = Process("UPDATE sent", *command_line, "--job", job, environ=environ, code=FULL).end()
    assert code == 5 and "koodrive: the journal cannot be read or written: database or disk is full" in err
    assert "Traceback" not in err


def test_a_folder_that_cannot_be_synced(job, monkeypatch):
    import koodrive
    from koodrive._job.journal import Journal

    def fsync(number):
        raise OSError(errors.pop(), "no")

    monkeypatch.setattr(os, "fsync", fsync)
    errors = [errno.EINVAL]
    Journal(job, make=True).close()
    errors = [errno.EIO]
    with pytest.raises(koodrive.InvalidInputError, match="the folder of .* cannot be synced"):
        Journal(job, make=True)


@pytest.mark.parametrize("name", ["", ":memory:", "file:night.db?mode=memory"])
def test_a_path_that_is_not_a_file_name_is_refused(name, tmp_path, koodrive_sandbox_server):
    done = command("run", lapsed(tmp_path, 1), "--job", name, environ=koodrive_sandbox_server.environ)
    assert done.code == 2 and "is not a file name" in done.stderr


def test_an_sqlite_that_is_too_old_is_named(job, monkeypatch):
    import koodrive
    from koodrive._job.journal import Journal

    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 22, 0))
    with pytest.raises(koodrive.InvalidInputError, match="a journal needs 3.24 or later"):
        Journal(job, make=True)
    assert not os.path.exists(job)


def test_a_file_system_without_locks_is_named():
    from koodrive._job.journal import _problem

    told = {
        text: _problem("n.db", sqlite3.OperationalError(text))
        for text in ("database is locked", "locking protocol", "disk I/O error")
    }
    assert "another process" in told["database is locked"]
    assert "may lack locks" in told["locking protocol"] and "may lack locks" in told["disk I/O error"]


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes there")
def test_names_that_are_not_utf_8(tmp_path, koodrive_sandbox, koodrive_sandbox_server):
    folder = os.fsencode(tmp_path)
    source, job, none = (os.path.join(folder, name) for name in (b"caf\xe9.csv", b"n\xe9.db", b"none\xe9.csv"))
    with open(source, "w") as file:
        file.write(HEADER + "1,2\n")
    environ = koodrive_sandbox_server.environ
    done = command("run", source, "--job", job, environ=environ)
    assert done.code == 0 and r"caf\udce9.csv" in done.stdout, done.stderr
    assert command("report", "--job", job).code == 0
    done = command("run", none, "--job", job + b"2", environ=environ)
    assert done.code == 2 and r"none\udce9.csv" in done.stderr


# Defects


def test_an_unexpected_error_is_one_line(job, tmp_path, koodrive_sandbox_server):
    code = """
import sys
from koodrive._cli import main, _report
sys.modules["koodrive._cli._report"].run = lambda *given: 1 / 0
sys.exit(main())
""".replace("main, _report", "main; from koodrive._cli import _report")
    log = tmp_path / "log"
    exit_code, out, err = Process("report", "--job", job, environ={}, code=code).end()
    assert exit_code == 1
    assert err == "koodrive: unexpected error, ZeroDivisionError: division by zero; --log-file FILE or -v shows the traceback\n"
    exit_code, out, err = Process("report", "--job", job, "--json", "--log-file", str(log), environ={}, code=code).end()
    assert (exit_code, json.loads(out)["exit_code"]) == (1, 1) and "Traceback" not in err
    assert "Traceback" in log.read_text() and "ZeroDivisionError" in log.read_text()
    assert "Traceback" in Process("report", "--job", job, "-v", environ={}, code=code).end()[2]


# Before the journal is made


@pytest.mark.parametrize(
    "arguments",
    [("--rate", "0"), ("--concurrency", "-1"), ("--timeout", "0"), ("--transport", "httpx"), ("--token-age", "-1")],
    ids=str,
)
def test_bad_arguments_leave_the_name_of_the_journal_free(job, tmp_path, arguments, koodrive_sandbox_server):
    environ = dict(koodrive_sandbox_server.environ)
    if arguments[1] == "httpx":
        (tmp_path / "httpx.py").write_text("raise ImportError('broken')")
        environ["PYTHONPATH"] = str(tmp_path)
    done = command("run", lapsed(tmp_path, 3), "--job", job, *arguments, environ=environ)
    assert done.code == 2 and not os.path.exists(job), done.stderr


@pytest.mark.parametrize(
    "text, told", [("raise ImportError('broken')", "ImportError: broken"), ("__version__ = '3.9'", "version 3.9; 3.12")]
)
def test_an_aiohttp_that_cannot_be_used_is_passed_over_with_a_line(job, tmp_path, text, told, koodrive_sandbox_server):
    (tmp_path / "aiohttp.py").write_text(text)
    environ = {**koodrive_sandbox_server.environ, "PYTHONPATH": str(tmp_path)}
    done = command("run", lapsed(tmp_path, 3), "--job", job, environ=environ)
    assert done.code == 0 and f"sending over threads, since aiohttp cannot be used: {told}" in done.stderr


def test_over_httpx_no_proxy_of_the_environment_is_used(job, tmp_path, refused_port, koodrive_sandbox_server):
    proxy = f"http://127.0.0.1:{refused_port}"
    environ = {**koodrive_sandbox_server.environ, "HTTP_PROXY": proxy, "http_proxy": proxy, "ALL_PROXY": proxy}
    done = command("run", lapsed(tmp_path, 3), "--job", job, "--transport", "httpx", environ=environ)
    assert done.code == 0, done.stderr


def test_the_same_command_goes_on_after_a_crash(job, tmp_path, koodrive_sandbox, koodrive_sandbox_server):
    environ = koodrive_sandbox_server.environ
    arguments = ("run", lapsed(tmp_path, 200), "--job", job, "--or-resume")
    run = Process(*arguments, "--rate", "100", environ=environ)
    assert run.until(lambda: len(koodrive_sandbox.accepted()) > 10)
    run.signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    run.end()
    done = command(*arguments, "--rate", "5000", environ=environ)
    assert done.code in (0, 5) and "going on with the job" in done.stderr
    assert {row["state"] for row in rows_of(job)} <= {"delivered", "unknown"}
    assert len({call.carrier_user_id for call in koodrive_sandbox.accepted()}) == len(koodrive_sandbox.accepted())
    other = command("run", lapsed(tmp_path, 3, "other.csv"), "--job", job, "--or-resume", environ=environ)
    assert other.code == 2 and "the journal holds a job of" in other.stderr
    # Without the flag it is refused as before.
    assert "holds a job already" in command("run", arguments[1], "--job", job, environ=environ).stderr


def test_an_endless_429_is_reported(job, tmp_path, server):
    server.answers = [reply(429, b"{}", "Retry-After: 300")] * 3
    environ = {"KOODRIVE_ENDPOINT": server.url, "KOODRIVE_USER_ID": USER_ID, "KOODRIVE_TOKEN": "t"}
    run = Process("run", lapsed(tmp_path, 3), "--job", job, environ=environ, code=IN_A_HURRY)
    run.until_it_says("waits as the service asked until 20")
    run.signal(signal.SIGTERM)
    code, _, err = run.end()
    assert code == 130, err


# A report while the job is under way


def test_a_report_while_the_job_is_under_way(job, tmp_path, koodrive_sandbox, koodrive_sandbox_server):
    environ = koodrive_sandbox_server.environ
    run = Process("run", lapsed(tmp_path, 2000), "--job", job, "--rate", "100", environ=environ)
    assert run.until(lambda: len(koodrive_sandbox.accepted()) > 50)
    before = len(koodrive_sandbox.accepted())
    done = command("report", "--job", job, "--json")
    assert done.code == 0 and "the job is running" in done.stderr
    counts = done.json["rows"]
    assert sum(counts.values()) == 2000 and set(counts) <= {"delivered", "sending", "pending"}
    assert before <= counts["delivered"] + counts.get("sending", 0) <= len(koodrive_sandbox.accepted()) + 32
    # It has settled nothing, and the job goes on.
    run.signal(signal.SIGINT)
    code, out, err = run.end()
    assert code == 130 and "unknown" not in out, err


def test_a_snapshot_is_of_one_moment(job, tmp_path):
    """While rows are written and the log begins anew, each copy is whole and holds what was on disk before."""
    import threading

    from koodrive._job.journal import Journal, snapshot
    from koodrive._job.source import Row

    with Journal(job, make=True) as journal:
        journal.load("x", (Row(line, f"user {line}", "14", None) for line in range(2, 3002)))
        marked, ending = [0], threading.Event()

        def write():
            while not ending.is_set():
                on_disk = threading.Event()
                at = marked[0] % 3000
                rows = [(line, "t" * 58, "x", "h", 1.0, "v") for line in range(2 + at, 2 + min(at + 50, 3000))]
                journal.mark(lambda error: on_disk.set(), rows)
                assert on_disk.wait(60)
                marked[0] += 50

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for number in range(30):
                before = min(marked[0], 3000)
                folder = tmp_path / str(number)
                folder.mkdir()
                with Journal(snapshot(job, str(folder)), make=False) as copy:
                    assert copy._database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                    counts = copy.counts()
                    assert sum(counts.values()) == 3000 and counts.get("sending", 0) >= before
        finally:
            ending.set()
            writer.join()
