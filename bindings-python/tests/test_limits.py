"""The limits of docs/limits.md, at each and one beyond. Replies that drip are in test_faults.py."""

import json

import koodrive
import pytest

from conftest import SECRET, USER_ID, reply
from sends import all_transports

MIB = 2**20

CLIENT = koodrive.Client(endpoint=koodrive.CHINA, user_id=USER_ID, app_id="a", app_secret=SECRET)


@pytest.mark.parametrize("character", ["u", "é", "😀"])
def test_no_id_is_too_long(character):
    long = character * (MIB // len(character.encode())) + "1"
    body = CLIENT.request(koodrive.NotifyPackageExpire(carrier_user_id=long, package_id=long)).body
    assert body == f'{{"carrierUserId":"{long}","type":2,"packageId":"{long}"}}'.encode()


def padded(size):
    """A reply of that many bytes."""
    return b'{"code":0,"pad":"' + b"x" * (size - 19) + b'"}'


@all_transports
def test_a_reply_of_a_mebibyte_is_read_and_one_of_a_byte_more_is_not(server, client, call, way):
    assert len(padded(MIB)) == MIB
    with way.opened() as send:
        server.answers = [reply(200, padded(MIB))]
        assert send(client, call).code == "0"
        server.answers = [reply(200, padded(MIB + 1))]
        with pytest.raises(koodrive.UnreadableReplyError, match="longer than the limit of 1048576 bytes") as caught:
            send(client, call)
        assert caught.value.outcome == "unknown"
        for size, code in ((MIB, "0"), (MIB + 1, None)):
            server.answers = [reply(400, padded(size))]
            with pytest.raises(koodrive.ApiError) as refused:
                send(client, call)
            assert (refused.value.outcome, refused.value.code) == ("refused", code)
            assert refused.value.body == padded(size)[:16_384].decode()


#: Bytes of a header that each takes, and more than it takes; headers that each takes, and more than it does.
HEADERS = {
    "standard library": ((60_000, 70_000), (90, 110)),
    "requests": ((60_000, 70_000), (90, 110)),
    "urllib3": ((60_000, 70_000), (90, 110)),
    "niquests": ((6_000, 300_000), (90, None)),
    "aiohttp": ((8_000, 9_000), (90, None)),
}
HTTPX = ((90_000, 300_000), (90, None))


@all_transports
def test_headers_beyond_what_a_transport_reads_leave_the_outcome_unknown(server, client, call, way, request):
    (long, too_long), (many, too_many) = HEADERS.get(request.node.callspec.id, HTTPX)
    taken = [["X-Long: " + "x" * long], [f"X-{number}: 1" for number in range(many)]]
    not_taken = [["X-Long: " + "x" * too_long], [f"X-{number}: 1" for number in range(too_many or 0)]]
    for headers in taken:
        server.answers = [reply(200, b'{"code":0}', *headers)]
        assert way(client, call).code == "0"
    for headers in filter(None, not_taken):
        server.answers = [reply(200, b'{"code":0}', *headers)]
        with pytest.raises(koodrive.OutcomeUnknownError) as caught:
            way(client, call)
        assert caught.value.outcome == "unknown"


@pytest.mark.parametrize("depth", [127, 128, 100_000])
def test_a_value_of_a_reply_is_nested_as_deep_as_the_service_likes(depth):
    deep = "[" * depth + "]" * depth
    call = koodrive.NotifyPackageExpire(carrier_user_id="1", package_id="14")
    for member in ("msg", "unknown"):
        reply = CLIENT.parse(call, 200, {}, f'{{"code":0,"{member}":{deep}}}')
        assert reply == koodrive.Acknowledgement(code="0", msg=None, trace_id=None)
    with pytest.raises(koodrive.UnreadableReplyError, match="code is neither an integer nor a non-empty string"):
        CLIENT.parse(call, 200, {}, f'{{"code":{deep}}}')
    # The body of a raw call is sent and read as text, of any depth.
    raw = koodrive.RawCall("POST", "/a", json=deep)
    assert CLIENT.request(raw).body == deep.encode()
    reply = CLIENT.parse(raw, 200, {}, f'{{"code":0,"data":{deep}}}')
    assert (reply.code, reply.body) == ("0", f'{{"code":0,"data":{deep}}}')
    # Python's own json has a limit too.
    if depth == 100_000:
        with pytest.raises(RecursionError):
            reply.json()
    else:
        assert reply.json() == json.loads(reply.body)


def test_the_core_reads_what_it_is_given():
    call = koodrive.NotifyPackageExpire(carrier_user_id="1", package_id="14")
    assert CLIENT.parse(call, 200, {}, padded(4 * MIB)).code == "0"
    headers = [("x-other", "1")] * 10_000 + [(name, "9" * MIB) for name in ("Date", "Age", "Retry-After")]
    assert CLIENT.parse(call, 200, headers, b'{"code":0}').code == "0"
    with pytest.raises(koodrive.ApiError) as caught:
        CLIENT.parse(call, 429, headers, b"")
    assert (caught.value.retry_after, caught.value.retryable) == (None, True)
