"""Runs the command line as a user does: as a program of its own, with an environment that holds its settings alone."""

import json
import os
import pathlib
import subprocess
import sys

SCRIPT = str(pathlib.Path(sys.executable).with_name("koodrive"))
NOTIFY = ("notify", "--carrier-user-id", "189642158555241211", "--package-id", "14")

#: The variables that a program needs to run, without the machine's settings for proxies or KooDrive.
BARE = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}


class Done:
    """The result of a command. Fails if the command printed a traceback."""

    def __init__(self, code, stdout, stderr):
        self.code, self.stdout, self.stderr = code, stdout, stderr
        assert "Traceback" not in stderr, stderr

    @property
    def json(self):
        (line,) = self.stdout.splitlines()
        return json.loads(line)


def koodrive(*arguments, environ=(), stdin="", program=(sys.executable, "-m", "koodrive")):
    done = subprocess.run(
        [*program, *arguments], input=stdin.encode(), capture_output=True, env={**BARE, **dict(environ)}, timeout=60
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())
