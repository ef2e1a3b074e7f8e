"""Client, calls, requests: what is refused, and what goes out."""

import copy
import datetime
import pickle
import traceback

import koodrive
import pytest

from conftest import SECRET, TOKEN, TRACE_ID, USER_ID

UTC = datetime.timezone.utc
NOW = datetime.datetime(2025, 11, 3, 7, 1, 45, tzinfo=UTC)


def signing_client(**options):
    options = {"endpoint": koodrive.INTERNATIONAL, "user_id": USER_ID, "app_id": "my-app-id", "app_secret": SECRET, **options}
    return koodrive.Client(**options)


def token_client(**options):
    return koodrive.Client(**{"endpoint": koodrive.INTERNATIONAL, "user_id": USER_ID, "token": TOKEN, **options})


# Computed independently of this project, by the published rules.
PUBLISHED = [
    (
        koodrive.NotifyPackageExpire(carrier_user_id="189642158555241211", package_id="14"),
        "9c24ade95d82dce7c7002ec7272d12f9ff60d1f71d5fc50708e113d4249449ce",
        "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac",
    ),
    (
        koodrive.GetCurrentRetentionPolicy(),
        "17df01bf35f41570cd1a606097845ed65ce61676b6b163a6f6c8b53ebe1e8a50",
        "c582ce0670626271ec0285f31c23f27f6ec0052ae3f9cdc96dc91a737da54837",
    ),
    (
        koodrive.GetSpaceUsageByOverview(),
        "ed5c18d0be55257f70f9e8ef73ceb810460ccc58de1a6c8bb37336988b9a8b1c",
        "98e725d4a7965d5aebb936c98825cf080c3252f6fc7fe622bbe189fd0ae8fe6c",
    ),
]


@pytest.mark.parametrize("call, canonical_hash, signature", PUBLISHED)
def test_the_computed_examples(call, canonical_hash, signature):
    explanation = signing_client().explain(call, now=NOW)
    assert explanation.canonical_request_hash == canonical_hash
    assert explanation.signature == signature
    request = signing_client().request(call, NOW)
    authorization = f"HMAC-SHA256 AppId=my-app-id,SignedHeaders=host;x-date;x-user-id,Signature={signature}"
    assert dict(request.headers)["authorization"] == authorization
    assert dict(request.headers)["x-date"] == "20251103T070140Z"


def test_a_request_with_a_token(call):
    request = token_client().request(call, now=NOW, trace_id=TRACE_ID)
    assert request.method == "POST"
    assert request.url == koodrive.INTERNATIONAL + "/koodrive/ose/v1/carrier/users/notifyPackageExpire"
    assert request.body == b'{"carrierUserId":"189642158555241211","type":2,"packageId":"14"}'
    assert sorted(request.headers) == [
        ("authorization", f"Bearer {TOKEN}"),
        ("content-type", "application/json"),
        ("x-date", "20251103T070140Z"),
        ("x-traceid", TRACE_ID),
        ("x-user-id", USER_ID),
    ]


def test_a_get_has_neither_body_nor_content_type():
    request = token_client().request(koodrive.GetCurrentRetentionPolicy(), now=NOW)
    assert (request.method, request.body) == ("GET", b"")
    assert "content-type" not in dict(request.headers)


@pytest.mark.parametrize(
    "now",
    [
        NOW,
        NOW.astimezone(datetime.timezone(datetime.timedelta(hours=8))),
        1762153305,
        1762153305.999,
    ],
)
def test_now_is_an_aware_datetime_or_seconds(call, now):
    assert dict(token_client().request(call, now).headers)["x-date"] == "20251103T070140Z"


def test_now_defaults_to_the_clock_of_the_host(call):
    before = datetime.datetime.now(UTC)
    text = dict(token_client(clock_margin=0).request(call).headers)["x-date"]
    date = datetime.datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert before - datetime.timedelta(seconds=1) <= date <= datetime.datetime.now(UTC)


class Boom:
    pass


NOT_TEXT = [
    (1, "a number"),
    (1.5, "a number"),
    (True, "a value of type bool"),
    (None, "a value of type NoneType"),
    (b"1", "a value of type bytes"),
    (Boom(), "a value of type Boom"),
]


@pytest.mark.parametrize("value, found", NOT_TEXT)
@pytest.mark.parametrize("field, name", [("carrier_user_id", "carrierUserId"), ("package_id", "packageId")])
def test_an_id_that_is_not_text_is_refused(field, name, value, found):
    with pytest.raises(koodrive.InvalidInputError, match=f"^{name}: {found} where text is due"):
        koodrive.NotifyPackageExpire(**{"carrier_user_id": "1", "package_id": "2", field: value})


REFUSED_CALLS = [
    ({"carrier_user_id": ""}, "carrierUserId: empty"),
    ({"package_id": ""}, "packageId: empty"),
    ({"carrier_user_id": "\ud800"}, "carrierUserId: contains a lone surrogate"),
    ({"package_id": "a\udfffb"}, "packageId: contains a lone surrogate"),
    ({"carrier_user_id": "189\r"}, r"carrierUserId: .*U\+000D"),
    ({"package_id": " 14"}, r"packageId: .*U\+0020"),
    ({"package_id": "14\u200b"}, r"packageId: .*U\+200B"),
    ({"type": 1}, r"type: 1 is not documented.*pass undocumented_type"),
    ({"type": "2"}, "type: not an integer"),
    ({"undocumented_type": 2}, "type: 2 is the documented value"),
    ({"undocumented_type": "1"}, "type: not an integer"),
    ({"undocumented_type": 1.0}, "type: not an integer"),
    ({"undocumented_type": 2**63}, "type: not an integer"),
]


@pytest.mark.parametrize("arguments, text", REFUSED_CALLS)
def test_a_call_that_is_refused(arguments, text):
    with pytest.raises(koodrive.InvalidInputError, match=text):
        koodrive.NotifyPackageExpire(**{"carrier_user_id": "1", "package_id": "2", **arguments})


REFUSED_CLIENTS = [
    ({"token": None}, "one kind of credentials"),
    ({"authorization": "x"}, "one kind of credentials"),
    ({"app_id": "a", "app_secret": "b"}, "one kind of credentials"),
    ({"token": None, "app_id": "a"}, "app_secret is missing; pass it with app_id, or pass sign"),
    ({"token": None, "app_secret": "a"}, "app_id is missing; pass it with app_secret or sign"),
    ({"token": 7}, "token: a number"),
    ({"token": ""}, "token: empty"),
    ({"token": "a\ud800"}, "token: contains a lone surrogate"),
    ({"user_id": 7}, "user_id: a number"),
    ({"user_id": ""}, "user_id: empty"),
    ({"endpoint": None}, "endpoint: a value of type NoneType"),
    ({"endpoint": "http://gateway.example"}, "endpoint: plain http"),
    ({"clock_margin": -1}, "clock_margin: "),
    ({"clock_margin": 601}, "clock_margin: "),
    ({"clock_margin": 5.0}, "clock_margin: "),
    ({"clock_margin": True}, "clock_margin: "),
]


@pytest.mark.parametrize("arguments, text", REFUSED_CLIENTS)
def test_a_client_that_is_refused(arguments, text):
    with pytest.raises(koodrive.InvalidInputError, match=text):
        token_client(**arguments)


NOT_INSTANTS = [
    (datetime.datetime(2025, 11, 3), "has no time zone"),
    (float("nan"), "not a valid date"),
    (float("inf"), "not a valid date"),
    (1e300, "not a valid date"),
    (2**70, "not a valid date"),
    (2**5000, "not a valid date"),
    ("2025-11-03", "not a valid date"),
    (datetime.date(2025, 11, 3), "not a valid date"),
    (datetime.time(7, 1, tzinfo=UTC), "not a valid date"),
]


@pytest.mark.parametrize("value, text", NOT_INSTANTS)
@pytest.mark.parametrize("field", ["now", "date"])
def test_an_instant_that_is_refused(call, field, value, text):
    with pytest.raises(koodrive.InvalidInputError, match=f"^{field}: {text}"):
        token_client().request(call, **{field: value})


@pytest.mark.parametrize(
    "trace_id, text", [("x" * 57, "trace_id: 57 characters long"), ("é" * 58, "U\\+00E9"), (58, "trace_id: a number")]
)
def test_a_trace_id_that_is_refused(call, trace_id, text):
    with pytest.raises(koodrive.InvalidInputError, match=text):
        token_client().request(call, trace_id=trace_id)


def test_a_call_of_another_type_is_refused():
    for operation in (token_client().request, signing_client().explain):
        with pytest.raises(TypeError, match="'dict' object is not an instance of 'Call'"):
            operation({"carrier_user_id": "1"})


def test_unknown_and_missing_keywords_are_type_errors():
    with pytest.raises(TypeError):
        koodrive.NotifyPackageExpire(carrier_user_id="1")
    with pytest.raises(TypeError):
        koodrive.NotifyPackageExpire("1", "2")
    with pytest.raises(TypeError):
        token_client(timeout=3)


def test_an_undocumented_type_needs_its_own_argument():
    call = koodrive.NotifyPackageExpire(carrier_user_id="1", package_id="2", undocumented_type=1)
    assert call.undocumented_type == 1
    assert token_client().request(call).body == b'{"carrierUserId":"1","type":1,"packageId":"2"}'


def test_the_clock_is_learned_and_shared_with_renewed_clients(call):
    client = token_client()
    renewed = client.with_credentials(authorization="AT 1")
    client.observe_clock({"Date": "Mon, 03 Nov 2025 07:02:45 GMT"}, NOW, NOW)
    assert client.clock_offset == renewed.clock_offset == 60.0
    request = renewed.request(call, NOW)
    assert dict(request.headers)["x-date"] == "20251103T070240Z"
    assert dict(request.headers)["authorization"] == "AT 1"
    again = koodrive.Client.from_settings(pickle.loads(pickle.dumps(client.settings)), token="x")
    assert (again.clock_offset, again.settings) == (60.0, client.settings)


def test_settings_hold_what_a_client_is_made_of():
    client = token_client(endpoint="HTTP://Gateway.example:80/a/", clock_margin=0, allow_plain_http=True)
    assert client.settings == koodrive.Settings(
        endpoint="HTTP://Gateway.example:80/a/", user_id=USER_ID, clock_margin=0, allow_plain_http=True, clock_offset=0.0
    )
    assert client.with_credentials(token="x").settings == client.settings
    assert koodrive.Client.from_settings(client.settings, token="x").settings == client.settings


def test_a_client_cannot_be_pickled_and_names_its_settings():
    with pytest.raises(TypeError, match=r"client\.settings.*from_settings") as refused:
        pickle.dumps(signing_client())
    assert SECRET not in str(refused.value)


def test_a_copy_of_a_client_is_the_client():
    client = token_client()
    assert copy.copy(client) is client
    assert copy.deepcopy([client])[0] is client


def test_a_token_function_is_for_send_and_asend(call):
    client = token_client(token=lambda: TOKEN)
    with pytest.raises(koodrive.InvalidInputError, match="token: not known yet; use send"):
        client.request(call)
    assert client.with_credentials(token=TOKEN).request(call).method == "POST"


def test_secrets_are_not_shown(call):
    clients = [signing_client(), token_client(), token_client(token=None, authorization=f"AT {TOKEN}")]
    for client in clients:
        request = client.request(call)
        shown = [repr(client), str(client), f"{client}", repr(request), repr(client.settings), repr(call)]
        if client is clients[0]:
            shown.append(repr(client.explain(call)))
        for text in shown:
            assert SECRET not in text and TOKEN not in text


@pytest.mark.parametrize("arguments", [{"token": TOKEN + "\n"}, {"token": None, "app_id": "a", "app_secret": SECRET + "\n"}])
def test_secrets_are_not_in_refusals(arguments):
    given = dict(arguments)
    with pytest.raises(koodrive.InvalidInputError) as refused:
        token_client(**given)
    text = "".join(traceback.format_exception(refused.type, refused.value, refused.tb))
    assert SECRET not in text and TOKEN not in text


def test_explain_names_the_difference(call):
    client = signing_client()
    ours = client.explain(call, date=NOW)
    assert (ours.signed_headers, ours.difference, ours.finding) == ("host;x-date;x-user-id", None, None)
    theirs = ours.canonical_request.replace("host:intl", "host:cn").replace("\n", "|")
    message = f"verify signature fail, canonicalRequest:{theirs}"
    explained = client.explain(call, date=NOW, message=message)
    assert explained.difference == koodrive.Difference(
        part="CanonicalHeaders",
        line=4,
        ours="host:intl.myhuaweicloud-koodrive.com",
        theirs="host:cn.myhuaweicloud-koodrive.com",
    )
    assert explained.finding


def test_with_a_token_there_is_nothing_to_explain(call):
    with pytest.raises(koodrive.InvalidInputError, match="no signature to explain"):
        token_client().explain(call)


def test_trace_ids_are_made():
    made = {koodrive.new_trace_id() for _ in range(100)}
    assert len(made) == 100
    assert {len(trace_id) for trace_id in made} == {58}
