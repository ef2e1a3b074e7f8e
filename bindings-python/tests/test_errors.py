"""Errors as Python's: what they say, what they hold, and that they survive being sent elsewhere."""

import copy
import json
import multiprocessing
import pickle
import sys
import traceback
from concurrent.futures import ProcessPoolExecutor
from email.utils import formatdate

import koodrive
import pytest

from conftest import SECRET, TOKEN, TRACE_ID, USER_ID, reply

FIELDS = (
    "kind", "outcome", "retryable", "status", "code", "msg", "request_id", "trace_id", "x_date", "retry_after", "body",
)  # fmt: skip


def fields_of(error):
    return {name: getattr(error, name) for name in FIELDS}


def send(server, call, answer):
    server.answers = [answer]
    client = koodrive.Client(endpoint=server.url, user_id=USER_ID, app_id="an-app-id", app_secret=SECRET)
    with pytest.raises(koodrive.KooDriveError) as caught:
        client.send(call, trace_id=TRACE_ID)
    return caught.value


ANSWERS = {
    koodrive.ApiError: reply(429, b'{"error_code":"APIGW.0308","error_msg":"no","request_id":"r"}', "Retry-After: 7"),
    koodrive.UnreadableReplyError: reply(200, b"<html>"),
    koodrive.OutcomeUnknownError: None,
}


@pytest.fixture(params=[koodrive.InvalidInputError, koodrive.NotSentError, *ANSWERS], ids=lambda kind: kind.__name__)
def error(request, server, call, refused_port):
    if request.param is koodrive.InvalidInputError:
        with pytest.raises(koodrive.InvalidInputError) as caught:
            koodrive.NotifyPackageExpire(carrier_user_id=7, package_id="14")
        error = caught.value
    elif request.param is koodrive.NotSentError:
        client = koodrive.Client(endpoint=f"http://127.0.0.1:{refused_port}", user_id=USER_ID, token=TOKEN)
        with pytest.raises(koodrive.NotSentError) as caught:
            client.send(call, trace_id=TRACE_ID)
        error = caught.value
    else:
        error = send(server, call, ANSWERS[request.param])
    assert type(error) is request.param
    return error


def test_an_error_survives_pickling_and_copying(error):
    if sys.version_info >= (3, 11):
        error.add_note("seen by a worker")
    copies = [pickle.loads(pickle.dumps(error, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]
    for other in (*copies, copy.copy(error), copy.deepcopy(error)):
        assert type(other) is type(error) and other is not error
        assert (str(other), repr(other), other.args) == (str(error), repr(error), error.args)
        assert fields_of(other) == fields_of(error)
        assert getattr(other, "__notes__", None) == getattr(error, "__notes__", None)
        # As all exceptions: what raised it stays behind.
        assert other.__cause__ is None


def test_an_error_comes_back_from_json(error):
    """As Celery keeps the error of a task: the name of its type, and its arguments as JSON."""
    kept = json.dumps({"exc_type": type(error).__name__, "exc_module": type(error).__module__, "exc_message": error.args})
    kept = json.loads(kept)
    other = getattr(sys.modules[kept["exc_module"]], kept["exc_type"])(*kept["exc_message"])
    assert type(other) is type(error)
    assert (str(other), repr(other), fields_of(other)) == (str(error), repr(error), fields_of(error))


def _raises(error):
    raise error


@pytest.mark.parametrize("error", [koodrive.ApiError, koodrive.NotSentError], indirect=True)
def test_an_error_comes_back_from_another_process(error):
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as processes:
        with pytest.raises(type(error)) as caught:
            processes.submit(_raises, error).result()
    assert fields_of(caught.value) == fields_of(error)
    assert str(caught.value) == str(error)


def test_an_error_has_no_secret(error):
    shown = [
        str(error),
        repr(error),
        pickle.dumps(error).decode("latin-1"),
        *traceback.format_exception(type(error), error, error.__traceback__),
    ]
    for text in shown:
        assert SECRET not in text and TOKEN not in text and "Signature=" not in text


def test_a_refusal_says_all_that_is_known_and_what_to_check(server, call):
    body = b'{"code":13000101,"msg":"Bad request.","request_id":"abc-1"}'
    date = formatdate(usegmt=True)
    error = send(server, call, reply(400, body, f"Date: {date}"))
    lines = str(error).split("\n")
    assert lines[0] == (
        'the service answered notifyPackageExpire with HTTP 400, code 13000101, msg "Bad request.", request id abc-1, '
        f"trace id {TRACE_ID}"
    )
    assert lines[1] == "What to check, in this order:"
    assert [line.split(":")[0] for line in lines[2:]] == [
        "1. endpoint", "2. clock", "3. authentication", "4. user_id", "5. app_secret", "6. whitelist", "7. signature",
    ]  # fmt: skip
    assert "127.0.0.1" in lines[2]
    assert server.requests[0]["headers"]["x-date"] in lines[3] and date in lines[3]
    assert error.x_date == server.requests[0]["headers"]["x-date"]
    assert error.body == body.decode() and error.body not in str(error)


def test_an_integer_as_an_id_says_what_to_do_instead():
    for wrong in ({"carrier_user_id": 189642158555241211}, {"package_id": 14}):
        with pytest.raises(
            koodrive.InvalidInputError, match="a number where text is due; pass text, since a number may lose digits"
        ):
            koodrive.NotifyPackageExpire(**{"carrier_user_id": "1", "package_id": "14", **wrong})


def test_one_except_clause_of_pythons_own_catches_what_it_should(error):
    bases = {
        koodrive.InvalidInputError: ValueError,
        koodrive.NotSentError: ConnectionError,
        koodrive.OutcomeUnknownError: ConnectionError,
    }
    for base in (ValueError, ConnectionError):
        assert isinstance(error, base) == (bases.get(type(error)) is base)
    # An OSError's fields are none of these errors' business.
    assert getattr(error, "errno", None) is None and getattr(error, "filename", None) is None
