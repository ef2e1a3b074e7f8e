"""Credentials appear only in the request: not in a repr, nor in an error, its causes, and the local variables of tracebacks.

Test runners and error trackers show these variables.
"""

import base64
import copy
import os
import pickle
import subprocess
import sys
import traceback
import types
from pathlib import Path

import koodrive
import pytest

from conftest import USER_ID, reply
from sends import all_transports
from servers import reset

SECRET = "planted-secret-Qx7zR2Kv9wT4"
WAYS_TO_AUTHENTICATE = {
    "token": {"token": SECRET},
    "a token with its scheme": {"token": f"Bearer {SECRET}"},
    "a token function": {"token": lambda: SECRET},
    "authorization": {"authorization": f"Basic {SECRET}"},
    "app": {"app_id": "an-app-id", "app_secret": SECRET},
}
every_authentication = pytest.mark.parametrize("way_to_authenticate", WAYS_TO_AUTHENTICATE)

FORMS = {
    "text": SECRET,
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "hex": SECRET.encode().hex(),
}


def client_of(given, **other):
    return koodrive.Client(**{"endpoint": "http://127.0.0.1:1", "user_id": USER_ID, **WAYS_TO_AUTHENTICATE[given], **other})


def assert_hidden(shown, more=()):
    for name, form in [*FORMS.items(), *((f"sent {part}", part) for part in more)]:
        # An assert would print a difference of megabytes.
        if form in shown:
            pytest.fail(f"{name} is in {shown[max(shown.find(form) - 300, 0) :][:700]}")


def shown(value):
    """Returns the text of ``value`` for a person, a log or a debugger."""
    texts = [repr(value), str(value), format(value), repr(getattr(value, "__dict__", None))]
    for name in dir(value):
        try:
            member = getattr(value, name, None)
        except Exception as refused:
            member = refused
        if not isinstance(member, (types.MethodType, types.BuiltinMethodType)):
            texts.append(f"{name}={member!r}")
    for take in (copy.copy, copy.deepcopy, lambda it: pickle.dumps(it).decode("latin-1")):
        try:
            texts.append(repr(take(value)))
        except Exception as refused:
            texts.append(repr(refused))
    return "\n".join(texts)


def walked(value, most=20_000):
    """Every text that is reached from a value by its members and items, and from those."""
    import gc

    seen, queue, texts = set(), [value], []
    while queue:
        it = queue.pop()
        if id(it) in seen or isinstance(it, (type, types.ModuleType, types.FunctionType, types.FrameType, types.CodeType)):
            continue
        assert len(seen) < most, "too much to search"
        seen.add(id(it))
        if isinstance(it, str):
            texts.append(it)
        elif isinstance(it, (bytes, bytearray)):
            texts.append(bytes(it).decode("latin-1"))
        else:
            queue.extend(gc.get_referents(it))
    return "\n".join(texts)


def causes(error):
    """The error and those behind it, which may go round in a circle."""
    found = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def told(error):
    """Returns the text of an error with its causes, tracebacks and local variables."""
    lines = [*traceback.TracebackException.from_exception(error, capture_locals=True).format()]
    lines += map(shown, causes(error))
    return "\n".join(lines)


class Showing:
    """A value that shows a secret in one way."""

    def __init__(self, **members):
        vars(self).update(members)


def test_the_search_would_find_it():
    def failing():
        token = SECRET  # noqa: F841
        raise ValueError("failed")

    for form in FORMS.values():
        with pytest.raises(pytest.fail.Exception):
            assert_hidden(f"x{form}x")
        with pytest.raises(pytest.fail.Exception):
            assert_hidden(shown(Showing(hidden=form)))
        with pytest.raises(pytest.fail.Exception):
            assert_hidden(walked([{"deep": [form.encode()]}]))
    with pytest.raises(ValueError) as caught:
        failing()
    error = KeyError("outer")
    error.__cause__ = caught.value
    with pytest.raises(pytest.fail.Exception):
        assert_hidden(told(error))
    # Nor is all of a traceback left out.
    with pytest.raises(koodrive.InvalidInputError) as refused:
        koodrive.Client.from_env({})
    assert of_the_package(refused.value.__traceback__) is not None


@every_authentication
def test_a_client_shows_no_secret(way_to_authenticate):
    client = client_of(way_to_authenticate)
    call = koodrive.GetCurrentRetentionPolicy()
    for value in (client, client.settings, call):
        assert_hidden(shown(value))
    if way_to_authenticate != "a token function":
        request = client.request(call)
        (authorization,) = (value for name, value in request.headers if name == "authorization")
        # `headers` itself has the credentials, since it is sent.
        assert_hidden("\n".join([repr(request), str(request), repr(client)]), [authorization])
        with pytest.raises(TypeError):
            copy.deepcopy(request)
        # A used client shows no secret either.
        assert_hidden(shown(client))


@pytest.mark.parametrize("spoilt", [SECRET + "\n", " " + SECRET, SECRET + "\r\nx: y", SECRET + "é", SECRET + "\ud800"])
@pytest.mark.parametrize("name", ["token", "authorization", "app_secret"])
def test_a_refusal_shows_no_secret(name, spoilt):
    if name == "app_secret" and spoilt[-1] in "éy":
        pytest.skip("a secret may hold any character")
    given = {name: spoilt, **({"app_id": "a"} if name == "app_secret" else {})}
    settings = koodrive.Settings(endpoint=koodrive.CHINA, user_id=USER_ID)
    first = koodrive.Client(endpoint=koodrive.CHINA, user_id=USER_ID, token="t")
    environ = {f"KOODRIVE_{key.upper()}": value for key, value in {**given, "endpoint": koodrive.CHINA, "user_id": "1"}.items()}
    making = [
        lambda: koodrive.Client(endpoint=koodrive.CHINA, user_id=USER_ID, **given),
        lambda: koodrive.Client.from_settings(settings, **given),
        lambda: first.with_credentials(**given),
    ]
    if name != "authorization":
        making.append(lambda: koodrive.Client.from_env(environ))
    for make in making:
        with pytest.raises(koodrive.InvalidInputError) as caught:
            make()
        # Without the frame of this test, which has planted it.
        error = caught.value
        error.__traceback__ = of_the_package(error.__traceback__)
        assert_hidden(told(error))


@pytest.mark.parametrize(
    "wrong", [{"endpoint": "x"}, {"user_id": ""}, {"clock_margin": 601}, {"user_id": 1}, {"clock_margin": "1"}]
)
@every_authentication
def test_a_refusal_of_something_else_shows_no_secret(way_to_authenticate, wrong):
    with pytest.raises(koodrive.InvalidInputError) as caught:
        client_of(way_to_authenticate, **wrong)
    error = caught.value
    error.__traceback__ = of_the_package(error.__traceback__)
    assert_hidden(told(error))


def of_the_package(trace):
    """The traceback from where it has left this file."""
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


ANSWERS = {
    "a cut": None,
    "a reset": reset,
    "garbage": lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n"),
    "half a reply": lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
    "a chunk that is none": lambda connection: connection.sendall(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"
    ),
    "a refusal": reply(401, b'{"code":1}'),
    "a page": reply(200, b"<html>"),
    "another encoding": reply(200, b"\x00\x01", "Content-Encoding: gzip"),
    "a redirect": reply(302, b"", "Location: /elsewhere"),
}


@pytest.mark.parametrize("answer", ANSWERS)
@all_transports
def test_an_error_of_a_transport_shows_no_secret(server, call, way, answer):
    with way.opened() as send:
        for name in WAYS_TO_AUTHENTICATE:
            server.answers = [ANSWERS[answer]]
            with pytest.raises(koodrive.KooDriveError) as caught:
                send(client_of(name, endpoint=server.url), call)
            sent = server.requests[-1]["headers"]["authorization"]
            assert_told_without(caught.value, sent)


@all_transports
def test_an_error_before_anything_is_sent_shows_no_secret(call, way, refused_port):
    for endpoint in (f"http://127.0.0.1:{refused_port}", f"https://127.0.0.1:{refused_port}", "https://no-such-host.invalid"):
        with pytest.raises(koodrive.NotSentError) as caught:
            way(client_of("token", endpoint=endpoint), call)
        assert_told_without(caught.value, SECRET)


@all_transports
def test_a_token_function_that_fails_shows_no_secret(server, call, way):
    def give():
        return SECRET + "\n"

    with pytest.raises(koodrive.InvalidInputError) as caught:
        way(client_of("token", endpoint=server.url, token=give), call)
    assert_told_without(caught.value, SECRET)


def assert_told_without(error, authorization):
    error.__traceback__ = of_the_package(error.__traceback__)
    secret = authorization.split(" ", 1)[-1]
    assert_hidden(told(error), [secret])
    for it in causes(error):
        assert_hidden(walked([vars(it), it.args]), [secret])


@pytest.mark.skipif(sys.platform != "linux", reason="/proc shows the stack")
def test_no_prepared_key_is_left_on_the_stack():
    def found(state):
        program = [sys.executable, Path(__file__).with_name("stack.py"), state]
        # At the first call of a function the dynamic linker saves the registers, with what signing left in them.
        environ = os.environ | {"LD_BIND_NOW": "1"}
        return int(subprocess.run(program, capture_output=True, check=True, timeout=60, env=environ).stdout)

    assert found("client") > 0
    assert (found("no client"), found("no dispatcher")) == (0, 0)
