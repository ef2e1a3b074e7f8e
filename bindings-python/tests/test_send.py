"""The standard library's transport, against a server that misbehaves as told."""

import asyncio
import datetime
import os
import threading
import time
from email.utils import formatdate

import koodrive
import pytest

from conftest import CUTS, OK, TOKEN, TRACE_ID, USER_ID, cut_after, dripping_after, in_time, out_of_time, reply


def test_a_call_is_sent_as_it_was_built(server, client, call):
    server.answers = [reply()]
    answer = client.send(call, trace_id=TRACE_ID)
    assert answer == koodrive.Acknowledgement(code="0", msg="Success.", trace_id=TRACE_ID)
    (request,) = server.requests
    assert (request["method"], request["path"]) == ("POST", "/koodrive/ose/v1/carrier/users/notifyPackageExpire")
    assert request["body"] == b'{"carrierUserId":"189642158555241211","type":2,"packageId":"14"}'
    assert set(request["headers"]) == {
        "authorization", "content-type", "x-date", "x-user-id", "x-traceid",  # built
        "host", "content-length", "accept-encoding",  # of HTTP
    }  # fmt: skip
    assert request["headers"]["host"] == server.url.split("//")[1]
    assert request["headers"]["accept-encoding"] == "identity"


def test_a_get_is_sent_without_a_body(server, client):
    server.answers = [reply(200, b'{"code":0,"data":{"totalUsed":7}}')]
    assert client.send(koodrive.GetSpaceUsageByOverview()).data.total_used == "7"
    headers = server.requests[0]["headers"]
    assert "content-length" not in headers and "content-type" not in headers


def test_a_trace_id_is_made_and_the_services_own_wins(server, client, call):
    server.answers = [reply(), reply(200, OK, "X-TraceId: theirs")]
    made = client.send(call).trace_id
    assert len(made) == 58 and made == server.requests[0]["headers"]["x-traceid"]
    assert client.send(call).trace_id == "theirs"


def test_connections_are_kept_and_used_again(server, client, call):
    server.answers = [reply() for _ in range(5)]
    for _ in range(5):
        client.send(call)
    assert server.connections == 1


def test_a_connection_that_the_server_closed_is_not_used(server, client, call):
    server.answers = [reply(), reply()]
    client.send(call)
    server.drop_idle()
    time.sleep(0.05)
    client.send(call)
    assert (server.connections, len(server.requests)) == (2, 2)


def test_a_connection_that_was_idle_too_long_is_not_used(server, client, call, monkeypatch):
    from koodrive.transports import _keeping

    monkeypatch.setattr(_keeping, "IDLE_SECONDS", 0.0)
    server.answers = [reply(), reply()]
    client.send(call)
    client.send(call)
    assert server.connections == 2


def test_a_reply_without_length_ends_with_its_connection(server, client, call):
    server.answers = [cut_after(b"HTTP/1.1 200 OK\r\n\r\n" + OK), reply()]
    assert client.send(call).code == "0"
    assert client.send(call).code == "0"
    assert server.connections == 2


def test_a_chunked_reply(server, client, call):
    server.answers = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(OK), OK), reply()]
    assert client.send(call).msg == "Success."
    assert client.send(call).code == "0"
    assert server.connections == 1


def test_a_refused_signature_keeps_the_services_words(server, client, call):
    message = "verify signature fail, canonicalRequest:POST|/x/||host:a|x-date:b|x-user-id:c||host;x-date;x-user-id|00"
    server.answers = [reply(401, b'{"error_code":"APIGW.0301","error_msg":"%s"}' % message.encode())]
    with pytest.raises(koodrive.ApiError) as caught:
        client.send(call, trace_id=TRACE_ID)
    error = caught.value
    assert (error.status, error.code, error.msg) == (401, "APIGW.0301", message)
    assert (error.outcome, error.retryable, error.trace_id) == ("refused", False, TRACE_ID)
    # The X-Date that was sent is in the text, beside the server's.
    assert f"the X-Date sent ({server.requests[0]['headers']['x-date']})" in str(error)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status, outcome", [(500, "unknown"), (503, "refused"), (302, "refused"), (429, "refused")])
def test_other_statuses_are_api_errors_and_nothing_is_repeated(server, client, call, status, outcome):
    server.answers = [reply(status, b"", f"Location: {server.url}/elsewhere")]
    with pytest.raises(koodrive.ApiError) as caught:
        client.send(call)
    assert (caught.value.status, caught.value.outcome) == (status, outcome)
    assert len(server.requests) == 1


@pytest.mark.parametrize("cut", CUTS)
def test_a_cut_connection_leaves_the_outcome_unknown(server, client, call, cut):
    server.answers = [cut_after(CUTS[cut])]
    with pytest.raises(koodrive.OutcomeUnknownError) as caught:
        client.send(call, trace_id=TRACE_ID)
    error = caught.value
    assert isinstance(error, ConnectionError)
    assert (error.outcome, error.retryable, error.trace_id) == ("unknown", False, TRACE_ID)
    assert error.__cause__ is not None
    assert str(error).startswith("the request got no complete reply: ")
    assert len(server.requests) == 1


def test_a_refused_port_is_not_sent(call, refused_port):
    client = koodrive.Client(endpoint=f"http://127.0.0.1:{refused_port}", user_id=USER_ID, token=TOKEN)
    with pytest.raises(koodrive.NotSentError) as caught:
        client.send(call)
    assert (caught.value.outcome, caught.value.retryable) == ("not_sent", True)
    assert isinstance(caught.value.__cause__, ConnectionRefusedError)


def test_a_name_that_does_not_resolve_is_not_sent(call):
    client = koodrive.Client(endpoint="https://no-such-host.invalid", user_id=USER_ID, token=TOKEN)
    with pytest.raises(koodrive.NotSentError):
        client.send(call)


def test_a_server_without_tls_is_not_sent(server, call):
    client = koodrive.Client(endpoint=server.url.replace("http:", "https:"), user_id=USER_ID, token=TOKEN)
    with pytest.raises(koodrive.NotSentError):
        client.send(call, connect_timeout=0.5)
    assert server.requests == []


@pytest.mark.parametrize("is_kept", [False, True], ids=["a new connection", "a kept connection"])
def test_a_request_whose_time_is_up_before_its_first_byte_is_not_sent(server, client, call, is_kept):
    from koodrive.transports import NotSent, standard_library

    if is_kept:
        server.answers = [reply()]
        client.send(call)
    request = client.request(call)
    with pytest.raises(NotSent):
        standard_library(request, connect_timeout=5, timeout=1e-9, reply_limit=100)
    time.sleep(0.05)
    assert len(server.requests) == is_kept
    server.answers = [reply()]
    assert client.send(call).code == "0"


def test_a_reply_that_drips_ends_with_the_deadline(server, client, call):
    drip = dripping_after(b"HTTP/1.1 200 OK\r\n")
    error = out_of_time(server, drip, lambda timeout: client.send(call, timeout=timeout))
    assert error.kind == "outcome_unknown"


@pytest.mark.parametrize("status, error", [(200, koodrive.UnreadableReplyError), (500, koodrive.ApiError)])
def test_a_reply_that_is_too_long(server, client, call, status, error):
    server.answers = [reply(status, b'{"code":"1","msg":"%s"}' % (b"x" * 5000)), reply()]
    with pytest.raises(error) as caught:
        client.send(call, reply_limit=100)
    assert (caught.value.status, caught.value.code) == (status, None)
    assert client.send(call, reply_limit=len(OK)).code == "0"
    assert server.connections == 2


def http_date(seconds_ahead):
    return "Date: " + formatdate(time.time() + seconds_ahead, usegmt=True)


@pytest.mark.parametrize("ahead", [3600, -3600])
@pytest.mark.parametrize("status", [400, 401])
def test_a_date_that_the_service_refused_is_signed_anew_once(server, client, call, ahead, status):
    server.answers = [reply(status, b"{}", http_date(ahead)), reply()]
    seen = []
    assert client.send(call, on_exchange=seen.append).code == "0"
    first, second = (request["headers"] for request in server.requests)
    assert first["x-date"] != second["x-date"]
    assert first["x-traceid"] == second["x-traceid"]
    assert abs(client.clock_offset - ahead) < 3
    assert [exchange.status for exchange in seen] == [status, 200]


def test_a_date_that_is_refused_again_is_an_error(server, client, call):
    server.answers = [reply(401, b"{}", http_date(3600)), reply(401, b"{}", http_date(-3600))]
    with pytest.raises(koodrive.ApiError):
        client.send(call)
    assert len(server.requests) == 2


def test_a_401_without_clock_trouble_is_not_tried_again(server, client, call):
    server.answers = [reply(401, b"{}", http_date(0))]
    with pytest.raises(koodrive.ApiError):
        client.send(call)
    assert len(server.requests) == 1


def test_an_explicit_date_is_not_replaced(server, client, call):
    server.answers = [reply(401, b"{}", http_date(3600))]
    with pytest.raises(koodrive.ApiError):
        client.send(call, date=time.time() - 10)
    assert len(server.requests) == 1


def test_a_token_function_is_called_by_every_send(server, call):
    tokens = iter(["one", "two"])
    client = koodrive.Client(endpoint=server.url, user_id=USER_ID, token=lambda: next(tokens))
    server.answers = [reply(), reply()]
    client.send(call)
    client.send(call)
    assert [request["headers"]["authorization"] for request in server.requests] == ["Bearer one", "Bearer two"]
    assert server.connections == 1


def test_the_token_is_asked_for_before_each_attempt(server, call):
    tokens = iter(["one", "two"])
    client = koodrive.Client(endpoint=server.url, user_id=USER_ID, token=lambda: next(tokens))
    server.answers = [reply(401, b"{}", http_date(3600)), reply()]
    client.send(call)
    assert [request["headers"]["authorization"] for request in server.requests] == ["Bearer one", "Bearer two"]


class Late:
    """A token function that answers at once the first time, and later than any ``timeout`` here from then on."""

    def __init__(self):
        self.asked = 0

    def __call__(self):
        self.asked += 1
        if self.asked > 1:
            time.sleep(1.2)
        return TOKEN

    async def later(self):
        self.asked += 1
        if self.asked > 1:
            await asyncio.sleep(60)
        return TOKEN


@pytest.mark.parametrize("kind", ["send", "asend", "asend, async function"])
def test_a_token_that_comes_too_late_for_the_second_attempt_is_not_sent(call, kind):
    token, sent, seen = Late(), [], []

    def answer(request, **limits):
        sent.append(limits["timeout"])
        return 401, [tuple(http_date(3600).split(": ", 1))], b"{}"

    async def answer_later(request, **limits):
        return answer(request, **limits)

    client = koodrive.Client(endpoint=koodrive.CHINA, user_id=USER_ID, token=token.later if "function" in kind else token)
    options = {"timeout": 1, "trace_id": TRACE_ID, "on_exchange": seen.append}
    with pytest.raises(koodrive.NotSentError) as caught, in_time(1.2):
        if kind == "send":
            client.send(call, transport=answer, **options)
        else:
            asyncio.run(client.asend(call, transport=answer_later, **options))
    error = caught.value
    assert (error.outcome, error.retryable, error.trace_id) == ("not_sent", True, TRACE_ID)
    assert str(error).startswith(
        f"the request was not sent: the timeout of 1 s was over before the function `token` returned, trace id {TRACE_ID}; "
    )
    assert isinstance(error.__cause__, TimeoutError)
    # The first attempt alone has left.
    assert token.asked == 2 and len(sent) == 1 and 0 < sent[0] <= 1
    assert [exchange.status for exchange in seen] == [401]


def test_a_token_that_came_too_late_is_in_no_traceback(call):
    def token():
        time.sleep(0.05)
        return TOKEN

    client = koodrive.Client(endpoint=koodrive.CHINA, user_id=USER_ID, token=token)
    with pytest.raises(koodrive.NotSentError) as caught:
        client.send(call, transport=lambda request, **limits: None, timeout=0.01)
    frames, error = [], caught.value
    while error is not None:
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename != __file__:
                frames.append(repr(trace.tb_frame.f_locals))
            trace = trace.tb_next
        error = error.__cause__
    assert any("koodrive.Client endpoint=" in variables for variables in frames), "the variables of the package are seen"
    assert TOKEN not in "".join(frames)


def test_a_token_function_that_fails_is_not_sent(server, call):
    def token():
        raise OSError("the token service is down")

    seen = []
    client = koodrive.Client(endpoint=server.url, user_id=USER_ID, token=token)
    with pytest.raises(koodrive.NotSentError, match="the request was not sent: the token service is down") as caught:
        client.send(call, trace_id=TRACE_ID, on_exchange=seen.append)
    assert isinstance(caught.value.__cause__, OSError) and caught.value.trace_id == TRACE_ID
    # No exchange began.
    assert (server.requests, seen) == ([], [])


@pytest.mark.parametrize("token, text", [(7, "token: a number"), (None, "token: a value of type NoneType"), ("", "token: empty")])
def test_a_token_function_that_returns_none(server, call, token, text):
    client = koodrive.Client(endpoint=server.url, user_id=USER_ID, token=lambda: token)
    with pytest.raises(koodrive.InvalidInputError, match=f"^{text}"):
        client.send(call)
    assert server.requests == []


def test_an_async_token_function_is_for_asend(server, call):
    async def token():
        return TOKEN

    client = koodrive.Client(endpoint=server.url, user_id=USER_ID, token=token)
    with pytest.raises(koodrive.InvalidInputError, match="use asend"):
        client.send(call)


def test_exchanges_are_seen_without_secrets(server, client, call):
    server.answers = [reply(), None]
    seen = []
    client.send(call, trace_id=TRACE_ID, on_exchange=seen.append)
    with pytest.raises(koodrive.OutcomeUnknownError):
        client.send(call, trace_id=TRACE_ID, on_exchange=seen.append)
    good, bad = seen
    assert (good.method, good.status, good.trace_id, good.kind, good.outcome) == ("POST", 200, TRACE_ID, None, None)
    assert (bad.status, bad.kind, bad.outcome) == (None, "outcome_unknown", "unknown")
    assert good.url == server.url + "/koodrive/ose/v1/carrier/users/notifyPackageExpire"
    assert good.started_at.tzinfo is datetime.timezone.utc and abs(good.started_at.timestamp() - time.time()) < 60
    assert 0 <= good.duration < 60
    assert TOKEN not in repr(seen)


def test_an_exception_of_a_hook_changes_nothing(server, client, call, caplog):
    server.answers = [reply()]
    assert client.send(call, on_exchange=lambda exchange: 1 / 0).code == "0"
    assert "on_exchange failed" in caplog.text


def test_threads_send_over_connections_of_their_own(server, client, call):
    server.answers = [reply() for _ in range(80)]
    replies = []

    def work():
        for _ in range(10):
            replies.append(client.send(call).code)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies == ["0"] * 80
    assert 1 <= server.connections <= 8


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_does_not_share_connections(server, client, call):
    server.answers = [reply(), reply(), reply()]
    client.send(call)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if client.send(call).code == "0" else 1
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    client.send(call)
    assert server.connections == 2


A_TIME = "is out of range; pass a time from 0.001 s to 86400 s"
BYTES = "is out of range; pass a whole number of bytes from 1 to 1073741824"
LIMITS = [
    ("timeout", 0, f"0 s {A_TIME}"),
    ("timeout", None, "None is not a number; pass a number, times in seconds"),
    ("timeout", float("inf"), f"inf s {A_TIME}"),
    ("timeout", float("nan"), f"nan s {A_TIME}"),
    ("connect_timeout", -1, f"-1 s {A_TIME}"),
    ("connect_timeout", 86_400.5, f"86400.5 s {A_TIME}"),
    ("reply_limit", 0, f"0 {BYTES}"),
    ("reply_limit", 2**30 + 1, f"1073741825 {BYTES}"),
    ("reply_limit", 2**40, f"1099511627776 {BYTES}"),
    ("reply_limit", -(10**400), f"-inf {BYTES}"),
    ("reply_limit", 0.5, f"0.5 {BYTES}"),
    ("reply_limit", "1", "'1' is not a number; pass a number, times in seconds"),
]


@pytest.mark.parametrize("name, value, text", LIMITS, ids=str)
def test_a_limit_out_of_range_is_refused_by_send_and_by_dispatch(client, call, name, value, text):
    async def transport(request, **limits):
        raise AssertionError("nothing is sent")

    def asend():
        return asyncio.run(client.asend(call, transport=transport, **{name: value}))

    uses = [lambda: client.send(call, **{name: value}), asend]
    if value is not None:
        # For an option of a dispatcher None is the default.
        uses += [lambda: client.dispatch([], **{name: value}), lambda: client.adispatch([], transport=transport, **{name: value})]
    for use in uses:
        with pytest.raises(koodrive.InvalidInputError) as refused:
            use()
        assert (str(refused.value), refused.value.field) == (f"{name}: {text}", name)


def test_limits_at_the_ends_of_their_ranges(client, call):
    seen = []

    def transport(request, **limits):
        seen.append(limits)
        return 200, {}, OK

    for shortest in ({"timeout": 86_400, "connect_timeout": 0.001, "reply_limit": 2**30}, {"timeout": 1, "reply_limit": len(OK)}):
        assert client.send(call, transport=transport, **shortest).code == "0"
    assert seen == [
        {"timeout": 86_400, "connect_timeout": 0.001, "reply_limit": 2**30},
        {"timeout": 1, "connect_timeout": 5, "reply_limit": len(OK)},
    ]


class NoTransport:
    pass


def test_an_unknown_transport_is_refused(client, call):
    for transport in (NoTransport(), NoTransport, "requests"):
        with pytest.raises(koodrive.InvalidInputError, match=r"is not supported here; pass None.*httpx\.Client"):
            client.send(call, transport=transport)


def test_a_function_is_a_transport(client, call):
    from koodrive.transports import NotSent

    def good(request, *, connect_timeout, timeout, reply_limit):
        assert (connect_timeout, timeout, reply_limit) == (5.0, 30.0, 1024 * 1024)
        return 200, {"x-traceid": "t"}, OK

    def not_sent(request, **limits):
        raise NotSent("no route")

    def broken(request, **limits):
        return None

    def raising(request, **limits):
        raise KeyError("x")

    def stopping(request, **limits):
        raise StopIteration

    def refusing(request, **limits):
        raise koodrive.InvalidInputError("after it was sent")

    assert client.send(call, transport=good).trace_id == "t"
    with pytest.raises(koodrive.NotSentError, match="no route"):
        client.send(call, transport=not_sent)
    for transport in (broken, raising, stopping, refusing):
        with pytest.raises(koodrive.OutcomeUnknownError) as caught:
            client.send(call, transport=transport)
        assert caught.value.__cause__ is not None


def test_an_interrupt_is_raised_and_reported(client, call):
    def transport(request, **limits):
        raise KeyboardInterrupt

    seen = []
    with pytest.raises(KeyboardInterrupt):
        client.send(call, transport=transport, on_exchange=seen.append)
    assert [(exchange.kind, exchange.outcome) for exchange in seen] == [("outcome_unknown", "unknown")]


def test_a_hook_sees_the_operation_and_no_query(server, client, call):
    server.answers = [reply(), reply(), reply()]
    seen = []
    client.send(call, on_exchange=seen.append)
    client.send(koodrive.RawCall("GET", "/a/b", query={"id": "189642158555241211"}), on_exchange=seen.append)
    assert [(it.operation, it.url) for it in seen] == [
        ("notifyPackageExpire", server.url + "/koodrive/ose/v1/carrier/users/notifyPackageExpire"),
        ("GET /a/b", server.url + "/a/b"),
    ]
    assert server.requests[1]["path"] == "/a/b?id=189642158555241211"


def test_a_safe_call_of_unknown_outcome_is_retryable(server, client):
    server.answers = [None, reply(500, b"{}")]
    for _ in range(2):
        with pytest.raises(koodrive.KooDriveError) as caught:
            client.send(koodrive.GetSpaceUsageByOverview(), trace_id=TRACE_ID)
        error = caught.value
        assert (error.outcome, error.retryable, error.trace_id) == ("unknown", True, TRACE_ID)
        assert error.x_date == server.requests[-1]["headers"]["x-date"]


@pytest.mark.parametrize("what", ["transport", "async transport", "token", "sign"])
def test_an_error_with_a_lone_surrogate_has_an_outcome(server, call, what):
    def broken(*_, **__):
        raise ConnectionResetError("reset by caf\udce9")

    async def abroken(*_, **__):
        broken()

    of = {"token": {"token": broken}, "sign": {"app_id": "an-app-id", "sign": broken}}.get(what, {"token": TOKEN})
    client = koodrive.Client(endpoint=server.url, user_id=USER_ID, **of)
    with pytest.raises(koodrive.KooDriveError, match=r"reset by caf\\udce9") as caught:
        if what == "async transport":
            asyncio.run(client.asend(call, transport=abroken))
        else:
            client.send(call, transport=broken if what == "transport" else None)
    assert caught.value.outcome == ("not_sent" if what in ("token", "sign") else "unknown")
    assert isinstance(caught.value.__cause__, ConnectionResetError)
