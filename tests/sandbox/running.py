"""Starts the sandbox for tests in Python. KOODRIVE_SANDBOX names its program."""

import json
import os
import subprocess
import urllib.request
from pathlib import Path

#: Answers to the raw calls of the READMEs.
ANSWERS = Path(__file__).resolve().parent / "readmes.json"
#: The sandbox's default credentials, as the settings that every program of this project reads.
SETTINGS = {
    "KOODRIVE_USER_ID": "1505084218764547200",
    "KOODRIVE_APP_ID": "example-app-id",
    "KOODRIVE_APP_SECRET": "example-app-secret-not-real",
    "KOODRIVE_TOKEN": "example-token-not-real",
}


class Sandbox:
    """A sandbox on a port that the system chooses. It runs until the `with` block ends.

    Without flags it has the answers to the raw calls of the READMEs.
    """

    def __init__(self, *flags):
        self._flags = flags or ("--config", ANSWERS)

    def __enter__(self):
        command = [os.environ["KOODRIVE_SANDBOX"], *self._flags]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self._url = json.loads(self._process.stdout.readline())["url"]
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.communicate()

    @property
    def environment(self):
        """The environment of a program that is to call this sandbox."""
        return {**os.environ, "KOODRIVE_ENDPOINT": self._url, **SETTINGS}

    def accepted(self):
        """Returns the calls that change state and that it has accepted so far."""
        # A proxy of the environment is not asked: loopback is not behind one.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self._url}/sandbox/accepted") as answer:
            return json.load(answer)
