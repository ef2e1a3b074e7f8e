"""The records of the logger ``koodrive``, and the facts that no log has."""

import logging
import re
import subprocess
import sys
from urllib.parse import quote

import koodrive
import pytest

from conftest import OK, SECRET, TOKEN, TRACE_ID, USER_ID, reply
from sends import all_transports

SUBSCRIBER = "189642158555241211"


@pytest.fixture
def everything(caplog):
    """The text of all that was logged, by whomever, at whatever level."""
    with caplog.at_level(logging.NOTSET, "koodrive"), caplog.at_level(logging.NOTSET):
        yield lambda: "\n".join(
            f"{record.name} {record.getMessage()} {record.exc_text or ''} {vars(record)}" for record in caplog.records
        )


def one(caplog):
    (record,) = (record for record in caplog.records if record.name == "koodrive")
    return record


def test_an_exchange(server, client, call, caplog, everything):
    server.answers = [reply(200, OK, "Date: Tue, 03 Nov 2026 07:02:45 GMT", "Server: nginx", "Set-Cookie: a=b", "X-New: 1")]
    client.send(call, trace_id=TRACE_ID)
    record = one(caplog)
    assert record.levelno == logging.DEBUG
    x_date = server.requests[0]["headers"]["x-date"]
    assert re.sub(r"duration=[\d.]+", "duration=…", record.getMessage()) == (
        f"exchange operation=notifyPackageExpire method=POST url={server.url}/koodrive/ose/v1/carrier/users/notifyPackageExpire status=200 duration=… "
        f"trace_id={TRACE_ID} kind=None outcome=None cause=None carrier_user_id=18…11 "
        f"sent={{'content-type': 'application/json', 'x-date': '{x_date}', 'x-traceid': '{TRACE_ID}'}} "
        "received={'content-length': '27', 'date': 'Tue, 03 Nov 2026 07:02:45 GMT', 'server': 'nginx'}"
    )


def test_a_failure_says_whether_koodrive_acted(server, client, call, caplog, everything):
    server.answers = [None]
    with pytest.raises(koodrive.OutcomeUnknownError):
        client.send(call)
    record = one(caplog)
    # The error is raised, so the level stays DEBUG.
    assert record.levelno == logging.DEBUG
    assert "status=None" in record.getMessage() and "received={}" in record.getMessage()
    assert "kind=outcome_unknown outcome=unknown cause=RemoteDisconnected" in record.getMessage()


def test_a_get_has_no_subscriber(server, client, caplog, everything):
    server.answers = [reply(200, b'{"code":0}')]
    client.send(koodrive.GetSpaceUsageByOverview())
    assert "carrier_user_id=None" in one(caplog).getMessage()


@pytest.mark.parametrize(
    "subscriber, shown", [("1234567890", "12…90"), ("123456789", "…"), ("1", "…"), ("成功" * 5, "成功…成功")]
)
def test_a_subscriber_is_masked(server, client, caplog, everything, subscriber, shown):
    server.answers = [reply()]
    client.send(koodrive.NotifyPackageExpire(carrier_user_id=subscriber, package_id="14"))
    assert f"carrier_user_id={shown} " in one(caplog).getMessage()
    assert len(subscriber) == 1 or subscriber not in everything()


#: Paths of raw calls, and how they are shown.
PATHS = {
    "/koodrive/ose/v1/users/1316083732377070977": "/koodrive/ose/v1/users/13…77",
    "/v1/users/123456789/packages/14": "/v1/users/…/packages/…",
    "/users/user-of-carrier": "/users/us…er",
    "/users/alice": "/users/alice",
    "/users/a%0Ab1234567890": "/users/…",
    "/users/成功成功": "/users/…",
    "/users/name@carrier.example/": "/users/…/",
    "/users/name.of.carrier/": "/users/na…er/",
    "/v1234/a": "/…/a",
    "/": "/",
}


@pytest.mark.parametrize("path", PATHS)
def test_path_segments_of_a_raw_call_that_may_be_ids_are_masked(server, client, caplog, everything, path):
    server.answers = [reply()]
    seen = []
    client.send(koodrive.RawCall("GET", path, query={"id": SUBSCRIBER}), on_exchange=seen.append)
    message = one(caplog).getMessage()
    assert message.startswith(f"exchange operation=rawCall method=GET url={server.url}{PATHS[path]} status=200 ")
    assert SUBSCRIBER not in message and "1316083732377070977" not in message
    # A hook sees the path as it was given.
    assert seen[0].operation == f"GET {quote(path, safe='/%')}"


#: The service may repeat whatever it was sent.
ANSWERS = {
    "success": reply(),
    "refusal": reply(401, f'{{"code":"{TOKEN}","msg":"{SUBSCRIBER} {SECRET}"}}'.encode()),
    "headers": reply(200, OK, f"X-Echo: {TOKEN}", f"Set-Cookie: id={SUBSCRIBER}", f"WWW-Authenticate: {SECRET}"),
    "error": reply(500, f"<html>{SUBSCRIBER} {TOKEN} {SECRET}".encode()),
    "unreadable": reply(200, f"{SUBSCRIBER} {TOKEN} {SECRET}".encode()),
    "none": None,
}


@pytest.mark.parametrize("answer", ANSWERS)
@all_transports
def test_no_secret_and_no_subscriber_is_logged(server, call, way, answer, everything):
    credentials = [{"token": TOKEN}, {"token": lambda: TOKEN}, {"app_id": "an-app-id", "app_secret": SECRET}]
    for given in credentials:
        client = koodrive.Client(endpoint=server.url, user_id=USER_ID, **given)
        server.answers = [ANSWERS[answer]]
        try:
            way(client, call)
        except koodrive.KooDriveError:
            pass
    text = everything()
    assert text.count("koodrive exchange") == 3
    if answer == "headers":
        # Those of replies httpcore shows, whatever they are.
        text = "\n".join(line for line in text.split("\n") if not line.startswith("httpcore"))
    signature = re.search("Signature=([0-9a-f]{64})", server.requests[-1]["headers"]["authorization"]).group(1)
    for secret in (TOKEN, SECRET, SUBSCRIBER, signature):
        assert secret not in text


def test_a_failing_hook_is_logged(server, client, call, caplog):
    server.answers = [reply()]
    client.send(call, on_exchange=lambda exchange: 1 / 0)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [("ERROR", "on_exchange failed")]
    assert caplog.records[0].exc_info[0] is ZeroDivisionError


SILENT = """
import sys, koodrive
client = koodrive.Client(endpoint="http://127.0.0.1:1", user_id="1", token="t")
call = koodrive.GetSpaceUsageByOverview()

def send(**options):
    try:
        client.send(call, **options)
    except koodrive.NotSentError:
        pass

send(on_exchange=lambda exchange: print(exchange.kind))
assert "logging" not in sys.modules and "koodrive._logging" not in sys.modules
import logging
send(on_exchange=lambda exchange: 1 / 0)
logger = logging.getLogger("koodrive")
assert (logger.level, logger.propagate, logging.root.handlers) == (logging.NOTSET, True, [])
assert [type(handler) for handler in logger.handlers] == [logging.NullHandler]
"""


def test_it_is_silent_until_the_program_configures_logging():
    done = subprocess.run([sys.executable, "-c", SILENT], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "not_sent\n", "")
