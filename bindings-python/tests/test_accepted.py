"""The sandbox accepts every built request, and refuses it after a change of any byte. Hypothesis generates the calls."""

import json
from urllib.parse import urlsplit

import koodrive
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from koodrive.sandbox import Sandbox

from conftest import SECRET, TOKEN, USER_ID

NOW = 1762153305
VISIBLE = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
visible = st.text(VISIBLE, min_size=1, max_size=40)
texts = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40)
# The core takes neither control characters nor blanks and invisible characters at the ends.
ids = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40).map("i{}d".format)
UNRESERVED = st.sampled_from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_~")
hosts = st.from_regex(r"[a-z][a-z0-9-]{0,20}(\.[a-z]{2,8}){1,2}", fullmatch=True)
prefixes = st.lists(st.text(UNRESERVED, min_size=1, max_size=12), max_size=2).map(lambda parts: "".join("/" + it for it in parts))
endpoints = st.builds("https://{}:{}{}".format, hosts, st.integers(1, 65535), prefixes)
notifications = st.builds(lambda user, package: koodrive.NotifyPackageExpire(carrier_user_id=user, package_id=package), ids, ids)
calls = notifications | st.just(koodrive.GetSpaceUsageByOverview())
apps = st.fixed_dictionaries({"app_id": visible.map(lambda it: it.replace(",", "_")), "app_secret": texts.map("s{}s".format)})
tokens = st.fixed_dictionaries({"token": visible.map("t{}".format)})
trace_ids = st.none() | st.text(VISIBLE, min_size=58, max_size=58)


def sandbox_for(credentials, endpoint):
    options = {"prefix": urlsplit(endpoint).path.rstrip("/"), "now": lambda: NOW}
    if "token" in credentials:
        return Sandbox(tokens=[credentials["token"]], **options)
    return Sandbox(apps={credentials["app_id"]: credentials["app_secret"]}, **options)


@settings(deadline=None, max_examples=100)
@given(endpoints, visible, apps | tokens, calls, trace_ids)
def test_every_built_request_is_accepted(endpoint, user_id, credentials, call, trace_id):
    sandbox = sandbox_for(credentials, endpoint)
    client = koodrive.Client(endpoint=endpoint, user_id=user_id, **credentials)
    request = client.request(call, NOW, trace_id)
    answer = sandbox.handle(request.method, request.url, request.headers, request.body)
    assert client.parse(call, answer.status, answer.headers, answer.body).code == "0"
    taken = [(it.carrier_user_id, it.package_id, it.type, it.x_date, it.trace_id) for it in sandbox.accepted()]
    if isinstance(call, koodrive.NotifyPackageExpire):
        assert taken == [(call.carrier_user_id, call.package_id, 2, "20251103T070140Z", trace_id)]
    else:
        assert taken == []


@st.composite
def changes(draw, alphabet):
    """A function that changes, leaves out or puts in one byte."""
    at, how, byte = draw(st.integers(0, 10**6)), draw(st.sampled_from(["change", "delete", "insert"])), draw(alphabet)

    def change(of):
        place = at % max(len(of), 1)
        return of[:place] + (of[:0] if how == "delete" else byte) + of[place if how == "insert" else place + 1 :]

    return change


SIGNING = koodrive.Client(endpoint="https://gateway.example/prefix", user_id=USER_ID, app_id="my-app-id", app_secret=SECRET)
APP_SANDBOX = sandbox_for({"app_id": "my-app-id", "app_secret": SECRET}, SIGNING.settings.endpoint)


def assert_refused(sandbox, request, **altered):
    parts = {"method": request.method, "url": request.url, "headers": request.headers, "body": request.body}
    assume({**parts, **altered} != parts)
    before = len(sandbox.accepted())
    answer = sandbox.handle(**{**parts, **altered})
    assert 400 <= answer.status < 500, (altered, answer)
    assert len(sandbox.accepted()) == before


@settings(deadline=None)
@given(calls, st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "post", "get"]))
def test_another_method_is_refused(call, method):
    assert_refused(APP_SANDBOX, SIGNING.request(call, NOW), method=method)


@settings(deadline=None)
@given(calls, changes(UNRESERVED))
def test_a_path_with_one_byte_changed_is_refused(call, change):
    request = SIGNING.request(call, NOW)
    path = request.url[len("https://gateway.example/") :]
    assert_refused(APP_SANDBOX, request, url="https://gateway.example/" + change(path))


@settings(deadline=None)
@given(calls, changes(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789")))
def test_a_host_with_one_byte_changed_is_refused(call, change):
    request = SIGNING.request(call, NOW)
    assert_refused(APP_SANDBOX, request, url=request.url.replace("gateway", change("gateway")))


@settings(deadline=None)
@given(calls, st.text(UNRESERVED | st.sampled_from("=&"), min_size=1))
def test_a_query_is_refused(call, query):
    request = SIGNING.request(call, NOW)
    assert_refused(APP_SANDBOX, request, url=f"{request.url}?{query}")


@settings(deadline=None)
@given(notifications, changes(st.binary(min_size=1, max_size=1)))
def test_a_body_with_one_byte_changed_is_refused(call, change):
    request = SIGNING.request(call, NOW)
    assert_refused(APP_SANDBOX, request, body=change(request.body))


@settings(deadline=None, max_examples=100)
@given(calls, st.sampled_from(["authorization", "x-date", "x-user-id"]), changes(VISIBLE))
def test_a_header_with_one_byte_changed_is_refused(call, changed, change):
    request = SIGNING.request(call, NOW)
    headers = [(name, change(value) if name == changed else value) for name, value in request.headers]
    assert_refused(APP_SANDBOX, request, headers=headers)


@settings(deadline=None)
@given(calls, changes(VISIBLE))
def test_a_token_with_one_byte_changed_is_refused(call, change):
    request = koodrive.Client(endpoint=koodrive.CHINA, user_id=USER_ID, token=TOKEN).request(call, NOW)
    headers = [(name, change(value) if name == "authorization" else value) for name, value in request.headers]
    # The case of the scheme is not part of the secret.
    assume(dict(headers)["authorization"].lower() != dict(request.headers)["authorization"].lower())
    assert_refused(sandbox_for({"token": TOKEN}, koodrive.CHINA), request, headers=headers)


def test_every_character_goes_through_json_unchanged():
    for code in [*range(0x3000), *range(0x3000, 0xD700, 97), *range(0xD700, 0x10100), *range(0x10100, 0x110000, 97), 0x10FFFF]:
        if 0xD800 <= code <= 0xDFFF:
            continue
        if not (code < 0x20 or 0x7F <= code < 0xA0):
            user = f"a{chr(code)}b"
            body = SIGNING.request(koodrive.NotifyPackageExpire(carrier_user_id=user, package_id="1"), NOW).body
            expected = {"carrierUserId": user, "type": 2, "packageId": "1"}
            assert body.decode() == json.dumps(expected, ensure_ascii=False, separators=(",", ":"))
        call = koodrive.NotifyPackageExpire(carrier_user_id="1", package_id="1")
        assert SIGNING.parse(call, 200, {}, b'{"code":0,"msg":%s}' % json.dumps(chr(code)).encode()).msg == chr(code)
