"""The sandbox in the process: as a transport, and behind mocks."""

import asyncio
import dataclasses
import datetime
import threading
import time

import koodrive
import pytest
import trio
from koodrive.sandbox import Accepted, Answer, Sandbox

from conftest import TOKEN, TRACE_ID, USER_ID

UTC = datetime.timezone.utc
NOW = datetime.datetime(2025, 11, 3, 7, 1, 45, tzinfo=UTC)


def client_of(sandbox, **options):
    return koodrive.Client.from_settings(sandbox.settings, **{**sandbox.credentials, **options})


def send(sandbox, call, **options):
    return client_of(sandbox).send(call, transport=sandbox, **options)


def asend(sandbox, call, **options):
    return asyncio.run(client_of(sandbox).asend(call, transport=sandbox, **options))


@pytest.fixture(params=[send, asend])
def sending(request):
    return request.param


def test_it_takes_a_call_and_lists_it(call, sending):
    sandbox = Sandbox()
    before = datetime.datetime.now(UTC).replace(microsecond=0)
    assert sending(sandbox, koodrive.GetSpaceUsageByOverview()).data.total_used == "1073741824"
    assert sandbox.accepted() == []
    assert sending(sandbox, call, trace_id=TRACE_ID) == koodrive.Acknowledgement(code="0", msg="Success.", trace_id=TRACE_ID)
    (accepted,) = sandbox.accepted()
    assert (accepted.carrier_user_id, accepted.package_id, accepted.type) == ("189642158555241211", "14", 2)
    assert accepted.trace_id == TRACE_ID
    date = datetime.datetime.strptime(accepted.x_date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert before - datetime.timedelta(seconds=5) <= date <= before


def test_accepted_calls_are_values():
    body = '{"carrierUserId":"1","type":2,"packageId":"2"}'
    fields = {"operation": "notifyPackageExpire", "json": body, "x_date": "20251103T070140Z", "trace_id": None}
    accepted = Accepted(**fields)
    assert accepted == Accepted(**fields) and len({accepted, Accepted(**fields)}) == 1
    assert repr(accepted) == (
        f"Accepted(operation='notifyPackageExpire', json='{body}', x_date='20251103T070140Z', trace_id=None)"
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        accepted.operation = "reverseOrder"
    assert (accepted.carrier_user_id, accepted.package_id, accepted.type) == ("1", "2", 2)


def test_every_call_that_changes_state_is_listed_with_its_body(sending):
    user = "/koodrive/ose/v1/users/1"
    sandbox = Sandbox(
        answers=[{"method": "GET", "path": user}, {"method": "PUT", "path": user}],
        accepted_change_types=[1, 3],
        carrier_user_ids=["7"],
        refuse_repeats=True,
    )
    sending(sandbox, koodrive.RawCall("GET", user))
    sending(sandbox, koodrive.RawCall("PUT", user, json={"status": 7, "xDate": "mine"}))
    order = {"batchSN": "1", "operationList": [{"operationSN": "1", "carrierUserId": "7"}]}
    change = {"operationSN": "2", "packageChangeList": [{"changeType": 3, "packageId": "14"}]}
    order["operationList"].append(change)
    path = "/koodrive/ose/v1/carrier/operation/reverseOrder"
    sending(sandbox, koodrive.RawCall("POST", path, json=order))
    with pytest.raises(koodrive.ApiError) as repeated:
        sending(sandbox, koodrive.RawCall("POST", path, json=order))
    assert repeated.value.code == "SANDBOX.REPEATED_CALL"
    put, reverse = sandbox.accepted()
    assert (put.operation, put.body, put.carrier_user_id) == (f"PUT {user}", {"status": 7}, None)
    assert (reverse.operation, reverse.body, reverse.type) == ("reverseOrder", order, None)


def test_a_wrong_secret_is_refused_and_explained(call):
    sandbox = Sandbox()
    client = client_of(sandbox, app_secret="another-secret-not-real")
    with pytest.raises(koodrive.ApiError) as refused:
        client.send(call, transport=sandbox, date=time.time() - 5)
    assert (refused.value.status, refused.value.code) == (401, "SANDBOX.SIGNATURE_MISMATCH")
    assert refused.value.request_id == "sandbox-1"
    finding = client.explain(call, message=refused.value.msg).finding
    assert finding.startswith("the service signed the same canonical request, so the app secret differs")


def test_its_clock_is_injected(call):
    for now in (lambda: NOW, lambda: NOW.timestamp(), lambda: int(NOW.timestamp())):
        sandbox = Sandbox(now=now)
        client = client_of(sandbox)
        client.observe_clock({"date": "Mon, 03 Nov 2025 07:01:45 GMT"}, NOW, NOW)
        # This machine's clock is years ahead: refused, learned beyond a day, so not learned.
        with pytest.raises(koodrive.ApiError, match="server time:20251103T070145Z"):
            client.send(call, transport=sandbox)
        answer = sandbox.handle(*parts(client.request(call, NOW)))
        assert answer.status == 200
        assert ("date", "Mon, 03 Nov 2025 07:01:45 GMT") in answer.headers
        assert sandbox.accepted()[0].x_date == "20251103T070140Z"


def parts(request):
    return request.method, request.url, request.headers, request.body


def test_a_wrong_clock_is_learned_and_the_call_is_signed_anew(call, sending):
    sandbox = Sandbox(now=lambda: time.time() + 3600)
    seen = []
    assert sending(sandbox, call, on_exchange=seen.append).code == "0"
    assert [exchange.status for exchange in seen] == [401, 200]
    assert len(sandbox.accepted()) == 1


@pytest.mark.parametrize(
    "now, text",
    [
        (lambda: datetime.datetime(2025, 11, 3), "now: has no time zone"),
        (lambda: "x", "now: not a valid date"),
        (lambda: float("nan"), "now: not a valid date"),
    ],
)
def test_an_invalid_clock_is_refused(call, now, text):
    with pytest.raises(koodrive.InvalidInputError, match=text):
        Sandbox(now=now).handle("GET", "/", {})


CONFIGURATIONS = [
    # Whether the example call, signed with what the sandbox says, is accepted; the reason if it is not.
    ({}, None),
    ({"apps": {"my-app": "a-secret-not-real", "other": "x"}}, None),
    ({"apps": [{"app_id": "my-app", "app_secret": "a-secret-not-real"}], "tokens": [TOKEN]}, None),
    ({"apps": [{"appId": "my-app", "appSecret": "a-secret-not-real"}], "faults": [{"delay": 0}]}, None),
    ({"tokens": [TOKEN]}, None),
    ({"tokens": (token for token in ["AT 0123456789abcdef", TOKEN])}, None),
    ({"user_ids": {"4711"}}, None),
    ({"user_ids": ["1", "4711"], "whitelist": ["4711"]}, None),
    ({"whitelist": []}, "NOT_WHITELISTED"),
    ({"carrier_user_ids": ["189642158555241211"], "package_ids": ["14"]}, None),
    ({"carrier_user_ids": ["1"]}, "UNKNOWN_CARRIER_USER_ID"),
    ({"package_ids": {"15": 1}.keys()}, "UNKNOWN_PACKAGE_ID"),
    ({"accepted_types": [1]}, "UNDOCUMENTED_TYPE"),
    ({"authority": "gateway.example:8443"}, None),
    ({"echo_trace_id": True, "code_as_text": True, "msg": "成功"}, None),
    ({"refused_status": 400, "policies": [{"policyId": 2**60}]}, None),
]


@pytest.mark.parametrize("configuration, reason", CONFIGURATIONS)
def test_it_is_configured_by_keywords(call, sending, configuration, reason):
    sandbox = Sandbox(**configuration)
    if reason is None:
        assert sending(sandbox, call).code == "0"
    else:
        with pytest.raises(koodrive.ApiError) as refused:
            sending(sandbox, call)
        assert refused.value.code == ("13000102" if reason == "UNDOCUMENTED_TYPE" else f"SANDBOX.{reason}")
        assert sandbox.accepted() == []


def test_the_configuration_applies(call):
    sandbox = Sandbox(
        echo_trace_id=True,
        code_as_text=True,
        msg="成功",
        policies=[{"policyId": 2**60, "policyName": "x"}],
        space_usage={"totalUsed": 2**60},
        app_authentication_everywhere=True,
    )
    answer = sandbox.handle(*parts(client_of(sandbox).request(call, trace_id=TRACE_ID)))
    assert answer.body.decode() == '{"code":"0","msg":"成功"}'
    assert ("x-traceid", TRACE_ID) in answer.headers
    (policy,) = send(sandbox, koodrive.GetCurrentRetentionPolicy()).policy_list
    assert (policy.policy_id, policy.policy_name) == (str(2**60), "x")
    assert send(sandbox, koodrive.GetSpaceUsageByOverview()).data.total_used == str(2**60)
    with pytest.raises(koodrive.ApiError) as refused:
        client_of(Sandbox(refused_status=400), app_secret="x").send(call, transport=Sandbox(refused_status=400))
    assert refused.value.status == 400


def test_refuse_repeats_refuses_a_second_call(call, sending):
    sandbox = Sandbox(refuse_repeats=True)
    sending(sandbox, call)
    with pytest.raises(koodrive.ApiError) as refused:
        sending(sandbox, call)
    assert (refused.value.status, refused.value.code) == (409, "SANDBOX.REPEATED_CALL")
    assert len(sandbox.accepted()) == 1


REFUSED = [
    ({"tokens": "hush"}, "tokens: sandbox config cannot be read: invalid type, expected a sequence at line 1 column "),
    ({"tokens": b"hush"}, "tokens: a value of type bytes; pass text, numbers, booleans, lists and mappings"),
    ({"tokens": [4711]}, "tokens: sandbox config cannot be read: invalid type, expected a string at line 1 column "),
    ({"apps": {4711: "x"}}, "apps: sandbox config cannot be read: invalid type, expected a string at line 1 column "),
    ({"apps": {"": "x"}}, "apps: app_id: empty"),
    ({"apps": "x"}, "apps: sandbox config cannot be read: invalid type, expected a sequence at line 1 column "),
    ({"refused_status": 500}, "refused_status: 500 is not published; pass 400 or 401"),
    ({"accepted_types": []}, "accepted_types: empty, so that no call could be accepted"),
    ({"accepted_change_types": []}, "accepted_change_types: empty, so that no package change could be accepted"),
    ({"answers": [{"method": "get", "path": "/a"}]}, "answers: entry 1: unknown method `get`; expected one of: GET, POST"),
    (
        {"answers": [{"method": "GET", "path": "/a b"}]},
        "answers: entry 1: path: `/a b` is never sent as it is written; pass /a%20b",
    ),
    ({"authority": ""}, "authority: empty; leave it out to accept any"),
    ({"faults": [204]}, "faults: sandbox config cannot be read: a fault's status is 204; it must lie in 200 to 599"),
    ({"faults": ["cutt"]}, "faults: sandbox config cannot be read: invalid value, expected a status such as 429"),
    ({"faults": [{"delay": -1}]}, "faults: sandbox config cannot be read: a fault's delay is -1; it must be a number"),
    ({"faults": [{"delay": float("nan")}]}, "faults: sandbox config cannot be read: expected value at line 1 column "),
    ({"faults": [{"status": 502, "retry": 3}]}, "faults: sandbox config cannot be read: unknown field `retry`, expected one of"),
    ({"faults": [object()]}, "faults: a value of type object; pass text, numbers, booleans, lists and mappings"),
    ({"faults": 429}, "faults: sandbox config cannot be read: invalid type, expected a sequence at line 1 column "),
    ({"msg": "\ud800"}, "msg: sandbox config cannot be read: "),
    ({"policies": ["x"]}, "policies: sandbox config cannot be read: the value must be a JSON object"),
]


@pytest.mark.parametrize("configuration, text", REFUSED)
def test_a_configuration_that_is_refused(configuration, text):
    with pytest.raises(koodrive.InvalidInputError) as refused:
        Sandbox(echo_trace_id=True, **configuration)
    assert str(refused.value).startswith(text)
    assert "hush" not in str(refused.value)
    assert (refused.value.kind, refused.value.outcome) == ("invalid_input", "not_sent")


def test_an_unknown_keyword_is_a_type_error():
    with pytest.raises(TypeError, match="tokenz"):
        Sandbox(tokenz=[])


STATUSES = [
    (429, {"status": 429, "retryable": True, "outcome": "refused", "code": "SANDBOX.SCRIPTED_FAULT"}),
    ({"status": 503, "retry_after": 3}, {"status": 503, "retryable": True, "retry_after": 3.0}),
    ({"status": 503, "retry_after": "soon"}, {"status": 503, "retry_after": None}),
    ({"status": 502, "body": "<html>", "content_type": "text/html"}, {"status": 502, "outcome": "unknown", "code": None}),
    ({"status": 500, "body": '{"code":13000201,"msg":"inner"}'}, {"code": "13000201", "outcome": "unknown"}),
]


@pytest.mark.parametrize("fault, fields", STATUSES)
def test_a_status_of_the_script_answers_and_does_not_act(call, sending, fault, fields):
    sandbox = Sandbox(faults=[fault])
    with pytest.raises(koodrive.ApiError) as error:
        sending(sandbox, call)
    for name, value in fields.items():
        assert getattr(error.value, name) == value
    assert sandbox.accepted() == []
    assert sending(sandbox, call).code == "0"


def test_a_date_of_the_script_is_learned(call):
    sandbox = Sandbox(faults=[{"status": 401, "date_offset": 3600}, "pass"])
    client = client_of(sandbox)
    # Signed anew with a clock that is an hour off: the sandbox's own says so.
    with pytest.raises(koodrive.ApiError, match="signature time"):
        client.send(call, transport=sandbox)


@pytest.mark.parametrize("cut", ["cut", "cut-in-headers", "cut-after-headers"])
def test_a_cut_leaves_the_outcome_unknown_and_the_call_acted_on(call, sending, cut):
    sandbox = Sandbox(faults=[cut])
    with pytest.raises(koodrive.OutcomeUnknownError, match=f"fault script of the sandbox has {cut},") as unknown:
        sending(sandbox, call)
    assert isinstance(unknown.value.__cause__, ConnectionError)
    assert len(sandbox.accepted()) == 1


def test_faults_happen_in_their_order(call):
    sandbox = Sandbox(faults=[429, "cut", 503])
    kinds = []
    for _ in range(4):
        try:
            kinds.append(send(sandbox, call).code)
        except koodrive.KooDriveError as error:
            kinds.append(error.status or error.kind)
    assert kinds == [429, "outcome_unknown", 503, "0"]


def test_delays_and_drips_take_their_time(call, sending):
    slept = []
    sandbox = Sandbox(faults=[{"delay": 2.5}, {"drip": 0.01}], sleep=slept.append)
    assert sending(sandbox, call).code == "0"
    assert sending(sandbox, call).code == "0"
    delay, drip = slept
    answer = sandbox.handle(*parts(client_of(sandbox).request(call)))
    assert delay == 2.5
    assert drip == pytest.approx(0.01 * len(answer._head + answer.body))


@pytest.mark.parametrize("fault", [{"delay": 10}, {"drip": 1}])
def test_a_time_out_ends_them(call, sending, fault):
    slept = []
    sandbox = Sandbox(faults=[fault], sleep=slept.append)
    with pytest.raises(koodrive.OutcomeUnknownError, match="no complete answer within 3 seconds"):
        sending(sandbox, call, timeout=3)
    assert slept == [3]
    assert len(sandbox.accepted()) == 1


def test_by_default_they_are_slept(call, sending):
    sandbox = Sandbox(faults=[{"delay": 0.2}])
    started = time.monotonic()
    sending(sandbox, call)
    assert time.monotonic() - started >= 0.2


def test_a_delay_does_not_block_the_loop(call):
    sandbox = Sandbox(faults=[{"delay": 0.1}] * 20)
    accepted = []

    async def one(client):
        await client.asend(call, transport=sandbox)
        accepted.append(len(sandbox.accepted()))

    async def all_at_once():
        client = client_of(sandbox)
        await asyncio.gather(*(one(client) for _ in range(20)))

    asyncio.run(all_at_once())
    # When the first reply came, all had been sent.
    assert accepted == [20] * 20


def test_on_trio_it_waits_as_well(call):
    sandbox = Sandbox(faults=[{"delay": 0.2}])

    async def send():
        return await client_of(sandbox).asend(call, transport=sandbox)

    started = time.monotonic()
    assert trio.run(send).code == "0"
    assert time.monotonic() - started >= 0.2


def test_an_async_sleep(call):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    asend(Sandbox(faults=[{"delay": 60}], sleep=sleep), call, timeout=90)
    assert slept == [60]


def test_a_long_reply_is_read_with_the_limit(call, sending):
    sandbox = Sandbox(msg="x" * 5000)
    with pytest.raises(koodrive.UnreadableReplyError):
        sending(sandbox, call, reply_limit=1000)
    assert len(sandbox.accepted()) == 1


def test_a_long_reply_is_read_up_to_the_limit(call):
    sandbox = Sandbox(msg="x" * 5000)
    limits = {"connect_timeout": 1, "timeout": 1, "reply_limit": 1000}
    _, _, body = sandbox(client_of(sandbox).request(call), **limits)
    assert len(body) == 1001


def test_it_is_a_transport_and_nothing_is_sent_elsewhere(call, sending, monkeypatch):
    import socket

    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a connection was made"))
    assert sending(Sandbox(), call).code == "0"


def test_threads_share_it(call):
    sandbox = Sandbox()
    client = client_of(sandbox)

    def work(number):
        for at in range(50):
            client.send(koodrive.NotifyPackageExpire(carrier_user_id=f"user-{number}", package_id=str(at)), transport=sandbox)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    accepted = sandbox.accepted()
    assert len(accepted) == 800 and len(set(accepted)) == 800
    for number in range(16):
        assert [call.package_id for call in accepted if call.carrier_user_id == f"user-{number}"] == [str(at) for at in range(50)]


def test_a_request_is_handled_however_a_library_holds_it(call):
    sandbox = Sandbox()
    client = client_of(sandbox)
    for convert in (
        lambda headers: headers,
        dict,
        lambda headers: [(name.encode(), value.encode()) for name, value in headers],
        lambda headers: ((name.upper(), value) for name, value in headers),
    ):
        request = client.request(call)
        answer = sandbox.handle(request.method, request.url, convert(request.headers), request.body.decode())
        assert (answer.status, answer.body) == (200, b'{"code":0,"msg":"Success."}')
        assert isinstance(answer, Answer) and not answer.is_cut
    request = client.request(koodrive.GetSpaceUsageByOverview())
    assert sandbox.handle(request.method, request.url, request.headers, None).status == 200
    assert len(sandbox.accepted()) == 4


@pytest.mark.parametrize(
    "method, url, headers", [("GE T", "/", {}), ("GET", "not a url", {}), ("GET", "/", {"a b": "c"}), ("GET", "/", {"a": "b\nc"})]
)
def test_a_value_that_http_cannot_carry_is_refused(method, url, headers):
    with pytest.raises(koodrive.InvalidInputError, match="as the HTTP client sent them"):
        Sandbox().handle(method, url, headers)


def test_it_is_shown_without_secrets():
    sandbox = Sandbox(apps={"my-app": "a-secret-not-real"}, tokens=[TOKEN])
    assert repr(sandbox) == "<koodrive.sandbox.Sandbox, 0 calls accepted>"
    assert sandbox.credentials == {"app_id": "my-app", "app_secret": "a-secret-not-real"}
    assert sandbox.settings == koodrive.Settings(endpoint=koodrive.INTERNATIONAL, user_id=USER_ID)
