"""The systemd unit and the Kubernetes CronJob of ``docs/night``: their command lines, run as they stand there."""

import configparser
import datetime
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

import pytest

from jobs import HEADER

NIGHT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "night"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the date of GNU")


def service():
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str
    unit.read(NIGHT / "koodrive-night.service", encoding="utf-8")
    return unit["Service"]


def cronjob():
    return (NIGHT / "cronjob.yaml").read_text(encoding="utf-8")


def command_lines():
    # systemd takes %% for a percent sign.
    yield pytest.param(shlex.split(service()["ExecStart"].replace("%%", "%")), id="systemd")
    yield pytest.param(json.loads(re.search(r"command: (\[.*\])", cronjob())[1]), id="kubernetes")


@pytest.mark.parametrize("command_line", list(command_lines()))
def test_the_same_command_line_starts_the_night_and_goes_on(command_line, tmp_path, koodrive_sandbox, koodrive_sandbox_server):
    night = (datetime.datetime.now() - datetime.timedelta(hours=12)).date().isoformat()
    (tmp_path / f"lapsed-{night}.csv").write_text(HEADER + "1,2\n3,4\n", encoding="utf-8")
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "koodrive").write_text(f'#!/bin/sh\nexec {sys.executable} -m koodrive "$@"\n', encoding="utf-8")
    (programs / "koodrive").chmod(0o755)
    environ = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", **koodrive_sandbox_server.environ}
    for _ in range(2):
        done = subprocess.run(command_line, cwd=tmp_path, env=environ, capture_output=True, timeout=120)
        assert done.returncode == 0, done.stderr
        assert f"lapsed-{night}.csv".encode() in done.stdout and (tmp_path / f"night-{night}.db").exists()
    assert len(koodrive_sandbox.accepted()) == 2 and b"going on with the job" in done.stderr


def test_both_leave_time_for_requests_in_flight_and_decisions_to_a_person():
    from koodrive._cli import _exit_codes as codes
    from koodrive._defaults import TIMEOUT

    unit = service()
    grace = int(re.search(r"terminationGracePeriodSeconds: (\d+)", cronjob())[1])
    assert int(unit["TimeoutStopSec"]) == grace >= TIMEOUT + 10
    for_people = {codes.UNEXPECTED, codes.BAD_INPUT, codes.REFUSED, codes.OUTCOME_UNKNOWN}
    assert set(map(int, unit["RestartPreventExitStatus"].split())) - {codes.INTERRUPTED} == for_people
    assert set(json.loads(re.search(r"values: (\[.*\])", cronjob())[1])) == for_people
