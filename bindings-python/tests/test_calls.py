"""Calls of any operation: what they send, how their replies are read, and what is refused."""

import collections
import copy
import enum
import json
import math
import pickle

import koodrive
import pytest
from koodrive.sandbox import Sandbox

from conftest import OK, SECRET, TOKEN, USER_ID

CLIENT = koodrive.Client(endpoint=koodrive.CHINA, user_id=USER_ID, token=TOKEN)
USER = "/koodrive/ose/v1/users/1316083732377070977"


def client_of(sandbox, **credentials):
    return koodrive.Client.from_settings(sandbox.settings, **(credentials or sandbox.credentials))


def target(call):
    return CLIENT.request(call).url.removeprefix(koodrive.CHINA)


def test_a_raw_call_is_answered_as_the_sandbox_is_told():
    body = '{"code":0,"data":{"userId":1316083732377070977,"status":7}}'
    sandbox = Sandbox(answers=[{"method": "GET", "path": USER, "body": body}])
    reply = client_of(sandbox).send(koodrive.RawCall("GET", USER), transport=sandbox)
    assert (reply.status, reply.code, reply.msg, reply.body) == (200, "0", None, body)
    assert reply.json()["data"]["userId"] == 1316083732377070977
    assert len(reply.trace_id) == 58


def test_a_raw_call_with_a_wrong_signature_is_refused():
    sandbox = Sandbox(answers=[{"method": "GET", "path": USER}])
    client = client_of(sandbox, app_id="example-app-id", app_secret=SECRET + "x")
    with pytest.raises(koodrive.ApiError) as refused:
        client.send(koodrive.RawCall("GET", USER, query={"a": "b"}), transport=sandbox)
    assert (refused.value.code, refused.value.outcome) == ("SANDBOX.SIGNATURE_MISMATCH", "refused")


def test_a_reply_without_code_and_without_body():
    reply = CLIENT.parse(koodrive.RawCall("DELETE", USER), 204, {}, b"")
    assert (reply.status, reply.code, reply.body, reply.json()) == (204, None, "", None)


QUERIES = [
    (None, ""),
    ({}, ""),
    ({"batchNo": "20251103", "pageSize": 100}, "?batchNo=20251103&pageSize=100"),
    ([("b", "2"), ("a", "1"), ("b", "1")], "?a=1&b=1&b=2"),
    ({"status": [7, "x y", "+"]}, "?status=%2B&status=7&status=x%20y"),
    ({"a": ""}, "?a="),
    ({"é": "中"}, "?%C3%A9=%E4%B8%AD"),
    (((name, name) for name in "ab"), "?a=a&b=b"),
    ({"a": 2**53 - 1, "b": -1}, "?a=9007199254740991&b=-1"),
]


@pytest.mark.parametrize("query, sent", QUERIES)
def test_a_query(query, sent):
    assert target(koodrive.RawCall("GET", USER, query=query)) == USER + sent


REFUSED = [
    ({"query": {"a": True}}, "query"),
    ({"query": {"a": None}}, "query"),
    ({"query": {"a": 1.5}}, "query"),
    ({"query": {"a": math.nan}}, "query"),
    ({"query": {"a": 2**53}}, "query"),
    ({"query": {"a": 2**100}}, "query"),
    ({"query": {"a": b"x"}}, "query"),
    ({"query": {"a": {"b": 1}}}, "query"),
    ({"query": {"a": [["b"]]}}, "query"),
    ({"query": {"a": {"b"}}}, "query"),
    ({"query": {"": "a"}}, "query"),
    ({"query": {1: "a"}}, "query"),
    ({"query": {"a": "\ud800"}}, "query"),
    ({"query": "a=b"}, "query"),
    ({"query": 7}, "query"),
    ({"query": [("a", "b", "c")]}, "query"),
    ({"query": ["ab"]}, "query"),
    ({"headers": {"Authorization": "x"}}, "headers"),
    ({"headers": {"x-a": "b\r\nc: d"}}, "headers"),
    ({"headers": {"x-a": 7}}, "headers"),
    ({"headers": [("x-a", "1"), ("X-A", "2")]}, "headers"),
    ({"method": "HEAD"}, "method"),
    ({"method": "get"}, "method"),
    ({"method": None}, "method"),
    ({"path": "koodrive"}, "path"),
    ({"path": "/a?b"}, "path"),
    ({"path": "/a/../b"}, "path"),
    ({"path": 7}, "path"),
    ({"json": "{"}, "json"),
    ({"json": {"a": math.nan}}, "json"),
    ({"json": {"a": math.inf}}, "json"),
    ({"json": {1, 2}}, "json"),
    ({"json": b"{}"}, "json"),
    ({"json": '"\ud800"'}, "json"),
    ({"json": {}, "method": "GET"}, "json"),
]


@pytest.mark.parametrize("arguments, field", REFUSED, ids=str)
def test_a_raw_call_that_is_refused(arguments, field):
    with pytest.raises(koodrive.InvalidInputError) as refused:
        koodrive.RawCall(**{"method": "POST", "path": "/a", **arguments})
    assert refused.value.field == field
    assert str(refused.value).startswith(f"{field}: ")
    for other in (copy.copy(refused.value), pickle.loads(pickle.dumps(refused.value))):
        assert other.field == field


def test_a_list_that_holds_itself_is_refused():
    deep = []
    deep.append(deep)
    for arguments in ({"json": deep}, {"query": {"a": "b"}, "json": deep}):
        with pytest.raises(koodrive.InvalidInputError, match="^json: "):
            koodrive.RawCall("POST", "/a", **arguments)


BODIES = [
    ('{ "status" : 7 }', '{ "status" : 7 }'),
    ({"status": 7, "name": "中"}, '{"status":7,"name":"中"}'),
    ([1, None, True, 2**60], "[1,null,true,1152921504606846976]"),
    ({}, "{}"),
    (0, "0"),
]


@pytest.mark.parametrize("given, sent", BODIES)
def test_a_body(given, sent):
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        request = CLIENT.request(koodrive.RawCall(method, USER, json=given))
        assert (request.method, request.body.decode()) == (method, sent)
        assert dict(request.headers)["content-type"] == "application/json"


def test_headers_are_sent():
    request = CLIENT.request(koodrive.RawCall("GET", USER, headers={"Language": "en-US"}))
    assert ("language", "en-US") in request.headers


def test_a_repr_shows_no_body():
    call = koodrive.RawCall("PUT", USER, query={"a": 1}, json={"carrierUserId": "189642158555241211"})
    assert repr(call) == f"RawCall('PUT', '{USER}', query=(('a', 1),), json=…)"
    assert pickle.loads(pickle.dumps(call)) == call and hash(copy.deepcopy(call)) == hash(call)
    assert call != koodrive.RawCall("PUT", USER, query={"a": 1})


class Text(str):
    """A subclass, which only Python's json knows how to write."""

    def encode(self, *_):
        raise AssertionError("the text itself is written")


class Number(enum.IntEnum):
    SEVEN = 7


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        {"a": Text("b"), Text("c"): Number.SEVEN},
        {1: 1.0, False: 1e16, None: -0.0, 2.5: 1e-7},
        {"n": 2**63 - 1, "m": 2**63, "l": -(2**63), "k": 10**400},
        collections.OrderedDict(b=1, a=(1, [2, ()])),
        '"\\/\b\f\n\r\t\x00\x1f\x7f\u2028é😀',
        nested(63),
        nested(64),
        nested(100),
    ],
    ids=repr,
)
def test_a_body_is_written_as_json_writes_it(value):
    assert koodrive.RawCall("POST", USER, json=[value]).json == json.dumps([value], ensure_ascii=False, separators=(",", ":"))


def holds_itself():
    value = [{}]
    value[0]["a"] = value
    return value


@pytest.mark.parametrize(
    "value, why",
    [
        ({"a": float("nan")}, "Out of range float values are not JSON compliant"),
        ({"a": {1, 2}}, "Object of type set is not JSON serializable"),
        ({(1, 2): 1}, "keys must be str, int, float, bool or None, not tuple"),
        (holds_itself(), "Circular reference detected"),
        (["\ud800"], "contains a lone surrogate"),
        ({"\ud800": 1}, "contains a lone surrogate"),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_a_body_that_json_does_not_write_is_refused(value, why):
    with pytest.raises(koodrive.InvalidInputError) as refused:
        koodrive.RawCall("POST", USER, json=value)
    assert refused.value.field == "json" and why in str(refused.value)


def test_set_retention_policy():
    call = koodrive.SetRetentionPolicy([koodrive.PolicyStatus(policy_id="300000000000000000", status="1")])
    request = CLIENT.request(call)
    assert request.method == "POST" and request.url.endswith("/koodrive/ose/v1/carrier/retention/policy/batch")
    assert request.body == b'{"policyList":[{"policyId":"300000000000000000","status":"1"}]}'
    assert CLIENT.parse(call, 200, {}, OK) == koodrive.Acknowledgement(code="0", msg="Success.")


def test_reverse_order():
    change = koodrive.PackageChange(package_id="14")
    operation = koodrive.OrderOperation(operation_sn="1", carrier_user_id="189642158555241211", package_changes=[change])
    call = koodrive.ReverseOrder(batch_sn="batch 1", operations=[operation, koodrive.OrderOperation(operation_sn="2")])
    assert CLIENT.request(call).body.decode() == (
        '{"batchSN":"batch 1","operationList":[{"operationSN":"1","carrierUserId":"189642158555241211","packageChangeList":'
        '[{"changeType":1,"packageId":"14"}]},{"operationSN":"2"}]}'
    )
    assert CLIENT.parse(call, 200, {}, OK) == koodrive.RawReply(status=200, code="0", msg="Success.", body=OK.decode())
    sandbox = Sandbox()
    assert client_of(sandbox).send(call, transport=sandbox).code == "0"


def test_an_undocumented_change_type_needs_its_own_argument():
    change = koodrive.PackageChange(package_id="14", undocumented_change_type=2)
    call = koodrive.ReverseOrder(batch_sn="b", operations=[koodrive.OrderOperation(operation_sn="1", package_changes=[change])])
    assert json.loads(CLIENT.request(call).body)["operationList"][0]["packageChangeList"][0]["changeType"] == 2


def order(**operation):
    return koodrive.ReverseOrder(batch_sn="b", operations=[koodrive.OrderOperation(**{"operation_sn": "1", **operation})])


def change(**fields):
    return order(package_changes=[koodrive.PackageChange(**{"package_id": "14", **fields})])


REFUSED_ORDERS = [
    (lambda: koodrive.SetRetentionPolicy([]), "policyList"),
    (lambda: koodrive.SetRetentionPolicy([{"policy_id": "1", "status": "1"}]), "policies"),
    (lambda: koodrive.SetRetentionPolicy(7), "policies"),
    (lambda: koodrive.SetRetentionPolicy(koodrive.PolicyStatus(policy_id="1", status="1")), "policies"),
    (lambda: koodrive.SetRetentionPolicy([koodrive.PolicyStatus(policy_id=1, status="1")]), "policyList[0].policyId"),
    (lambda: koodrive.SetRetentionPolicy([koodrive.PolicyStatus(policy_id="1", status=1)]), "policyList[0].status"),
    (lambda: koodrive.ReverseOrder(batch_sn="x" * 65, operations=[koodrive.OrderOperation(operation_sn="1")]), "batchSN"),
    (lambda: koodrive.ReverseOrder(batch_sn="b", operations=[]), "operationList"),
    (lambda: order(operation_sn=" 1"), "operationList[0].operationSN"),
    (lambda: order(carrier_user_id=7), "operationList[0].carrierUserId"),
    (lambda: order(package_changes=["14"]), "package_changes"),
    (lambda: change(package_id="14\n"), "operationList[0].packageChangeList[0].packageId"),
    (lambda: change(change_type=2), "operationList[0].packageChangeList[0].changeType"),
    (lambda: change(change_type="1"), "operationList[0].packageChangeList[0].changeType"),
]


@pytest.mark.parametrize("make, field", REFUSED_ORDERS, ids=lambda it: it if isinstance(it, str) else "")
def test_a_call_with_nested_values_that_is_refused(make, field):
    with pytest.raises(koodrive.InvalidInputError) as refused:
        make()
    assert refused.value.field == field


def test_space_usage_keeps_every_digit():
    body = b'{"code":0,"data":{"totalAllocation":9007199254740993,"totalUsed":"7"},"more":1}'
    reply = CLIENT.parse(koodrive.GetSpaceUsageByOverview(), 200, {"x-traceid": "t"}, body)
    assert reply == koodrive.SpaceUsage(
        code="0",
        trace_id="t",
        data=koodrive.SpaceUsageData(total_allocation="9007199254740993", total_used="7"),
        body=body.decode(),
    )


@pytest.mark.parametrize("call", [koodrive.GetCurrentRetentionPolicy(), koodrive.GetCarrierRetentionPolicy()])
def test_policies_without_a_code_are_a_success(call):
    body = '{"policyList":[{"policyId":300000000000000000}]}'
    reply = CLIENT.parse(call, 200, {}, body)
    policies = (koodrive.RetentionPolicy(policy_id="300000000000000000"),)
    assert reply == koodrive.RetentionPolicies(code=None, policy_list=policies, body=body)


@pytest.mark.parametrize("call", [koodrive.GetCurrentRetentionPolicy(), koodrive.GetCarrierRetentionPolicy()])
def test_an_app_id_is_refused_where_the_publisher_says_so(call):
    sandbox = Sandbox()
    with pytest.raises(koodrive.ApiError, match="App authentication is not supported for carrier calling APIs"):
        client_of(sandbox).send(call, transport=sandbox)
    assert len(client_of(sandbox, token="example-token-not-real").send(call, transport=sandbox).policy_list) == 2


CALLS = [
    koodrive.Call,
    koodrive.GetCarrierRetentionPolicy,
    koodrive.GetCurrentRetentionPolicy,
    koodrive.GetSpaceUsageByOverview,
    koodrive.NotifyPackageExpire,
    koodrive.RawCall,
    koodrive.ReverseOrder,
    koodrive.SetRetentionPolicy,
]


@pytest.mark.parametrize("kind", CALLS[1:])
def test_the_base_makes_no_call(kind):
    for given in ((), ("{}",), (("1", "2"),)):
        with pytest.raises(TypeError, match="is not safe"):
            koodrive.Call.__new__(kind, *given)
    with pytest.raises(TypeError, match="is not safe"):
        object.__new__(kind)


def test_operations_of_one_client_keep_their_methods_and_paths(call):
    """A client keeps the half of a request that never changes; each operation has its own."""
    client = koodrive.Client(endpoint=koodrive.CHINA, user_id=USER_ID, token=TOKEN)
    policies = koodrive.SetRetentionPolicy([koodrive.PolicyStatus(policy_id="1", status="0")])
    order = koodrive.ReverseOrder(batch_sn="1", operations=[koodrive.OrderOperation(operation_sn="1")])
    sent = [
        (call, "POST", "/koodrive/ose/v1/carrier/users/notifyPackageExpire"),
        (koodrive.GetSpaceUsageByOverview(), "GET", "/koodrive/ose/v1/space/usage/overview"),
        (koodrive.GetCurrentRetentionPolicy(), "GET", "/koodrive/ose/v1/carrier/retention/policy/getList"),
        (koodrive.GetCarrierRetentionPolicy(), "GET", "/koodrive/ose/v1/carrier/policy/config/retention"),
        (policies, "POST", "/koodrive/ose/v1/carrier/retention/policy/batch"),
        (order, "POST", "/koodrive/ose/v1/carrier/operation/reverseOrder"),
        (koodrive.RawCall("DELETE", "/koodrive/ose/v1/space/usage/overview"), "DELETE", "/koodrive/ose/v1/space/usage/overview"),
    ]
    for _ in range(2):
        for it, method, path in sent:
            request = client.request(it)
            assert (request.method, request.url) == (method, koodrive.CHINA + path)


def test_raw_calls_of_one_path_keep_their_headers():
    """A client keeps the half of a request that never changes, for the first few paths."""
    client = koodrive.Client(endpoint=koodrive.CHINA, user_id=USER_ID, token=TOKEN)
    plain = {"x-user-id", "authorization", "x-date"}
    for _ in range(2):
        for number in range(20):
            path = f"{USER}{number}"
            assert dict(client.request(koodrive.RawCall("POST", path)).headers).keys() == plain
            assert dict(client.request(koodrive.RawCall("POST", path, json=1)).headers).keys() == {*plain, "content-type"}
            headers = client.request(koodrive.RawCall("POST", path, headers={"language": "zh"})).headers
            assert dict(headers).keys() == {*plain, "language"}
            request = client.request(koodrive.RawCall("PUT", path, query={"a": number}, headers={"language": "en"}))
            assert (request.method, request.url) == ("PUT", f"{koodrive.CHINA}{path}?a={number}")
            assert dict(request.headers)["language"] == "en"


@pytest.mark.parametrize("call", CALLS[1:])
def test_a_call_cannot_be_subclassed(call):
    with pytest.raises(TypeError, match="is not an acceptable base type"):
        type("Own", (call,), {})


def test_the_base_of_all_calls_cannot_be_subclassed():
    for base in (koodrive.Call, koodrive.Call[koodrive.RawReply]):
        with pytest.raises(TypeError, match="cannot be subclassed.*make a koodrive.RawCall"):

            class Own(base):
                pass


def test_a_subclass_that_goes_past_the_check_makes_no_call():
    class Silent:
        def __init_subclass__(cls):
            """Asks no other class."""

    class Own(Silent, koodrive.Call):
        pass

    for make in (Own, lambda: koodrive.Call.__new__(Own), lambda: object.__new__(Own)):
        with pytest.raises(TypeError):
            make()


def test_the_base_of_all_calls_is_not_made():
    with pytest.raises(TypeError, match="the base of all calls"):
        koodrive.Call()
