"""The files and fields of a job for monitoring: ``--metrics-file``, ``--summary-file``, and ``--json``."""

import errno
import os
import signal
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from conftest import USER_ID, reply
from jobs import HEADER, Process, command, lapsed

posix = pytest.mark.skipif(os.name != "posix", reason="signals and devices of POSIX")

#: The fields at every end of a run.
FIELDS = {
    "ok", "exit_code", "job", "source", "source_sha256", "created_at", "duration", "rows", "bad_rows", "halt", "last_error", "error"
}  # fmt: skip


@pytest.fixture
def job(tmp_path):
    return str(tmp_path / "night.db")


@pytest.fixture
def prom(tmp_path):
    return str(tmp_path / "night.prom")


def metrics(path):
    """By name and labels but ``name``, which all have."""
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    found, families = {}, list(text_string_to_metric_families(text))
    for family in families:
        assert family.documentation and family.type in ("gauge", "counter")
        for sample in family.samples:
            assert sample.name.endswith("_total") == (family.type == "counter")
            assert sample.labels.pop("name") == "night"
            found[(sample.name.removeprefix("koodrive_job_"), *sample.labels.values())] = sample.value
    assert text.endswith("\n") and text.count("# TYPE ") == text.count("# HELP ") == len(families)
    return found


@pytest.mark.koodrive_sandbox(faults=["pass", 429, 503, 400, "cut-after-headers"])
def test_metrics_and_a_summary_at_the_end(job, prom, tmp_path, koodrive_sandbox_server):
    summary = tmp_path / "summary.txt"
    source = lapsed(tmp_path, 20, 'a"b\\c.csv')
    options = ("--metrics-file", prom, "--summary-file", str(summary), "--concurrency", "1", "--json")
    done = command("run", source, "--job", job, *options, environ=koodrive_sandbox_server.environ)
    assert done.code == 5 and set(done.json) == FIELDS
    it = metrics(prom)
    assert (it["exit_code",], it["running",], it["halted",]) == (5, 0, 0)
    rows = {labels[1]: value for labels, value in it.items() if labels[0] == "rows"}
    assert rows == {
        "delivered": 18,
        "refused": 1,
        "unknown": 1,
        "given_up": 0,
        "sending": 0,
        "pending": 0,
        "bad": 0,
        "repeated": 0,
    }
    assert (it["throttled_total",], it["unavailable_total",], it["failed_total",]) == (1, 1, 3)
    assert it["requests_total",] == 22 and it["repeats_total",] == 2 and it["rate_requests_per_second",] == 50
    assert it["start_timestamp_seconds",] <= it["end_timestamp_seconds",] <= time.time()
    version = done.json["source_sha256"]
    assert any(key[0] == "info" and key[1:4] == (done.json["job"], source, version) for key in it)
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("koodrive run: exit code 5, outcomes are unknown")
    assert f"source {source}, SHA-256 {version}" in text and "delivered         18  the service took it" in text
    # Other names of files are other series, and nothing is left beside them.
    assert sorted(os.listdir(tmp_path)) == sorted(['a"b\\c.csv', "night.db", "night.prom", "summary.txt"])


def test_metrics_while_it_runs_and_after_a_resume(job, prom, tmp_path, koodrive_sandbox, koodrive_sandbox_server):
    environ = koodrive_sandbox_server.environ
    run = Process("run", lapsed(tmp_path, 2000), "--job", job, "--rate", "20", "--metrics-file", prom, environ=environ)
    assert run.until(lambda: os.path.exists(prom))
    first = metrics(prom)
    assert (first["running",], first["rows", "pending"]) == (1, 2000) and ("exit_code",) not in first
    assert run.until(lambda: metrics(prom)["updated_timestamp_seconds",] > first["updated_timestamp_seconds",])
    later = metrics(prom)
    assert later["rows", "delivered"] > 0 and later["rows", "delivered"] + later["rows", "pending"] == 2000
    run.signal(signal.SIGINT)
    assert run.end()[0] == 130 and metrics(prom)["exit_code",] == 130
    delivered = metrics(prom)["rows", "delivered"]
    assert command("resume", "--job", job, "--rate", "5000", "--metrics-file", prom, environ=environ).code == 0
    it = metrics(prom)
    assert it["rows", "delivered"] == 2000 and it["requests_total",] == 2000 - delivered


def test_every_end_is_reported(job, prom, tmp_path, refused_port, koodrive_sandbox_server):
    environ = koodrive_sandbox_server.environ
    (tmp_path / "bad.csv").write_text(HEADER + "1,2\n,3\n")
    (tmp_path / "night.prom").write_text("old")
    summary = tmp_path / "summary.txt"
    options = ("--job", job, "--metrics-file", prom, "--summary-file", str(summary), "--json")

    def ended(*arguments, code, **more):
        done = command(*arguments, *options, environ={**environ, **more})
        assert (done.code, set(done.json)) == (code, FIELDS), done.stderr
        assert metrics(prom)["exit_code",] == code and f"exit code {code}, " in summary.read_text().splitlines()[0]
        return done.json, summary.read_text()

    told, text = ended("run", str(tmp_path / "bad.csv"), code=2)
    (bad,) = told["bad_rows"]
    assert bad["line"] == 3 and bad["reason"].startswith("carrierUserId: empty") and f"line 3: {bad['reason']}" in text
    assert told["job"] is None and len(told["source_sha256"]) == 64 and "1 of 2 rows are bad; nothing was sent" in text
    told, text = ended("run", str(tmp_path / "none.csv"), code=2)
    assert told["error"]["field"].endswith("none.csv") and "No such file" in told["error"]["message"] and "No such file" in text
    told, text = ended("run", str(tmp_path / "bad.csv"), "--rate", "-1", code=2)
    assert "--rate" in text
    told, text = ended("run", str(tmp_path / "bad.csv"), "--skip-bad-rows", KOODRIVE_APP_SECRET="wrong", code=3)
    assert told["rows"] == {"bad": 1, "refused": 1} and "the service did not act" in text and "last error: " in text
    told, text = ended("resume", "--repeat-refused", code=2)
    assert told["rows"] == {"bad": 1, "delivered": 1} and told["source"].endswith("bad.csv")
    told, text = ended("run", str(tmp_path / "bad.csv"), code=2)
    assert (
        told["error"]["field"] == "--job" and "holds a job already" in told["error"]["message"] and "holds a job already" in text
    )


def test_a_halt_is_reported(job, prom, tmp_path, server):
    summary = tmp_path / "summary.txt"
    server.answers = [reply(403, b"{}")] * 200
    environ = {"KOODRIVE_ENDPOINT": server.url, "KOODRIVE_USER_ID": USER_ID, "KOODRIVE_TOKEN": "t"}
    options = ("--metrics-file", prom, "--summary-file", str(summary))
    assert command("run", lapsed(tmp_path, 200), "--job", job, *options, environ=environ).code == 3
    assert metrics(prom)["halted",] == 1 and "halted: 20 calls in a row got the same answer" in summary.read_text()


@posix
@pytest.mark.parametrize("path", ["/dev/full", "/no/folder/night.prom", "/dev/null/x", "folder"])
def test_a_file_that_cannot_be_written_changes_nothing(job, tmp_path, path, koodrive_sandbox, koodrive_sandbox_server):
    if path == "folder":
        path = str(tmp_path)
    summary = path if os.path.exists(path) else f"{path}.txt"
    options = ("--metrics-file", path, "--summary-file", summary, "--json")
    done = command("run", lapsed(tmp_path, 5), "--job", job, *options, environ=koodrive_sandbox_server.environ)
    assert (done.code, done.json["rows"]) == (0, {"delivered": 5}) and len(koodrive_sandbox.accepted()) == 5
    for flag, name in (("--metrics-file", path), ("--summary-file", summary)):
        assert done.stderr.count(f"{flag}: {name} cannot be written (") == 1
    # The device is still one.
    assert not path.startswith("/dev/full") or not os.path.isfile(path)


@posix
def test_a_file_is_replaced_at_once_or_not_at_all(tmp_path, monkeypatch):
    from koodrive._job import metrics as files

    path, link = tmp_path / "night.prom", tmp_path / "link.prom"
    files.write(str(path), "old")
    link.symlink_to(path)
    files.write(str(link), "new")
    assert path.read_text() == "new" and link.is_symlink()

    def replace(*given):
        raise OSError(number, "no")

    monkeypatch.setattr(os, "replace", replace)
    number = errno.ENOSPC
    with pytest.raises(OSError):
        files.write(str(path), "newer")
    assert path.read_text() == "new"
    # As where one file is mounted, such as a container's termination log.
    number = errno.EBUSY
    files.write(str(path), "in place")
    assert path.read_text() == "in place" and len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("flag", ["--metrics-file", "--summary-file", "--log-file"])
def test_a_file_that_has_another_use_is_not_written(job, tmp_path, flag, koodrive_sandbox, koodrive_sandbox_server):
    environ = koodrive_sandbox_server.environ
    source, other = lapsed(tmp_path, 3), str(tmp_path / "other")
    assert command("run", source, "--job", job, environ=environ).code == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    (tmp_path / "link").symlink_to(job)
    taken = {job: "the journal", str(tmp_path / "link"): "the journal", f"{job}-wal": "the journal's log", source: "the source"}
    for path, what in taken.items():
        done = command("run", source, "--job", job, "--or-resume", flag, path, environ=environ)
        assert done.code == 2 and f"{flag}: {path} is also {what}; pass another file" in done.stderr
    done = command("resume", "--job", job, "--log-file", other, "--metrics-file", other, "--summary-file", other, environ=environ)
    assert done.code == 2 and f"{other} is also --log-file; pass another file" in done.stderr
    (tmp_path / "link").unlink()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
