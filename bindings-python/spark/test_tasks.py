"""One try of one task of `koodrive.spark.notify`, without Spark: what it does with the batches that Spark gives it."""

import koodrive
import koodrive.spark
import pyarrow
import pytest
from koodrive.sandbox import Sandbox

SANDBOX = Sandbox(carrier_user_ids=[f"user {number}" for number in range(1000)])


def credentials():
    return SANDBOX.credentials


def sandbox():
    return SANDBOX


def batches(*users):
    for some in users:
        columns = [pyarrow.array(some, pyarrow.string()), pyarrow.array(["14"] * len(some), pyarrow.string())]
        yield pyarrow.RecordBatch.from_arrays(columns, ["carrier_user_id", "package_id"])


class Stopped(list):
    def add(self, errors):
        self.extend(errors)


@pytest.fixture
def task(monkeypatch):
    def task(given, attempt=0, stopped=None, **options):
        from pyspark import TaskContext

        context = type("Context", (), {"attemptNumber": lambda self: attempt})
        monkeypatch.setattr(TaskContext, "get", context)
        names = (f"{__name__}:credentials", f"{__name__}:sandbox")
        options = {"rate": 100_000.0, **options}
        return koodrive.spark._send(SANDBOX.settings, *names, options, Stopped() if stopped is None else stopped, given)

    return task


def test_batches_come_back_whole_and_in_their_order(task):
    users = [[f"user {number}" for number in range(first, first + 100)] for first in (0, 100, 200)]
    sent = list(task(batches(*users, [])))
    assert [batch.column("carrier_user_id").to_pylist() for batch in sent] == users
    assert {verdict for batch in sent for verdict in batch.column("verdict").to_pylist()} == {"delivered"}


def test_bad_rows_are_written_before_they_become_too_many(task, monkeypatch):
    monkeypatch.setattr(koodrive.spark, "_MOST_WAITING", 10)
    read = []

    def given():
        for batch in batches(["user 1"], *[["", None]] * 100, ["user 2"]):
            read.append(batch)
            yield batch

    rows, unwritten = 0, []
    for batch in task(given()):
        rows += len(batch)
        unwritten.append(sum(map(len, read)) - rows)
    # Eleven batches, and one that is being read.
    assert rows == 202 and max(unwritten) <= 24
    delivered = [call.carrier_user_id for call in SANDBOX.accepted()]
    assert delivered[-2:] == ["user 1", "user 2"]


@pytest.mark.parametrize("attempt", [1, 7])
def test_a_retried_task_sends_nothing(task, attempt):
    before, stopped = SANDBOX.accepted(), Stopped()
    (batch,) = task(batches(["user 1", "", "user 2"]), attempt=attempt, stopped=stopped)
    assert batch.column("verdict").to_pylist() == ["unknown", "not_sent", "unknown"]
    assert SANDBOX.accepted() == before and stopped == []


def test_calls_after_a_halt_are_not_sent(task, monkeypatch):
    monkeypatch.setattr(koodrive.spark, "_MOST_WAITING", 10)
    stopped = Stopped()
    users = [[f"nobody {first} {number}" for number in range(30)] for first in range(4)]
    sent = list(task(batches(*users, ["user 3", ""]), stopped=stopped, concurrency=1))
    verdicts = [verdict for batch in sent for verdict in batch.column("verdict").to_pylist()]
    assert verdicts == ["refused"] * 20 + ["not_sent"] * 102
    (halt,) = stopped
    assert halt.reason == "same_answer" and halt.times == 20
    errors = [error for batch in sent for error in batch.column("error").to_pylist()]
    assert set(errors[20:-1]) == {str(halt)} and "empty" in errors[-1]


def test_a_token_function_that_keeps_failing(task, monkeypatch):
    def no_token():
        raise OSError("the vault is closed")

    monkeypatch.setitem(globals(), "credentials", lambda: {"token": no_token})
    stopped = Stopped()
    (batch,) = task(batches(["user 1", "user 2"]), stopped=stopped)
    assert batch.column("verdict").to_pylist() == ["not_sent"] * 2
    (error,) = stopped
    assert isinstance(error, koodrive.HaltedError) and error.reason == "no_token"


def test_an_error_of_spark_is_raised(task):
    def given():
        yield from batches(["user 1"])
        raise EOFError("Spark has gone")

    with pytest.raises(EOFError):
        list(task(given()))
