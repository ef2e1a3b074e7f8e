"""Runs the commands of ``docs/operations.md`` in order, and compares their output. The names in its tables must exist."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

from jobs import HEADER

from koodrive._cli import _exit_codes
from koodrive._job import metrics

TEXT = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="the commands of GNU")
@pytest.mark.koodrive_sandbox(faults=["pass"] * 40 + ["cut", "pass", 503])
def test_the_night_goes_as_it_is_told(tmp_path, koodrive_sandbox, koodrive_sandbox_server):
    rows = [f"{189642158555241000 + number},14\n" for number in range(600)]
    (tmp_path / "lapsed-2026-11-28.csv").write_text(HEADER + "".join([*rows[:100], "1.89642E+17,14\n", *rows[100:]]))
    programs = os.path.dirname(sys.executable)
    environ = {"PATH": programs + os.pathsep + os.environ["PATH"], "HOME": str(tmp_path), **koodrive_sandbox_server.environ}
    sessions = re.findall(r"^```console\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    commands = [it for session in sessions for it in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", session, re.MULTILINE)]
    assert len(commands) == sum(session.count("\n$ ") + 1 for session in sessions) > 20
    for command, shown in commands:
        done = subprocess.run(
            ["sh", "-c", command],
            env=environ,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        expected = ".*".join(map(re.escape, shown.rstrip("\n").split("…")))
        assert re.fullmatch(expected, done.stdout.rstrip("\n"), re.DOTALL), f"$ {command}\n{done.stdout}"
    accepted = [call.carrier_user_id for call in koodrive_sandbox.accepted()]
    assert set(accepted) == {row.partition(",")[0] for row in rows}


def test_it_names_every_exit_code_and_only_metrics_that_there_are():
    codes = {value for name, value in vars(_exit_codes).items() if name.isupper() and isinstance(value, int)}
    assert set(map(int, re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE))) == codes
    known = {f"koodrive_job_{name}" for name, *_ in metrics._METRICS}
    assert set(re.findall(r"koodrive_job_\w+[a-z]", TEXT)) <= known
