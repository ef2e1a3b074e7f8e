"""Settings from the environment, on request."""

import subprocess
import sys

import koodrive
import pytest

from conftest import SECRET, TOKEN, USER_ID

BOTH = {"KOODRIVE_ENDPOINT": "https://gateway.example/prefix", "KOODRIVE_USER_ID": USER_ID}
BY_TOKEN = {**BOTH, "KOODRIVE_TOKEN": TOKEN}
BY_APP = {**BOTH, "KOODRIVE_APP_ID": "my-app-id", "KOODRIVE_APP_SECRET": SECRET}


def without(environ, *names):
    return {name: value for name, value in environ.items() if name not in names}


def test_a_token(call):
    client = koodrive.Client.from_env(BY_TOKEN)
    request = client.request(call)
    assert request.url.startswith("https://gateway.example/prefix/koodrive/")
    headers = dict(request.headers)
    assert (headers["authorization"], headers["x-user-id"]) == (f"Bearer {TOKEN}", USER_ID)


def test_an_app():
    client = koodrive.Client.from_env({**BY_APP, "PATH": "/bin", "KOODRIVE_OTHER": "x"}, clock_margin=0)
    made = koodrive.Client(
        endpoint="https://gateway.example/prefix", user_id=USER_ID, app_id="my-app-id", app_secret=SECRET, clock_margin=0
    )
    call = koodrive.GetSpaceUsageByOverview()
    assert client.request(call, 1762153305).headers == made.request(call, 1762153305).headers
    assert client.settings == made.settings


@pytest.mark.parametrize(
    "environ, text",
    [
        (without(BY_TOKEN, "KOODRIVE_ENDPOINT"), "KOODRIVE_ENDPOINT is not set; set the service's base URL"),
        (
            without(BY_TOKEN, "KOODRIVE_USER_ID"),
            "KOODRIVE_USER_ID is not set; set the user id on KooDrive, which is sent as X-User-Id",
        ),
        (without(BY_APP, "KOODRIVE_APP_ID"), "KOODRIVE_APP_ID is not set; set the app id that the secret belongs to"),
        (without(BY_APP, "KOODRIVE_APP_SECRET"), "KOODRIVE_APP_SECRET is not set; set the secret of that app id"),
        (
            BOTH,
            "KOODRIVE_TOKEN (or KOODRIVE_APP_ID with KOODRIVE_APP_SECRET) is not set; set the credentials, of one kind",
        ),
        (
            {"KOODRIVE_TOKEN": "", "KOODRIVE_APP_ID": "my-app-id"},
            "KOODRIVE_ENDPOINT, KOODRIVE_USER_ID and KOODRIVE_APP_SECRET are not set; set the service's base URL, the user id "
            "on KooDrive, which is sent as X-User-Id and the secret of that app id",
        ),
        (
            {**BY_APP, "KOODRIVE_TOKEN": TOKEN},
            "KOODRIVE_TOKEN, KOODRIVE_APP_ID and KOODRIVE_APP_SECRET are set; set the token or the app, since a call "
            "authenticates in one way",
        ),
        (
            {**BY_TOKEN, "KOODRIVE_APP_SECRET": SECRET},
            "KOODRIVE_TOKEN and KOODRIVE_APP_SECRET are set; set the token or the app, since a call authenticates in one way",
        ),
        (
            {**BY_TOKEN, "KOODRIVE_ENDPOINT": "http://gateway.example"},
            "endpoint: plain http sends the credentials unencrypted; use https, or set allow_plain_http",
        ),
    ],
)
def test_a_missing_or_wrong_setting_is_named(environ, text):
    with pytest.raises(koodrive.InvalidInputError) as refused:
        koodrive.Client.from_env(environ)
    assert str(refused.value) == text


def test_an_empty_variable_is_not_set():
    assert koodrive.Client.from_env({**BY_TOKEN, "KOODRIVE_APP_ID": "", "KOODRIVE_APP_SECRET": ""})


def test_plain_http_needs_its_own_argument():
    environ = {**BY_TOKEN, "KOODRIVE_ENDPOINT": "http://gateway.example"}
    assert koodrive.Client.from_env(environ, allow_plain_http=True).settings.allow_plain_http


def test_the_environment_is_the_default_and_is_read_on_request_only(monkeypatch):
    for name in (*BY_APP, "KOODRIVE_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(koodrive.InvalidInputError, match="are not set"):
        koodrive.Client.from_env()
    for name, value in BY_APP.items():
        monkeypatch.setenv(name, value)
    assert koodrive.Client.from_env().settings.endpoint == "https://gateway.example/prefix"
    with pytest.raises(koodrive.InvalidInputError, match="one kind of credentials"):
        koodrive.Client(endpoint=koodrive.INTERNATIONAL, user_id=USER_ID)


def test_only_from_env_reads_the_variables():
    code = """
import os

class Watched(dict):
    def _seen(self, name):
        if str(name).startswith("KOODRIVE"):
            raise AssertionError(f"{name} was read")
    def __getitem__(self, name):
        self._seen(name)
        return super().__getitem__(name)
    def get(self, name, default=None):
        self._seen(name)
        return super().get(name, default)
    def __contains__(self, name):
        self._seen(name)
        return super().__contains__(name)

os.environ = Watched(os.environ)
import koodrive
import koodrive.sandbox
sandbox = koodrive.sandbox.Sandbox()
client = koodrive.Client.from_settings(sandbox.settings, **sandbox.credentials)
client.send(koodrive.GetSpaceUsageByOverview(), transport=sandbox)
with sandbox.serve() as server:
    client = koodrive.Client.from_settings(server.settings, **server.credentials)
    print(client.send(koodrive.GetSpaceUsageByOverview()).code)
try:
    koodrive.Client.from_env()
except AssertionError as seen:
    print(seen)
"""
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.splitlines() == ["0", "KOODRIVE_ENDPOINT was read"]
