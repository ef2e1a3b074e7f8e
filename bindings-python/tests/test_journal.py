"""A journal, and copies of it: what shows old truth is told from what is whole."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import koodrive
import pytest

from jobs import Process, command, lapsed, rows_of
from test_job_telling import FULL

from koodrive._job.journal import Journal
from koodrive._job.source import Row


@pytest.fixture
def job(tmp_path):
    return str(tmp_path / "night.db")


@pytest.fixture
def killed(job, tmp_path, koodrive_sandbox, koodrive_sandbox_server):
    """The environment of a job that was killed in its midst."""
    environ = koodrive_sandbox_server.environ
    run = Process("run", lapsed(tmp_path, 300), "--job", job, "--rate", "200", environ=environ)
    assert run.until(lambda: len(koodrive_sandbox.accepted()) > 30)
    run.signal(signal.SIGKILL)
    run.end()
    assert os.path.exists(job + "-wal")
    # The sandbox still reads requests that left before the signal.
    accepted = -1
    while accepted != (accepted := len(koodrive_sandbox.accepted())):
        time.sleep(0.3)
    return environ


posix = pytest.mark.skipif(os.name != "posix", reason="a SIGKILL")


@posix
def test_a_copy_without_its_log_is_refused_and_reported_with_a_warning(job, tmp_path, killed, koodrive_sandbox):
    copy = str(tmp_path / "copy.db")
    shutil.copyfile(job, copy)
    sent = len(koodrive_sandbox.accepted())
    run = ("run", str(tmp_path / "lapsed.csv"), "--or-resume")
    for line in (("resume",), ("resume", "--repeat-refused"), run, ("forget", "--older-than", "1")):
        done = command(*line, "--job", copy, "--json", environ=killed)
        text = done.json["error"]["message"]
        assert done.code == 2 and f"its log {copy}-wal is missing" in text and "put the log beside it" in text
        assert f"in use (process {pid(copy)} on " in text
    assert len(koodrive_sandbox.accepted()) == sent
    done = command("report", "--job", copy)
    assert done.code == 0 and done.stdout.startswith("WARNING: ") and "waiting rows may have been sent already" in done.stdout
    done = command("report", "--job", copy, "--json")
    assert "is missing" in done.json["warning"] and sum(done.json["rows"].values()) == 300
    done = command("report", "--job", copy, "--csv")
    assert done.stderr.startswith("koodrive: WARNING: ") and done.stdout.startswith("line,")
    # With its log it is whole: the original.
    done = command("resume", "--job", job, "--json", "--rate", "5000", environ=killed)
    assert done.code in (0, 5) and "was not closed by the last who used it: process " in done.stderr
    users = [call.carrier_user_id for call in koodrive_sandbox.accepted()]
    assert len(users) == len(set(users)) and done.json["rows"]["delivered"] <= len(users) <= 300
    # When the job has ended its journal is one file.
    assert not os.path.exists(job + "-wal")
    shutil.copyfile(job, copy)
    done = command("report", "--job", copy, "--json")
    assert (done.json["warning"], done.stderr) == (None, "") and rows_of(copy) == rows_of(job)


def pid(path):
    """Returns the mark's number, read as any other program reads it."""
    database = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
    try:
        return database.execute("SELECT pid FROM process").fetchone()[0]
    finally:
        database.close()


@posix
def test_repeat_unknown_sends_a_copy_without_its_log(job, tmp_path, killed, koodrive_sandbox):
    os.remove(job + "-wal")
    done = command("resume", "--job", job, environ=killed)
    assert done.code == 2 and "pass to `koodrive resume` --repeat-unknown, where repeats are safe" in done.stderr
    done = command("resume", "--job", job, "--repeat-unknown", "--rate", "5000", "--json", environ=killed)
    assert (done.code, done.json["rows"]) == (0, {"delivered": 300})
    assert len({call.carrier_user_id for call in koodrive_sandbox.accepted()}) == 300


@posix
def test_a_copy_with_its_log_is_refused_unless_it_was_moved(job, tmp_path, killed, koodrive_sandbox):
    copy = str(tmp_path / "copy.db")
    for end in ("", "-wal"):
        shutil.copyfile(job + end, copy + end)
    for line in (("resume",), ("run", str(tmp_path / "lapsed.csv"), "--or-resume"), ("forget", "--older-than", "1")):
        done = command(*line, "--job", copy, environ=killed)
        assert done.code == 2 and f"{copy} is a copy of a journal that was in use (process " in done.stderr
        assert "--moved, if it was moved here together with its log after that process had ended" in done.stderr
    done = command("report", "--job", copy, "--json")
    assert "is a copy of" in done.json["warning"] and sum(done.json["rows"].values()) == 300
    # The look has changed nothing of that.
    assert "is a copy of" in command("resume", "--job", copy, environ=killed).stderr
    done = command("resume", "--job", copy, "--moved", "--rate", "5000", "--json", environ=killed)
    users = [call.carrier_user_id for call in koodrive_sandbox.accepted()]
    assert done.code in (0, 5) and len(users) == len(set(users)) and sum(done.json["rows"].values()) == 300


@posix
def test_another_program_that_moves_the_log_into_the_main_file_does_no_harm(job, tmp_path, killed, koodrive_sandbox):
    database = sqlite3.connect(job)
    assert database.execute("SELECT count(*) FROM sent").fetchone()[0] > 30
    database.close()
    assert not os.path.exists(job + "-wal")
    done = command("resume", "--job", job, "--json", "--rate", "5000", environ=killed)
    users = [call.carrier_user_id for call in koodrive_sandbox.accepted()]
    assert done.code in (0, 5) and len(users) == len(set(users))


def test_a_disk_that_was_full_leaves_a_journal_that_goes_on(job, tmp_path, koodrive_sandbox_server):
    environ = koodrive_sandbox_server.environ
    for where in ("INSERT INTO sent", "DELETE FROM process", "PRAGMA user_version = 3"):
        path = job + where.partition(" ")[0]
        code, _, err = Process(where, "run", lapsed(tmp_path, 3), "--job", path, environ=environ, code=FULL).end()
        assert (code == 5 and "disk is full" in err) or where.startswith("PRAGMA"), err
        done = command("resume", "--job", path, "--json", environ=environ)
        assert (done.code, done.json["rows"]) == (0, {"delivered": 3}), done.stderr


class Writer:
    """Marks rows without an end, while the log is moved often."""

    def __init__(self, job, monkeypatch):
        monkeypatch.setattr("koodrive._job.journal._LOG_PAGES", 20)
        self._journal = Journal(job, make=True)
        self._journal.load("x", (Row(line, f"user {line}", "14", None) for line in range(2, 3002)))
        self._journal.take()
        self.marked, self._ending = 0, threading.Event()
        self._thread = threading.Thread(target=self._write)

    def _write(self):
        while not self._ending.is_set():
            on_disk = threading.Event()
            at = self.marked % 3000
            rows = [(line, "t" * 58, "x", "h", 1.0, "v") for line in range(2 + at, 2 + min(at + 50, 3000))]
            self._journal.mark(lambda error: on_disk.set(), rows)
            assert on_disk.wait(60)
            self.marked += 50

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ending.set()
        self._thread.join()
        self._journal.close()


def test_a_copy_of_a_running_job_is_detected(job, tmp_path, monkeypatch):
    with Writer(job, monkeypatch) as writer:
        for number in range(60):
            alone, both = tmp_path / f"{number}.db", tmp_path / f"{number}-both.db"
            shutil.copyfile(job, both)
            shutil.copyfile(job, alone)
            shutil.copyfile(job + "-wal", f"{both}-wal")
            for copy, is_copy in ((alone, False), (both, True)):
                try:
                    with Journal(str(copy), make=False) as journal:
                        assert journal.mark_of_use.doubt is not None and journal.mark_of_use.is_copy == is_copy
                except koodrive.InvalidInputError as error:
                    # The numbers show that main file and log are of different times. A file that was copied during a move
                    # of the log has pages that do not fit, also without its log.
                    assert "malformed" in str(error) or (is_copy and "of different times" in str(error)), error
        assert writer.marked
    with Journal(job, make=False) as journal:
        assert journal.mark_of_use.doubt is None and journal.counts() == {"sending": 3000}


#: Goes on with a journal whose log is moved often, and says of every row that is on disk.
MARKS = """
import sys, threading
from koodrive._job import journal
journal._LOG_PAGES = 5
with journal.Journal(sys.argv[1], make=False) as it:
    assert it.mark_of_use.doubt is None
    it.take()
    for line in range(int(sys.argv[2]), 100_000):
        on_disk = threading.Event()
        it.mark(lambda error: on_disk.set(), [(line, "t", "x", "h", 1.0, "v")])
        on_disk.wait()
        print(line, flush=True)
"""


@posix
def test_killed_while_the_log_is_moved_it_is_whole(job):
    with Journal(job, make=True) as journal:
        journal.load("x", (Row(line, f"user {line}", "14", None) for line in range(100_000)))
    line = 0
    for number in range(25):
        run = subprocess.Popen([sys.executable, "-c", MARKS, job, str(line)], stdout=subprocess.PIPE)
        said = run.stdout.readline()
        # Else it had doubts.
        assert said
        time.sleep(random.random() * 0.1)
        run.kill()
        line = int([*said.split(), *run.communicate()[0].split()][-1]) + 1
        # The next one goes on with what a kill left, or with what was closed in between.
        if number % 2:
            with Journal(job, make=False) as journal:
                assert journal.mark_of_use.doubt is None and journal.counts()["sending"] >= line
    assert line > 25


def test_a_main_file_and_a_log_of_different_moments_are_refused(job, tmp_path, monkeypatch, koodrive_sandbox_server):
    copy = str(tmp_path / "copy.db")
    with Writer(job, monkeypatch) as writer:
        shutil.copyfile(job, copy)
        moved = writer.marked + 2_000
        while writer.marked < moved:
            pass
        shutil.copyfile(job + "-wal", copy + "-wal")
    environ = koodrive_sandbox_server.environ
    # The first look has SQLite join them; it stays known.
    for line in (("report",), ("resume", "--repeat-unknown"), ("resume",), ("report", "--csv")):
        done = command(*line, "--job", copy, environ=environ)
        assert done.code == 2 and "are of different times" in done.stderr and done.stdout == ""
