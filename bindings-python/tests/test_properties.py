"""Properties of every id, date and reply. Hypothesis generates the values."""

import datetime
import json
import math
import pickle

import koodrive
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from conftest import SECRET, TOKEN, USER_ID

# A busy machine may be slow, so there is no deadline.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)

CLIENT = koodrive.Client(endpoint=koodrive.CHINA, user_id=USER_ID, token=TOKEN)
SIGNING = koodrive.Client(endpoint=koodrive.CHINA, user_id=USER_ID, app_id="a", app_secret=SECRET, clock_margin=0)
NOTIFY = koodrive.NotifyPackageExpire(carrier_user_id="1", package_id="2")
CALLS = st.sampled_from([NOTIFY, koodrive.GetSpaceUsageByOverview()])

texts = st.text(st.characters(exclude_categories=("Cs",)))
# The core takes neither control characters nor blanks and invisible characters at the ends.
ids = st.text(st.characters(exclude_categories=("Cs", "Cc"))).map("i{}d".format)
surrogates = st.tuples(texts, st.characters(categories=("Cs",)), texts).map("".join)


@given(ids, ids)
def test_ids_go_through_unchanged(user, package):
    call = koodrive.NotifyPackageExpire(carrier_user_id=user, package_id=package)
    assert (call.carrier_user_id, call.package_id) == (user, package)
    body = CLIENT.request(call).body
    assert json.loads(body) == {"carrierUserId": user, "type": 2, "packageId": package}
    # Compact, in this order, and escaped as little as JSON allows.
    assert body.decode() == json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":"))
    assert pickle.loads(pickle.dumps(call)) == call and eval(repr(call), vars(koodrive)) == call


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(texts | st.integers() | st.none(), inner),
)


@given(documents)
def test_a_body_is_what_json_writes(value):
    body = koodrive.RawCall("POST", "/a", json=[value]).json
    assert body == json.dumps([value], ensure_ascii=False, separators=(",", ":"))


@given(surrogates)
def test_an_id_with_a_surrogate_is_refused(text):
    for ids in ({"carrier_user_id": text, "package_id": "1"}, {"carrier_user_id": "1", "package_id": text}):
        try:
            koodrive.NotifyPackageExpire(**ids)
        except koodrive.InvalidInputError as error:
            assert "lone surrogate" in str(error)
        else:
            raise AssertionError("it was taken")


anything = st.none() | st.booleans() | st.integers() | st.floats() | st.binary() | texts | surrogates | st.just(object())


@given(anything, anything, anything)
def test_a_call_is_made_or_refused(user, package, undocumented):
    try:
        call = koodrive.NotifyPackageExpire(carrier_user_id=user, package_id=package, undocumented_type=undocumented)
    except koodrive.InvalidInputError:
        return
    assert (call.carrier_user_id, call.package_id, call.undocumented_type) == (user, package, undocumented)


zones = st.timedeltas(-datetime.timedelta(hours=23), datetime.timedelta(hours=23)).map(
    lambda offset: datetime.timezone(datetime.timedelta(minutes=offset // datetime.timedelta(minutes=1)))
)


@given(st.datetimes(timezones=zones))
@example(datetime.datetime(1, 1, 1, tzinfo=UTC))
@example(datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC))
def test_every_aware_datetime_is_signed_as_it_is_or_refused(now):
    try:
        request = SIGNING.request(NOTIFY, now)
    except koodrive.InvalidInputError:
        # Beyond the calendar once it is in UTC.
        assert not 1 < now.year < 9999
        return
    x_date = read(request)
    whole = EPOCH + (now - EPOCH) // datetime.timedelta(seconds=1) * datetime.timedelta(seconds=1)
    # A float holds every microsecond up to 2^53 of them, 285 years; beyond, the last one before a full second may round up.
    exact = abs(now - EPOCH) < datetime.timedelta(microseconds=2**53)
    assert x_date == whole or not exact and x_date - now < datetime.timedelta(milliseconds=1)


def read(request):
    x_date = dict(request.headers)["x-date"]
    assert len(x_date) == 16
    return datetime.datetime.strptime(x_date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


@given(st.floats() | st.integers())
def test_every_number_of_seconds_is_signed_as_it_is_or_refused(now):
    try:
        x_date = read(SIGNING.request(NOTIFY, now))
    except koodrive.InvalidInputError:
        return
    # Rounded to the microsecond, then down to the second.
    assert math.floor(round(now * 1e6) / 1e6) == (x_date - EPOCH).total_seconds()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts | surrogates,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
members = st.dictionaries(
    st.sampled_from(["code", "msg", "error_code", "error_msg", "request_id", "policyList", "other"]), json_values
)
policies = st.lists(
    st.dictionaries(st.sampled_from(["policyId", "policyName", "description", "priority", "status"]), json_values) | json_values,
    max_size=3,
)
replies = (
    st.fixed_dictionaries({"code": st.sampled_from([0, "0"]), "policyList": policies})
    | st.fixed_dictionaries({"code": json_values}, optional={"msg": json_values})
    | members
    | json_values
).map(lambda value: json.dumps(value).encode())
texts_of_headers = st.text(st.characters(max_codepoint=255)) | st.binary()
known_names = st.sampled_from(["Date", b"AGE", "retry-after", "X-TraceId", "other"])
pairs = st.lists(st.tuples(known_names | texts_of_headers, texts_of_headers), max_size=5)


@settings(max_examples=400)
@given(CALLS, st.integers(100, 999) | st.just(200), pairs, replies | st.binary())
def test_every_reply_is_read_or_says_why_not(call, status, headers, body):
    try:
        reply = CLIENT.parse(call, status, headers, body)
    except koodrive.KooDriveError as error:
        assert error.outcome in ("refused", "unknown") and str(error)
        again = pickle.loads(pickle.dumps(error))
        assert (str(again), vars(again)) == (str(error), vars(error))
    else:
        assert status == 200 and reply.code == "0" == str(json.loads(body)["code"])
        assert pickle.loads(pickle.dumps(reply)) == reply


@given(pairs)
def test_no_header_stops_the_clock(headers):
    client = CLIENT.with_credentials(token="t")
    before = client.clock_offset
    client.observe_clock(headers, 0, 0.1)
    assert abs(client.clock_offset) <= 24 * 3600 or client.clock_offset == before
