"""The job: every row is accounted for, whatever the source holds, the service answers, or kills the process."""

import collections
import csv
import gzip
import hashlib
import io
import json
import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import time

import pytest
from koodrive.sandbox import Sandbox

from command import BARE, koodrive as command
from conftest import USER_ID, reply
from jobs import HEADER, Process, lapsed, rows_of


@pytest.fixture
def job(tmp_path):
    return str(tmp_path / "night.db")


# Runs


@pytest.mark.koodrive_sandbox(faults=["pass", 429, "cut-after-headers", 400])
@pytest.mark.parametrize("transport", ["aiohttp", "httpx", "threads"])
def test_every_row_has_its_outcome(job, tmp_path, transport, koodrive_sandbox, koodrive_sandbox_server):
    environ = koodrive_sandbox_server.environ
    source = lapsed(tmp_path, 40)
    with open(source, "a", encoding="utf-8") as more:
        more.write("user 3,14\nuser 5 ,14\n")
    options = ("--skip-bad-rows", "--transport", transport, "--rate", "2000", "--json")
    done = command("run", source, "--job", job, *options, environ=environ)
    assert (done.code, done.json["exit_code"]) == (5, 5)
    assert done.json["rows"] == {"bad": 1, "delivered": 38, "refused": 1, "repeated": 1, "unknown": 1}
    assert "line 43: carrierUserId: ends with a space (U+0020)" in done.stderr
    assert "40 of 40 (100%)" in done.stderr
    accepted = {call.carrier_user_id: call for call in koodrive_sandbox.accepted()}
    rows = rows_of(job)
    assert [row["line"] for row in rows] == list(range(2, 44))
    for row in rows:
        if row["state"] in ("delivered", "unknown"):
            call = accepted[row["carrier_user_id"]]
            assert (row["trace_id"], row["x_date"]) == (call.trace_id, call.x_date)
            assert row["attempts"] in (1, 2) and row["version"] and len(row["job"]) == 16
            body = f'{{"carrierUserId":"{row["carrier_user_id"]}","type":2,"packageId":"14"}}'
            assert row["body_sha256"] == hashlib.sha256(body.encode()).hexdigest()
            assert row["first_sent_at"] <= row["sent_at"] and row["sent_at"].endswith("Z")
    # Refused rows are sent again on request, and unknown rows stay.
    done = command("resume", "--job", job, "--transport", transport, environ=environ)
    assert done.code == 5 and len(koodrive_sandbox.accepted()) == 39
    done = command("resume", "--job", job, "--repeat-refused", "--transport", transport, environ=environ)
    assert done.code == 5 and len(koodrive_sandbox.accepted()) == 40
    done = command("resume", "--job", job, "--repeat-unknown", "--transport", transport, environ=environ)
    assert done.code == 2 and len(koodrive_sandbox.accepted()) == 41
    # A row that was sent in several runs has the trace ids of all.
    before = {row["line"]: row for row in rows}
    for row in rows_of(job):
        was = before[row["line"]]
        again = was["state"] in ("refused", "unknown")
        assert row["state"] == ("delivered" if again else was["state"])
        assert (row["attempts"], row["first_sent_at"]) == (was["attempts"] + again, was["first_sent_at"])
        assert row["earlier_trace_ids"] == (was["trace_id"] if again else None)
        assert (row["trace_id"] != was["trace_id"]) == again and row["reason"] == (None if again else was["reason"])


def test_reports(job, tmp_path, koodrive_sandbox_server):
    environ = koodrive_sandbox_server.environ
    source = lapsed(tmp_path, 3)
    with open(source, "a", encoding="utf-8") as more:
        more.write(" x,14\n")
    assert command("run", source, "--job", job, "--skip-bad-rows", environ=environ).code == 2
    table = command("report", "--job", job).stdout
    assert "4 rows" in table and "delivered          3  the service took it" in table and "bad                1" in table
    listed = list(csv.DictReader(io.StringIO(command("report", "--job", job, "--csv").stdout)))
    assert [(row["line"], row["state"]) for row in listed] == [("5", "bad")]
    assert len(list(csv.DictReader(io.StringIO(command("report", "--job", job, "--csv", "--all").stdout)))) == 4
    # Only the owner can read the journal, and it has no secret.
    assert stat.S_IMODE(os.stat(job).st_mode) == 0o600
    secret = environ["KOODRIVE_APP_SECRET"]
    for file in os.listdir(tmp_path):
        content = (tmp_path / file).read_bytes()
        assert secret.encode() not in content and b"Signature=" not in content
    done = command("run", source, "--job", job, environ=environ)
    assert done.code == 2 and "holds a job already; pass --or-resume" in done.stderr
    for form in ("--csv", "--jsonl"):
        done = command("report", "--job", job, form, "--json")
        assert (done.code, done.json["error"]["kind"]) == (2, "invalid_input") and form in done.json["error"]["message"]
    done = command("forget", "--job", job, "--older-than", "1", "--json")
    assert done.json["forgotten"] == 0
    assert b"user 1" in (tmp_path / "night.db").read_bytes()
    done = command("forget", "--job", job, "--older-than", "0", "--json")
    assert done.json["forgotten"] == 4 and rows_of(job) == []
    assert b"user 1" not in (tmp_path / "night.db").read_bytes()
    # How many there were of each state stays.
    table = command("report", "--job", job).stdout
    assert (
        "4 rows" in table
        and "delivered          3  the service took it" in table
        and "forgotten          4  rows of the above" in table
    )


@pytest.mark.koodrive_sandbox(faults=["pass", "cut-after-headers"])
def test_forget_keeps_what_is_unknown_unless_it_is_included(job, tmp_path, koodrive_sandbox_server):
    done = command("run", lapsed(tmp_path, 3), "--job", job, "--concurrency", "1", environ=koodrive_sandbox_server.environ)
    assert done.code == 5
    totals = {"delivered": 2, "unknown": 1}
    forget = ("forget", "--job", job, "--older-than", "0", "--json")
    done = command(*forget)
    assert (done.json["forgotten"], done.json["rows"]) == (2, totals)
    (left,) = rows_of(job)
    assert left["state"] == "unknown" and left["trace_id"]
    assert command("report", "--job", job, "--json").json["rows"] == totals
    done = command(*forget, "--including-unknown")
    assert (done.json["forgotten"], done.json["rows"], rows_of(job)) == (1, totals, [])


#: Begins that a spreadsheet runs, or strips and then runs.
RUN_BY_A_SPREADSHEET = ("=1+1", "+8613800138000", "-1+2", "@SUM(1)", "'=x", "''+1", "\uff1d1")


def test_a_report_as_csv_runs_in_no_spreadsheet_and_can_be_run_as_a_job(job, tmp_path, server):
    ids = (*RUN_BY_A_SPREADSHEET, "'usual", "189642158555241211")
    source = tmp_path / "lapsed.jsonl"
    source.write_text("".join(json.dumps({"carrier_user_id": it, "package_id": "14"}) + "\n" for it in ids), encoding="utf-8")
    environ = {"KOODRIVE_ENDPOINT": server.url, "KOODRIVE_USER_ID": USER_ID, "KOODRIVE_TOKEN": "t"}
    server.answers = [reply(400, b'{"code":"E","msg":"=cmd|\' /C calc\'!A0"}')] * len(ids)
    done = command("run", str(source), "--job", job, "--allow-unusual-ids", environ=environ)
    assert done.code == 3, done.stderr
    text = command("report", "--job", job, "--csv").stdout
    listed = list(csv.DictReader(io.StringIO(text)))
    assert [row["carrier_user_id"] for row in listed] == [f"'{it}" for it in RUN_BY_A_SPREADSHEET] + list(ids[-2:])
    assert all(row["msg"] == "'=cmd|' /C calc'!A0" for row in listed)
    # An auditor reads the fields as they are.
    raw = command("report", "--job", job, "--csv", "--raw").stdout
    assert [row["carrier_user_id"] for row in csv.DictReader(io.StringIO(raw))] == list(ids)
    assert [row["carrier_user_id"] for row in rows_of(job)] == list(ids)
    for form, problem in (((), "--raw: is for --csv"), (("--jsonl",), "--raw: is for --csv")):
        assert problem in command("report", "--job", job, "--raw", *form).stderr
    # The rest is a source.
    rest = tmp_path / "rest.csv"
    rest.write_text(text, encoding="utf-8", newline="")
    server.answers = [reply()] * len(ids)
    done = command("run", str(rest), "--job", job + "2", "--allow-unusual-ids", environ=environ)
    assert done.code == 0, done.stderr
    sent = [json.loads(request["body"])["carrierUserId"] for request in server.requests[len(ids) :]]
    assert sorted(sent) == sorted(ids)


def test_a_dry_run_sends_nothing_and_leaves_nothing(job, tmp_path):
    source = lapsed(tmp_path, 3)
    done = command("run", source, "--job", job, "--dry-run", "--json")
    assert (done.code, done.json["rows"]) == (0, {"pending": 3})
    assert os.listdir(tmp_path) == ["lapsed.csv"]


def test_a_source_that_is_refused_leaves_no_job(job, tmp_path, koodrive_sandbox_server):
    (tmp_path / "a.csv").write_text("user,package\n1,2\n")
    done = command("run", str(tmp_path / "a.csv"), "--job", job, environ=koodrive_sandbox_server.environ)
    assert done.code == 2 and "there is no column carrier_user_id" in done.stderr
    assert "holds no job" in command("resume", "--job", job, environ=koodrive_sandbox_server.environ).stderr


def test_the_same_twice_is_sent_once(job, tmp_path, koodrive_sandbox, koodrive_sandbox_server):
    (tmp_path / "a.csv").write_text(HEADER + "1 ,2\n1,2\n1,3\n1,2\n")
    done = command("run", str(tmp_path / "a.csv"), "--job", job, "--skip-bad-rows", environ=koodrive_sandbox_server.environ)
    assert done.code == 2 and len(koodrive_sandbox.accepted()) == 2
    # A bad row does not make a later one a repetition.
    assert [(row["line"], row["state"]) for row in rows_of(job)] == [
        (2, "bad"),
        (3, "delivered"),
        (4, "delivered"),
        (5, "repeated"),
    ]
    assert rows_of(job)[3]["reason"] == "the same user and package as in line 3"


def test_standard_input(job, koodrive_sandbox, koodrive_sandbox_server):
    done = command("run", "-", "--job", job, environ=koodrive_sandbox_server.environ, stdin=HEADER + "1,2\n")
    assert done.code == 0 and len(koodrive_sandbox.accepted()) == 1


@pytest.mark.parametrize("how", ["file", "gzip", "stdin"])
def test_the_hash_of_a_source_is_that_of_its_bytes(job, tmp_path, how, koodrive_sandbox_server):
    environ = koodrive_sandbox_server.environ
    content = (HEADER + "".join(f"{number},2\n" for number in range(30_000))).encode()
    if how == "gzip":
        content = gzip.compress(content) + b"\0" * 1000
    source = tmp_path / "source"
    source.write_bytes(content)
    known = hashlib.sha256(content).hexdigest()
    options = ("--job", job, "--dry-run", "--json")
    if how == "stdin":
        done = command("run", "-", *options, environ=environ, stdin=content.decode())
    else:
        done = command("run", str(source), *options, environ=environ)
    assert (done.json["source_sha256"], done.json["rows"]) == (known, {"pending": 30_000})


def test_another_file_under_the_name_of_a_job_is_refused(job, tmp_path, koodrive_sandbox, koodrive_sandbox_server):
    environ = koodrive_sandbox_server.environ
    source = tmp_path / "lapsed.csv"
    source.write_text(HEADER + "1,2\n")
    known = hashlib.sha256(source.read_bytes()).hexdigest()
    run = ("run", str(source), "--job", job, "--or-resume", "--json")
    assert command(*run, environ=environ).json["source_sha256"] == known
    source.write_text(HEADER + "1,2\n3,4\n")
    done = command(*run, environ=environ)
    assert done.code == 2 and "has changed since the job was created" in done.stderr and known in done.stderr
    source.unlink()
    done = command(*run, environ=environ)
    assert (done.code, done.json["source_sha256"]) == (0, known) and "no longer exists" in done.stderr
    assert command("resume", "--job", job, "--json", environ=environ).json["source_sha256"] == known
    assert len(koodrive_sandbox.accepted()) == 1


def test_a_source_that_is_missing_leaves_no_journal(job, tmp_path, koodrive_sandbox_server):
    environ = koodrive_sandbox_server.environ
    for name, why in (("none.csv", "No such file"), ("", "Is a directory")):
        done = command("run", str(tmp_path / name), "--job", job, "--or-resume", environ=environ)
        assert done.code == 2 and why in done.stderr and not os.path.exists(job)
    # A journal that is empty for another reason takes the job.
    (tmp_path / "bad.csv").write_text(HEADER + ",2\n")
    assert command("run", str(tmp_path / "bad.csv"), "--job", job, environ=environ).code == 2 and os.path.exists(job)
    assert command("run", str(tmp_path / "none.csv"), "--job", job, "--or-resume", environ=environ).code == 2
    assert command("run", lapsed(tmp_path, 2), "--job", job, environ=environ).code == 0


def test_a_wrong_secret_halts_and_what_it_cost_is_sent_again(job, tmp_path, koodrive_sandbox, koodrive_sandbox_server):
    environ = koodrive_sandbox_server.environ
    source = lapsed(tmp_path, 300)
    options = ("--job", job, "--rate", "5000")
    done = command("run", source, *options, "--json", environ={**environ, "KOODRIVE_APP_SECRET": "wrong"})
    assert done.code == 3 and "halted: 20 calls in a row got the same answer, HTTP 401" in done.stderr
    rows = done.json["rows"]
    assert 20 <= rows["refused"] <= 60 and rows["refused"] + rows["pending"] == 300
    done = command("resume", *options, "--repeat-refused", "--json", environ=environ)
    assert (done.code, done.json["rows"]) == (0, {"delivered": 300})
    assert len(koodrive_sandbox.accepted()) == 300


def test_a_token_file_is_read_anew_when_its_token_has_ended(job, tmp_path, server):
    token = tmp_path / "token.txt"
    token.write_text("old\n")

    def ended(connection):
        token.write_text("new\n")
        connection.sendall(reply(401, b"{}"))

    server.answers = [reply(), ended, reply(), reply()]
    environ = {"KOODRIVE_ENDPOINT": server.url, "KOODRIVE_USER_ID": USER_ID}
    done = command("run", lapsed(tmp_path, 3), "--job", job, "--token-file", str(token), "--concurrency", "1", environ=environ)
    assert done.code == 0, done.stderr
    sent = [request["headers"]["authorization"] for request in server.requests]
    assert sent == ["Bearer old", "Bearer old", "Bearer new", "Bearer new"]
    assert [(row["state"], row["attempts"]) for row in rows_of(job)] == [("delivered", 1), ("delivered", 2), ("delivered", 1)]


def test_one_process_at_a_time(job, tmp_path, koodrive_sandbox_server):
    from koodrive._job.journal import Journal

    with Journal(job, make=True):
        for other in (("resume",), ("forget", "--older-than", "1"), ("run", lapsed(tmp_path, 1))):
            done = command(*other, "--job", job, environ=koodrive_sandbox_server.environ)
            assert done.code == 2 and "another process uses the journal" in done.stderr
        done = command("report", "--job", job)
        assert done.code == 2 and "are still being read" in done.stderr
    (tmp_path / "other.db").write_bytes(b"no database at all, but a text of some length\n" * 50)
    done = command("report", "--job", str(tmp_path / "other.db"))
    assert done.code == 2 and "is not a journal" in done.stderr
    assert "cannot be opened" in command("report", "--job", str(tmp_path / "none.db")).stderr


@pytest.mark.skipif(os.name != "posix", reason="a terminal of POSIX")
@pytest.mark.parametrize("rich", [True, False])
def test_the_output_on_a_terminal(job, tmp_path, rich, koodrive_sandbox_server):
    import pty

    shown, terminal = pty.openpty()
    if not rich:
        (tmp_path / "rich.py").write_text("raise ImportError")
    environ = {**koodrive_sandbox_server.environ, "TERM": "xterm", "COLUMNS": "160", "PYTHONPATH": str(tmp_path)}
    arguments = ("run", lapsed(tmp_path, 5), "--job", job)
    run = subprocess.Popen(
        [sys.executable, "-m", "koodrive", *arguments], env={**BARE, **environ}, stdout=subprocess.PIPE, stderr=terminal
    )
    os.close(terminal)
    screen = b""
    try:
        while more := os.read(shown, 65536):
            screen += more
    except OSError:
        # Linux's way to say that it has ended.
        pass
    os.close(shown)
    assert run.communicate()[0].startswith(b"job ") and run.returncode == 0
    assert b"5 of 5 (100%), " in screen and b"5 delivered, 0 refused, 0 unknown, 0 given up, 0:00:00 left" in screen
    bar = "\u2501" * 30 if rich else f"[{'#' * 30}]"
    assert bar in screen.decode() and (b"\x1b[?25l" in screen) == rich


@pytest.mark.parametrize("transport", ["aiohttp", "threads"])
def test_ctrl_c_once_finishes_what_is_in_flight(job, tmp_path, transport, koodrive_sandbox, koodrive_sandbox_server):
    environ = koodrive_sandbox_server.environ
    run = Process("run", lapsed(tmp_path, 1000), "--job", job, "--transport", transport, "--rate", "100", environ=environ)
    assert run.until(lambda: len(koodrive_sandbox.accepted()) > 10)
    run.signal(signal.SIGINT)
    code, _, err = run.end()
    assert code == 130 and "waiting for the requests in flight" in err and "Traceback" not in err
    states = collections.Counter(row["state"] for row in rows_of(job))
    assert states == {"delivered": len(koodrive_sandbox.accepted()), "pending": 1000 - len(koodrive_sandbox.accepted())}


@pytest.mark.koodrive_sandbox(faults=["pass"] * 5 + [{"delay": 600}] * 100)
@pytest.mark.parametrize("transport", ["aiohttp", "threads"])
def test_ctrl_c_twice_ends_at_once_and_what_was_in_flight_is_unknown(
    job, tmp_path, transport, koodrive_sandbox, koodrive_sandbox_server
):
    arguments = ("--job", job, "--transport", transport, "--concurrency", "4", "--timeout", "3600")
    run = Process("run", lapsed(tmp_path, 100), *arguments, environ=koodrive_sandbox_server.environ)
    assert run.until(lambda: len(koodrive_sandbox.accepted()) == 9)
    run.signal(signal.SIGINT)
    run.until_it_says("waiting for the requests in flight")
    run.signal(signal.SIGINT)
    code, _, err = run.end()
    assert code == 130 and "ended at once" in err and "Traceback" not in err
    assert collections.Counter(row["state"] for row in rows_of(job)) == {"delivered": 5, "unknown": 4, "pending": 91}


#: Both come while an outcome is written.
CTRL_C_TWICE = """
import signal, sys
from koodrive._cli import main
from koodrive._job.journal import Journal

write = Journal.outcome

def interrupted(journal, *outcome):
    Journal.outcome = write
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)
    write(journal, *outcome)

Journal.outcome = interrupted
sys.exit(main())
"""


@pytest.mark.koodrive_sandbox(faults=["pass"] + [{"delay": 600}] * 100)
def test_ctrl_c_twice_while_an_outcome_is_written(job, tmp_path, koodrive_sandbox_server):
    arguments = ("run", lapsed(tmp_path, 20), "--job", job, "--transport", "threads", "--concurrency", "4", "--timeout", "3600")
    run = subprocess.run(
        [sys.executable, "-c", CTRL_C_TWICE, *arguments],
        env={**BARE, **koodrive_sandbox_server.environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=300,
    )
    assert run.returncode == 130 and b"ended at once" in run.stderr and b"Traceback" not in run.stderr
    states = collections.Counter(row["state"] for row in rows_of(job))
    # Those in flight, and the one whose outcome was about to be written.
    assert set(states) == {"unknown", "pending"} and states["unknown"] <= 5


@pytest.mark.parametrize("transport, kills", [("aiohttp", 25), ("threads", 5)])
def test_killed_at_any_moment_no_row_is_lost_and_none_is_delivered_twice(job, tmp_path, transport, kills):
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    faults = [chance.choice(["pass"] * 20 + ["cut", 429]) for _ in range(400)]
    sandbox, count, concurrency = Sandbox(faults=faults), 3000, 16
    source = lapsed(tmp_path, count)
    options = ("--job", job, "--transport", transport, "--concurrency", str(concurrency))
    with sandbox.serve() as server:
        loaded = False
        for _ in range(kills):
            arguments = ("resume",) if loaded else ("run", source)
            run = Process(*arguments, *options, "--rate", "100", environ=server.environ)
            until = len(sandbox.accepted()) + chance.choice([0, 1, 3, 10, 20])
            assert run.until(lambda: len(sandbox.accepted()) >= until), run.end()
            # Also before the first request, and between any two.
            time.sleep(chance.random() * 0.1)
            run.signal(signal.SIGKILL)
            assert run.end()[0] == -signal.SIGKILL
            loaded = loaded or command("report", "--job", job).code == 0
        run = Process(*(("resume",) if loaded else ("run", source)), *options, "--rate", "100000", environ=server.environ)
        code, _, err = run.end()
    assert code in (0, 4, 5), err
    rows, accepted = rows_of(job), collections.Counter(call.carrier_user_id for call in sandbox.accepted())
    trace_ids = {call.carrier_user_id: call.trace_id for call in sandbox.accepted()}
    assert [(row["line"], row["carrier_user_id"]) for row in rows] == [(number + 2, f"user {number}") for number in range(count)]
    for row in rows:
        times = accepted[row["carrier_user_id"]]
        if row["state"] == "delivered":
            assert times == 1 and trace_ids[row["carrier_user_id"]] == row["trace_id"]
        elif row["state"] == "unknown":
            assert times <= 1 and row["trace_id"] and row["x_date"]
        else:
            assert row["state"] == "given_up" and times == 0
    # No more are in doubt than were in flight, or cut.
    states = collections.Counter(row["state"] for row in rows)
    assert states["unknown"] <= kills * concurrency + faults.count("cut")
    assert states["delivered"] >= count - kills * concurrency - len(faults)


def test_nothing_leaves_that_is_not_on_disk(job, tmp_path, monkeypatch, koodrive_sandbox, koodrive_client):
    """A disk that is full, say."""
    from koodrive._job.journal import Journal
    from koodrive._job.run import Sending
    from koodrive._job.source import Source

    for transport in ("aiohttp", "threads"):
        path = job + transport
        journal = Journal(path, make=True)
        journal.load("x", Source(lapsed(tmp_path, 50)).rows())
        monkeypatch.setattr(journal, "_commit", lambda *parts: sqlite3.OperationalError("database or disk is full"))
        sending = Sending(journal, koodrive_client, 50, None, {"rate": 1000})
        with pytest.raises(sqlite3.OperationalError, match="disk is full"):
            sending.run(transport)
        with pytest.raises(sqlite3.OperationalError, match="disk is full"):
            journal.close()
        assert koodrive_sandbox.accepted() == []
