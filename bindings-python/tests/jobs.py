"""Shared by the tests of jobs: sources, and a running job."""

import json
import subprocess
import sys
import time

from command import BARE, koodrive as command

HEADER = "carrier_user_id,package_id\n"

#: As the command, in which five minutes pass in a second, and a minute in a tenth of one.
IN_A_HURRY = """
import sys
from koodrive._cli import main
from koodrive._job import progress, watch

watch.HALT_AFTER = 1.0
progress._PERIOD, progress._NEWS = 0.1, 0.0
sys.exit(main())
"""


def lapsed(folder, count, name="lapsed.csv"):
    path = folder / name
    path.write_text(HEADER + "".join(f"user {number},14\n" for number in range(count)), encoding="utf-8")
    return str(path)


def rows_of(job, environ=(), everything=True):
    done = command("report", "--job", job, "--jsonl", *(["--all"] if everything else []), environ=environ)
    assert done.code == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


class Process:
    """A run that is under way."""

    def __init__(self, *arguments, environ, code=None, **streams):
        program = ("-m", "koodrive") if code is None else ("-c", code)
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
        self._of = subprocess.Popen([sys.executable, *program, *arguments], env={**BARE, **environ}, **streams)

    def until(self, condition):
        """False where it has ended before."""
        while not condition():
            if self._of.poll() is not None:
                return condition()
            time.sleep(0.01)
        return True

    def until_it_says(self, text):
        while text.encode() not in (line := self._of.stderr.readline()):
            assert line, "it has ended"

    def signal(self, number):
        self._of.send_signal(number)

    def end(self):
        out, err = self._of.communicate(timeout=300)
        return self._of.returncode, (out or b"").decode(), (err or b"").decode()


def shell(command_line, environ, folder):
    """Runs a line of the POSIX shell, in which ``koodrive`` is the command."""
    line = command_line.replace("koodrive ", f"{sys.executable} -m koodrive ", 1)
    done = subprocess.run(
        ["sh", "-c", line], env={**BARE, **environ}, cwd=folder, capture_output=True, timeout=120, stdin=subprocess.DEVNULL
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode("utf-8", "backslashreplace")
