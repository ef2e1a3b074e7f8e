"""A module that executors import in tests of `koodrive.spark`. It imports no test module, and has no secret."""

import os
import pathlib
import signal
import time

from koodrive.transports import standard_library


def folder():
    return pathlib.Path(os.environ["KOODRIVE_TEST_FOLDER"])


def credentials():
    """Read where only executors look."""
    return {"app_id": "an-app-id", "app_secret": (folder() / "secret").read_text("utf-8")}


def wrong_credentials():
    return {"app_id": "an-app-id", "app_secret": "another-secret"}


def failing_credentials():
    raise ValueError("the vault said " + credentials()["app_secret"])


def dying():
    """Dies with the answer to one subscriber's call in its hands."""

    def transport(request, **limits):
        answer = standard_library(request, **limits)
        if b'"mortal"' in request.body:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    return transport


def waiting():
    """Does not send one subscriber's call before it is told to."""

    def transport(request, **limits):
        while b'"waiting"' in request.body and not (folder() / "go").exists():
            time.sleep(0.05)
        return standard_library(request, **limits)

    return transport


class Holder:
    def credentials(self):
        return credentials()
