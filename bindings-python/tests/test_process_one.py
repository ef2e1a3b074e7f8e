"""The command line as process 1 of a container: the kernel sends process 1 only signals that it handles."""

import json
import os
import pathlib
import signal
import subprocess
import sys

import pytest

from jobs import BARE, HEADER, Process, command, lapsed, rows_of

UNSHARE = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")


def is_permitted():
    try:
        return subprocess.run([*UNSHARE, "true"], capture_output=True, timeout=60).returncode == 0
    except OSError:
        return False


pytestmark = pytest.mark.skipif(not is_permitted(), reason="unshare --pid is not there, or not permitted: run as root on Linux")


class ProcessOne(Process):
    """A run that is process 1 of a namespace of its own. Signals go to it, and not to unshare."""

    def __init__(self, *arguments, environ):
        program = [*UNSHARE, sys.executable, "-m", "koodrive", *arguments]
        self._of = subprocess.Popen(
            program, env={**BARE, **environ}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def signal(self, number):
        (child,) = pathlib.Path(f"/proc/{self._of.pid}/task/{self._of.pid}/children").read_text().split()
        status = pathlib.Path(f"/proc/{child}/status").read_text()
        assert status.partition("NSpid:")[2].split("\n")[0].split()[-1] == "1"
        os.kill(int(child), number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_it_loads(tmp_path, number, koodrive_sandbox, koodrive_sandbox_server):
    job, pipe, environ = str(tmp_path / "night.db"), str(tmp_path / "lapsed.csv"), koodrive_sandbox_server.environ
    os.mkfifo(pipe)
    summary = tmp_path / "summary.txt"
    run = ProcessOne("run", pipe, "--job", job, "--json", "--summary-file", str(summary), environ=environ)
    # It is in the midst of its rows, and waits for the others.
    with open(pipe, "w", encoding="utf-8") as rows:
        rows.write(HEADER + "".join(f"{row},14\n" for row in range(20_000)))
        rows.flush()
        assert run.until(lambda: os.path.exists(job) and os.path.getsize(job))
        run.signal(number)
        code, out, err = run.end()
    told = json.loads(out)
    assert (code, told["exit_code"], told["job"], told["error"]["kind"]) == (130, 130, None, "interrupted"), err
    assert "interrupted; no notification was sent" in err and "Traceback" not in err
    assert summary.read_text().startswith("koodrive run: exit code 130, ")
    assert koodrive_sandbox.accepted() == []
    # The journal takes the job the next time.
    assert command("run", lapsed(tmp_path, 3, "whole.csv"), "--job", job, environ=environ).code == 0


@pytest.mark.parametrize("transport", ["aiohttp", "threads"])
def test_a_signal_while_it_runs(tmp_path, transport, koodrive_sandbox, koodrive_sandbox_server):
    job, environ = str(tmp_path / "night.db"), koodrive_sandbox_server.environ
    arguments = ("--job", job, "--rate", "100", "--transport", transport, "--json")
    run = ProcessOne("run", lapsed(tmp_path, 1000), *arguments, environ=environ)
    assert run.until(lambda: len(koodrive_sandbox.accepted()) > 10)
    run.signal(signal.SIGTERM)
    code, out, err = run.end()
    rows = json.loads(out)["rows"]
    assert code == 130 and "waiting for the requests in flight" in err and "Traceback" not in err, err
    assert rows == {"delivered": len(koodrive_sandbox.accepted()), "pending": 1000 - len(koodrive_sandbox.accepted())}
    assert sum(row["state"] == "delivered" for row in rows_of(job)) == rows["delivered"]
