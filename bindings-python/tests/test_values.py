"""Replies, errors and other values: read, frozen, hashed, pickled."""

import copy
import dataclasses
import datetime
import pickle

import koodrive
import pytest

from conftest import OK, TOKEN, USER_ID

CLIENT = koodrive.Client(endpoint=koodrive.CHINA, user_id=USER_ID, token=TOKEN)
NOTIFY = koodrive.NotifyPackageExpire(carrier_user_id="1", package_id="2")
POLICIES = koodrive.GetCurrentRetentionPolicy()

#: For `eval`, which asks no module for what it makes when it is first asked for.
SCOPE = {name: getattr(koodrive, name) for name in koodrive.__all__}

STARTED_AT = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)

VALUES = [
    NOTIFY,
    koodrive.NotifyPackageExpire(carrier_user_id="1", package_id="2", undocumented_type=1),
    POLICIES,
    koodrive.Acknowledgement(code="0"),
    koodrive.Acknowledgement(code="0", msg="成功", trace_id="t"),
    koodrive.RetentionPolicy(policy_id="300000000000000000", priority=1),
    koodrive.RetentionPolicies(code="0", policy_list=(koodrive.RetentionPolicy(policy_id="1"),)),
    koodrive.Settings(endpoint=koodrive.CHINA, user_id=USER_ID),
    koodrive.Difference(part="METHOD", line=1, ours="GET", theirs="POST"),
    koodrive.Explanation(
        canonical_request="a", canonical_request_hash="b", string_to_sign="c", signature="d", signed_headers="e"
    ),
    koodrive.GetSpaceUsageByOverview(),
    koodrive.GetCarrierRetentionPolicy(),
    koodrive.PolicyStatus(policy_id="1", status="0"),
    koodrive.SetRetentionPolicy(policies=[koodrive.PolicyStatus(policy_id="1", status="0")]),
    koodrive.PackageChange(package_id="14"),
    koodrive.OrderOperation(operation_sn="1", package_changes=[koodrive.PackageChange(package_id="14")]),
    koodrive.ReverseOrder(batch_sn="b", operations=[koodrive.OrderOperation(operation_sn="1", carrier_user_id="2")]),
    koodrive.RawCall(method="GET", path="/a"),
    koodrive.RawCall(method="GET", path="/a", query={"b": [1, "2"]}, headers={"language": "en-US"}),
    koodrive.RawReply(status=200, code="0", body="{}"),
    koodrive.SpaceUsageData(total_used="9007199254740993"),
    koodrive.SpaceUsage(code="0", data=koodrive.SpaceUsageData()),
    koodrive.Exchange(operation="rawCall", method="GET", url="u", status=None, started_at=STARTED_AT, duration=2.0, trace_id="t"),
]


def names(value):
    """Returns the names of the fields of a dataclass or of a call."""
    if dataclasses.is_dataclass(value):
        return [field.name for field in dataclasses.fields(value)]
    return value.__match_args__


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_is_frozen_and_travels(value):
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(value, protocol)) == value
    for same in (copy.copy(value), copy.deepcopy(value), eval(repr(value), {"datetime": datetime, **SCOPE})):
        assert same == value and hash(same) == hash(value) and repr(same) == repr(value)
    assert value != object()
    assert type(value).__module__ == "koodrive"
    for name in (*names(value), "other"):
        # For a name that is not a field, some Pythons raise the TypeError of a frozen class with slots.
        with pytest.raises((AttributeError, TypeError)):
            setattr(value, name, "x")
        with pytest.raises((AttributeError, TypeError)):
            delattr(value, name)


ACKNOWLEDGED = CLIENT.parse(NOTIFY, 200, {"x-traceid": "t"}, OK)
RAW = CLIENT.parse(koodrive.RawCall("GET", "/a"), 201, {}, OK)


def test_native_replies_are_dataclasses():
    assert ACKNOWLEDGED == koodrive.Acknowledgement(code="0", msg="Success.", trace_id="t")
    assert RAW == koodrive.RawReply(status=201, code="0", msg="Success.", body=OK.decode())
    assert dataclasses.asdict(ACKNOWLEDGED) == {"code": "0", "msg": "Success.", "trace_id": "t"}
    assert dataclasses.astuple(RAW) == (201, "0", "Success.", None, OK.decode())
    assert dataclasses.replace(RAW, body="") == koodrive.RawReply(status=201, code="0", msg="Success.")
    assert RAW.__replace__(status=202, msg=None) == koodrive.RawReply(status=202, code="0", body=OK.decode())
    assert RAW != ACKNOWLEDGED and repr(RAW).startswith("RawReply(status=201, code='0', msg='Success.', trace_id=None, body=")
    fields = {field.name: (field.type, field.default) for field in dataclasses.fields(koodrive.Acknowledgement)}
    optional = ("str | None", None)
    assert fields == {"code": ("str", dataclasses.MISSING), "msg": optional, "trace_id": optional}
    (body,) = (field for field in dataclasses.fields(RAW) if field.name == "body")
    assert (body.type, body.default, body.kw_only) == ("str", "", True)
    for change in (lambda: setattr(RAW, "status", 1), lambda: delattr(RAW, "status"), lambda: setattr(RAW, "other", 1)):
        with pytest.raises(dataclasses.FrozenInstanceError, match="^cannot (assign to|delete) field '"):
            change()


def test_values_differ_by_their_fields():
    assert len(set(VALUES)) == len(VALUES)


def test_values_are_made_by_keyword():
    for value in VALUES:
        fields = {name: getattr(value, name) for name in names(value)}
        assert type(value)(**fields) == value
        # The one value of which a call consists needs no name.
        for given in () if isinstance(value, koodrive.SetRetentionPolicy) else fields.values():
            with pytest.raises(TypeError):
                type(value)(given)
    assert koodrive.Acknowledgement(code="0") == koodrive.Acknowledgement(code="0", msg=None, trace_id=None)


def what(value):
    match value:
        case koodrive.Acknowledgement(code="0", msg=msg, trace_id=None):
            return msg
        case koodrive.NotifyPackageExpire(user, package, None):
            return user + package
        case koodrive.RetentionPolicies(policy_list=(koodrive.RetentionPolicy(policy_id=policy_id),)):
            return policy_id
        case koodrive.Request(method="POST", body=body):
            return body


def test_values_are_matched_by_name_and_calls_by_position():
    assert what(koodrive.Acknowledgement(code="0", msg="m")) == "m"
    assert what(koodrive.Acknowledgement(code="0", msg="m", trace_id="t")) is None
    assert what(NOTIFY) == "12"
    assert what(koodrive.RetentionPolicies(code="0", policy_list=(koodrive.RetentionPolicy(policy_id="7"),))) == "7"
    assert what(CLIENT.request(NOTIFY)) == CLIENT.request(NOTIFY).body


def test_a_call_is_generic_in_its_reply():
    assert koodrive.Call[koodrive.Acknowledgement].__origin__ is koodrive.Call
    assert isinstance(NOTIFY, koodrive.Call) and isinstance(POLICIES, koodrive.Call)


def test_a_request_is_compared_and_hashed_but_holds_credentials():
    request, same, other = (CLIENT.request(NOTIFY, now) for now in (1e9, 1e9, 2e9))
    assert request == same and hash(request) == hash(same) and request != other and request != object()
    assert repr(request) == f"<koodrive.Request POST {request.url}>"
    for travel in (copy.copy, copy.deepcopy, *(lambda it, at=at: pickle.dumps(it, at) for at in range(6))):
        with pytest.raises(TypeError, match="not pickled or copied, since it holds credentials: pickle the call") as refused:
            travel(request)
        assert TOKEN not in str(refused.value)
    for name in ("method", "url", "headers", "body", "other"):
        with pytest.raises(AttributeError):
            setattr(request, name, "x")
    with pytest.raises(TypeError):
        koodrive.Request(method="GET")
    # A list of its own: what one does to it, no other request sees.
    request.headers.clear()
    assert CLIENT.request(NOTIFY, 1e9) == same


HEADERS = [
    {"X-TraceId": "t"},
    {"x-traceid": b"t"},
    {b"X-TRACEID": b"t"},
    [("x-traceid", "t")],
    (("x-TRACEid", "t"),),
    [[b"x-traceid", b"t"], ["other", "é"]],
    iter([("x-traceid", "t")]),
]


@pytest.mark.parametrize("headers", HEADERS)
def test_headers_are_a_mapping_or_pairs_in_any_case(headers):
    assert CLIENT.parse(NOTIFY, 200, headers, OK).trace_id == "t"


@pytest.mark.parametrize("headers", [None, 7, "x-traceid", [1], [("x-traceid",)], {"x-traceid": 7}, {7: "x"}])
def test_other_headers_are_refused(headers):
    with pytest.raises((TypeError, ValueError)):
        CLIENT.parse(NOTIFY, 200, headers, OK)


@pytest.mark.parametrize("body", [OK, bytearray(OK), memoryview(OK), OK.decode()], ids=lambda body: type(body).__name__)
def test_a_body_is_bytes_or_text(body):
    assert CLIENT.parse(NOTIFY, 200, {}, body) == koodrive.Acknowledgement(code="0", msg="Success.", trace_id=None)


@pytest.mark.parametrize("body", [None, 7, {"code": 0}])
def test_another_body_is_refused(body):
    with pytest.raises(koodrive.InvalidInputError, match="^the reply has a part of type"):
        CLIENT.parse(NOTIFY, 200, {}, body)


@pytest.mark.parametrize("status", [99, 1000, 0])
def test_a_status_that_http_has_not_is_refused(status):
    with pytest.raises(koodrive.InvalidInputError, match="^status: not an HTTP status"):
        CLIENT.parse(NOTIFY, status, {}, OK)


@pytest.mark.parametrize("status", [None, "200", -1, 2**70])
def test_a_status_out_of_range_is_a_python_error(status):
    with pytest.raises((TypeError, OverflowError)):
        CLIENT.parse(NOTIFY, status, {}, OK)


def test_policies_are_read():
    body = b'{"code":"0","policyList":[{"policyId":300000000000000000,"policyName":"n","priority":10,"status":"1"},{}]}'
    reply = CLIENT.parse(POLICIES, 200, {}, body)
    assert reply.policy_list == (
        koodrive.RetentionPolicy(policy_id="300000000000000000", policy_name="n", priority=10, status=1),
        koodrive.RetentionPolicy(),
    )


TREE = {
    koodrive.InvalidInputError: ("invalid_input", "not_sent", False, ValueError),
    koodrive.NotSentError: ("not_sent", "not_sent", True, ConnectionError),
    koodrive.OutcomeUnknownError: ("outcome_unknown", "unknown", False, ConnectionError),
    koodrive.ApiError: ("api", "unknown", False, Exception),
    koodrive.UnreadableReplyError: ("unreadable_reply", "unknown", False, Exception),
}


@pytest.mark.parametrize("error", TREE)
def test_the_tree_of_errors(error):
    kind, outcome, retryable, base = TREE[error]
    assert issubclass(error, koodrive.KooDriveError) and issubclass(error, base)
    made = error("why")
    assert (str(made), made.kind, made.outcome, made.retryable) == ("why", kind, outcome, retryable)
    assert (made.status, made.code, made.msg, made.request_id, made.trace_id, made.retry_after) == (None,) * 6
    assert (made.x_date, made.body, getattr(made, "field", None)) == (None,) * 3
    assert error.__module__ == "koodrive"


def test_the_texts_of_errors_are_those_of_the_core():
    from koodrive import _core

    for made in (_core.refused("a", "b"), _core.not_sent("a"), _core.failed(NOTIFY, "a", "t", left=True)):
        kind, outcome, retryable, _ = TREE[type(made)]
        assert (made.__dict__["outcome"], made.__dict__["retryable"]) == (outcome, retryable)
        assert made.kind == kind


def test_an_api_error_has_its_fields_and_travels():
    body = b'{"error_code":"APIGW.0301","error_msg":"no","request_id":"r"}'
    headers = {"Retry-After": "7", "x-traceid": "t"}
    with pytest.raises(koodrive.ApiError) as caught:
        CLIENT.parse(NOTIFY, 429, headers, body)
    for error in (caught.value, pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value)):
        assert (error.kind, error.outcome, error.retryable, error.status) == ("api", "refused", True, 429)
        assert (error.code, error.msg, error.request_id, error.trace_id) == ("APIGW.0301", "no", "r", "t")
        assert error.retry_after == 7.0
        assert str(error) == str(caught.value)


def test_a_200_that_cannot_be_parsed():
    with pytest.raises(koodrive.UnreadableReplyError) as caught:
        CLIENT.parse(NOTIFY, 200, {}, b"<html>")
    assert (caught.value.kind, caught.value.outcome, caught.value.status) == ("unreadable_reply", "unknown", 200)
