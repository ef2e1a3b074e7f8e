"""`koodrive.spark.notify` on a real Spark, against what the sandbox says that it accepted."""

import datetime
import decimal
import functools
import threading
import time
from collections import Counter

import koodrive
import koodrive.spark
import pytest
from koodrive.sandbox import Sandbox
from pyspark import cloudpickle
from pyspark.errors import AnalysisException

import on_executors
from conftest import SECRET

IDS = "carrier_user_id string, package_id string"
OUTCOME = [
    ("verdict", "string"),
    ("attempts", "int"),
    ("trace_id", "string"),
    ("x_date", "string"),
    ("first_sent_at", "timestamp"),
    ("sent_at", "timestamp"),
    ("answered_at", "timestamp"),
    ("server_date", "timestamp"),
    ("status", "int"),
    ("code", "string"),
    ("msg", "string"),
    ("kind", "string"),
    ("error", "string"),
]


@pytest.fixture
def notify(spark, tmp_path):
    """With what most tests have in common. Paths are new ones."""

    def notify(rows, server, columns=IDS, **options):
        frame = spark.createDataFrame(rows, columns) if isinstance(rows, list) else rows
        options = {"path": str(tmp_path / "outcomes"), "credentials": on_executors.credentials, "rate": 4000, **options}
        return koodrive.spark.notify(frame, server.settings, **{"tasks": 4, **options})

    return notify


def users(count):
    return [(f"user {number}", "14") for number in range(count)]


def by_user(outcomes):
    rows = outcomes.collect()
    found = {row.carrier_user_id: row for row in rows}
    assert len(found) == len(rows), "a row has two outcomes"
    return found


def accepted(server):
    return Counter(call.carrier_user_id for call in server.sandbox.accepted())


def test_faults(spark, notify, serve, tmp_path, logs, monkeypatch):
    sent, dumps = [], cloudpickle.dumps
    monkeypatch.setattr(cloudpickle, "dumps", lambda *given, **options: sent.append(dumps(*given, **options)) or sent[-1])
    server = serve(
        faults=[
            429,
            "cut",
            503,
            500,
            "pass",
            {"status": 400, "body": '{"code":13000102,"msg":"没有"}'},
            "cut-in-headers",
            {"delay": 0.5},
        ]
    )
    at = datetime.datetime(2026, 11, 25, 1, 2, 3, 4)
    keyed = [(n, [f"key {n}"], decimal.Decimal(n), at, {"a": n}, *ids) for n, ids in enumerate(users(300))]
    bad = [
        (300, None, None, None, None, "", "14"),
        (301, None, None, None, None, None, "14"),
        (302, None, None, None, None, "empty", ""),
    ]
    columns = f"row long, k array<string>, d decimal(5, 1), t timestamp, m map<string, long>, {IDS}"
    frame = spark.createDataFrame(keyed + bad, columns)
    # Spark's text need not be UTF-8.
    frame = frame.selectExpr("*", "'not carried' AS other").union(
        frame.where("row = 0").selectExpr("303L", "k", "d", "t", "m", "cast(unhex('C328') AS string)", "'14'", "''")
    )
    outcomes = notify(frame, server, keys=["row", "k", "d", "t", "m"], backoff=0.01)

    # An action on the outcomes sends nothing.
    before = server.sandbox.accepted()
    assert outcomes.count() == 304 and outcomes.where("verdict = 'delivered'").count() > 200
    rows = {row.row: row for row in outcomes.collect()}
    assert server.sandbox.accepted() == before

    assert outcomes.schema[:7] == frame.schema[:7]
    assert [(field.name, field.dataType.simpleString()) for field in outcomes.schema[7:]] == OUTCOME
    assert len(rows) == 304
    taken = accepted(server)
    assert max(taken.values()) == 1
    for number in range(300):
        row, user = rows[number], f"user {number}"
        assert (row.carrier_user_id, row.package_id) == (user, "14")
        assert (row.k, row.d, row.t, row.m) == ([f"key {number}"], decimal.Decimal(number), at, {"a": number})
        assert len(row.trace_id) == 58 and len(row.x_date) == 16 and row.attempts >= 1
        assert row.first_sent_at <= row.sent_at <= datetime.datetime.now()
        if row.verdict == "delivered":
            assert taken[user] == 1 and (row.status, row.code, row.msg, row.kind, row.error) == (200, "0", "Success.", None, None)
            assert row.sent_at <= row.answered_at and row.server_date.microsecond == 0
        elif row.verdict == "refused":
            assert taken[user] == 0 and (row.status, row.code, row.msg, row.kind) == (400, "13000102", "没有", "api")
        else:
            assert (
                row.verdict == "unknown"
                and row.kind in ("api", "outcome_unknown")
                and "retry only if repeats are safe" in row.error
            )
    counts = Counter(row.verdict for row in rows.values())
    assert counts == {"delivered": 296, "refused": 1, "unknown": 3, "not_sent": 4}
    trace_ids = {call.carrier_user_id: call.trace_id for call in server.sandbox.accepted()}
    assert all(row.trace_id == trace_ids.get(row.carrier_user_id, row.trace_id) for row in rows.values() if row.trace_id)
    for number, text in [
        (300, "carrierUserId: empty"),
        (301, "carrierUserId: a value of type"),
        (302, "packageId: empty"),
        (303, "surrogate"),
    ]:
        row = rows[number]
        assert (row.verdict, row.attempts, row.kind, row.trace_id, row.sent_at) == ("not_sent", 0, "invalid_input", None, None)
        assert text in row.error

    # The plan, what is written, what is logged: the secret is nowhere.
    assert any(server.url.encode() in pickled for pickled in sent)
    shown = {"pickled": b"".join(sent), "read": repr(rows).encode(), "plan": outcomes._jdf.queryExecution().toString().encode()}
    files = [file for of in (tmp_path, logs) for file in of.rglob("*") if file.is_file()]
    assert any(b"MapInArrow" in file.read_bytes() for file in files), "the log of events has no plan"
    for name, content in [*shown.items(), *((file, file.read_bytes()) for file in files)]:
        for form in (SECRET.encode(), SECRET.encode().hex().encode()):
            assert form not in content, name


def test_the_tasks_share_the_rate(notify, serve, tmp_path, monkeypatch):
    options = []
    made = koodrive.spark.partial
    monkeypatch.setattr(koodrive.spark, "partial", lambda *given: options.append(given) or made(*given))
    server = serve()
    times = sorted(row.first_sent_at.timestamp() for row in notify(users(60), server, rate=40).collect())
    # A call of each task at once, and no more.
    for first, start in enumerate(times):
        for last, end in enumerate(times[first:], start=first):
            assert last - first + 1 <= 4 + 40 * (end - start) + 0.01
    (given,) = options
    assert given[4]["rate"] == 40 / len(list((tmp_path / "outcomes").glob("*.parquet"))) == 10


@pytest.mark.parametrize("rate, tasks, expected", [(50, None, 4), (29, None, 2), (5, None, 1), (None, None, 4), (100, 7, 7)])
def test_how_many_tasks(notify, serve, monkeypatch, rate, tasks, expected):
    class Stop(Exception):
        pass

    def repartition(frame, number):
        raise Stop(number)

    monkeypatch.setattr("pyspark.sql.classic.dataframe.DataFrame.repartition", repartition)
    with pytest.raises(Stop, match=f"^{expected}$"):
        notify(users(1), serve(), rate=rate, tasks=tasks)


def test_a_task_that_is_tried_again_sends_nothing(notify, serve, tmp_path):
    server = serve()
    rows = [*users(100), ("mortal", "14"), ("", "14")]
    outcomes = by_user(notify(rows, server, transport=on_executors.dying))
    assert set(outcomes) == {user for user, _ in rows}
    taken = accepted(server)
    assert max(taken.values()) == 1 and taken["mortal"] == 1
    lost = {user for user, row in outcomes.items() if row.verdict == "unknown"}
    for user in lost:
        row = outcomes[user]
        assert (row.kind, row.attempts, row.trace_id, row.status) == ("outcome_unknown", None, None, None)
        assert row.error == "Spark retried this task; the attempt before may have sent the call"
    assert "mortal" in lost and 20 <= len(lost) <= 30
    delivered = {user for user, row in outcomes.items() if row.verdict == "delivered"}
    assert delivered | lost == set(outcomes) - {""} and delivered <= set(taken)
    # It surely was never sent.
    assert outcomes[""].kind == "invalid_input"


def test_outcomes_stay_when_the_job_fails(spark, notify, serve, folder, tmp_path):
    server, path = serve(), tmp_path / "outcomes"

    def cancel():
        until = time.monotonic() + 300
        while len(list(path.glob("*.parquet"))) < 3 and time.monotonic() < until:
            time.sleep(0.05)
        spark.sparkContext.cancelAllJobs()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    try:
        with pytest.raises(Exception, match="cancel"):
            notify([*users(100), ("waiting", "14")], server, transport=on_executors.waiting)
    finally:
        (folder / "go").touch()
        canceller.join()
    known = by_user(spark.read.parquet(str(path)))
    assert {row.verdict for row in known.values()} == {"delivered"}
    assert 70 <= len(known) <= 80 and "waiting" not in known
    planned = {row.carrier_user_id for row in spark.read.parquet(f"{path}/_koodrive/calls").collect()}
    assert planned == {user for user, _ in [*users(100), ("waiting", "14")]}
    # And it is not sent again by mistake.
    with pytest.raises(koodrive.InvalidInputError, match="exists already"):
        notify(users(1), server)


def test_a_halt(spark, notify, serve, tmp_path):
    server = serve()
    with pytest.raises(koodrive.HaltedError, match="^halted: 20 calls in a row got the same answer, HTTP 401") as caught:
        notify(users(400), server, credentials=on_executors.wrong_credentials)
    assert (caught.value.reason, caught.value.status) == ("same_answer", 401)
    outcomes = by_user(spark.read.parquet(str(tmp_path / "outcomes")))
    assert len(outcomes) == 400 and accepted(server) == {}
    refused = [row for row in outcomes.values() if row.verdict == "refused"]
    # Ten may be in flight when the twentieth answer comes.
    assert 80 <= len(refused) <= 120
    for row in outcomes.values():
        if row.verdict != "refused":
            assert (row.verdict, row.attempts, row.kind, row.trace_id) == ("not_sent", 0, None, None)
            # Each task has an answer of its own, which holds a hash.
            assert row.error.startswith("halted: 20 calls in a row") and row.error.endswith("the rest was not sent")


def test_credentials_that_fail_there(spark, notify, serve, tmp_path, logs):
    with pytest.raises(
        koodrive.InvalidInputError, match="^on_executors:failing_credentials failed on an executor with ValueError"
    ):
        notify(users(10), serve(), credentials=on_executors.failing_credentials)
    outcomes = by_user(spark.read.parquet(str(tmp_path / "outcomes")))
    assert len(outcomes) == 10
    assert {(row.verdict, row.kind) for row in outcomes.values()} == {("not_sent", None)}
    assert SECRET not in repr(outcomes) and SECRET not in (logs / "spark.log").read_text("utf-8", "replace")


def test_nothing_to_send(notify, serve):
    assert notify([], serve()).collect() == []


def main():
    """Stands for a function of a script or a notebook."""


main.__module__ = "__main__"

REFUSALS = {
    "a value": ({"credentials": {"token": SECRET}}, "credentials: executors cannot import this function"),
    "a lambda": ({"credentials": lambda: {"token": SECRET}}, "credentials: executors cannot import"),
    "a partial": ({"credentials": functools.partial(dict, token=SECRET)}, "credentials: executors cannot import"),
    "a method": ({"credentials": on_executors.Holder().credentials}, "credentials: executors cannot import"),
    "of a script": ({"credentials": main}, "credentials: executors cannot import"),
    "a session": ({"transport": Sandbox()}, "transport: executors cannot import"),
    "settings": ({"settings": {"token": SECRET}}, "settings: of type dict; pass client.settings"),
    "no rate": ({"rate": 0}, "rate: 0 is out of range"),
    "an unknown number": ({"rates": 1}, "unknown option rates"),
    "no time": ({"timeout": 0}, "timeout"),
    "a key that is not there": ({"keys": ["row"]}, "`row` cannot be resolved"),
    "a key of an outcome's name": (
        {"keys": ["Verdict"]},
        "two columns have the same name (Verdict, carrier_user_id, package_id, verdict",
    ),
    "an id as a key": ({"keys": ["Package_Id"]}, "two columns have the same name (Package_Id, "),
    "a number": (
        {"columns": "carrier_user_id long, package_id string, Verdict string"},
        "carrier_user_id: a column of type bigint; pass a column of text",
    ),
    "no id": ({"columns": "carrier_user_id string, package string, Verdict string"}, "`package_id` cannot be resolved"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_invalid_arguments_are_refused_before_anything_is_written(spark, folder, tmp_path, case):
    options, text = REFUSALS[case]
    path = tmp_path / "outcomes"
    given = {"settings": Sandbox().settings, "path": str(path), "credentials": on_executors.credentials, **options}
    columns = given.pop("columns", f"{IDS}, Verdict string")
    user = 1 if "long" in columns else "1"
    with pytest.raises((koodrive.InvalidInputError, AnalysisException)) as caught:
        koodrive.spark.notify(spark.createDataFrame([(user, "14", "x")], columns), **given)
    assert text in str(caught.value) and SECRET not in str(caught.value)
    assert not path.exists()


def test_a_path_that_exists_is_refused(notify, serve, tmp_path):
    server = serve()
    (tmp_path / "outcomes").mkdir()
    with pytest.raises(koodrive.InvalidInputError, match="outcomes exists already; read it"):
        notify(users(1), server)
    assert not accepted(server)


def test_speculation_is_refused(spark, notify, serve, tmp_path):
    spark.sparkContext._conf.set("spark.speculation", "true")
    try:
        with pytest.raises(koodrive.InvalidInputError, match="spark.speculation runs a task twice at once; set it to false"):
            notify(users(1), serve())
    finally:
        spark.sparkContext._conf.set("spark.speculation", "false")
    assert not (tmp_path / "outcomes").exists()
