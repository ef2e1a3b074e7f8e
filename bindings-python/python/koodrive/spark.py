"""Sends a call for each row of a Spark DataFrame, and returns the outcomes as another DataFrame.

The outcomes are written before they are returned, since a lazy DataFrame would send again for each action. Without Spark, one
process sends thousands of calls a second (``Client.adispatch``); for most carriers the service's rate is the limit.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from pkgutil import resolve_name

from . import _core
from ._client import Client
from ._defaults import CONNECT_TIMEOUT, TIMEOUT
from ._errors import InvalidInputError, KooDriveError
from ._core import NotifyPackageExpire
from ._values import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, Optional

    from pyspark.sql import DataFrame
    from typing_extensions import Unpack

    from .types import DispatchOptions

    #: A batch of rows from Spark, and the outcome of each row by its number.
    _Batch = tuple[Any, dict[int, tuple[Any, ...]]]

__all__ = ["notify"]

#: The columns from ``trace_id`` to ``msg`` of a row without an answer.
_NO_ANSWER = (None,) * 9

_IDS = ("carrier_user_id", "package_id")

#: The columns of an outcome and their Spark types: fields of ``koodrive.CallOutcome``, and kind and text of its error.
_COLUMNS = {
    "verdict": "string",
    "attempts": "integer",
    "trace_id": "string",
    "x_date": "string",
    "first_sent_at": "timestamp",
    "sent_at": "timestamp",
    "answered_at": "timestamp",
    "server_date": "timestamp",
    "status": "integer",
    "code": "string",
    "msg": "string",
    "kind": "string",
    "error": "string",
}

#: The least calls per second of a task. The bursts of all tasks together are then at most a tenth of a second's calls.
_LEAST = 10

#: Batches, of 10,000 rows by default, that are kept before they are written.
_MOST_WAITING = 30


def notify(
    dataframe: DataFrame,
    settings: Settings,
    *,
    path: str,
    credentials: Callable[[], Mapping[str, Any]],
    keys: Sequence[str] = (),
    tasks: Optional[int] = None,
    transport: Optional[Callable[[], Any]] = None,
    connect_timeout: float = CONNECT_TIMEOUT,
    timeout: float = TIMEOUT,
    **options: Unpack[DispatchOptions],
) -> DataFrame:
    """Sends a call for each row, writes the outcomes to ``path`` as Parquet, and returns them as a DataFrame.

    ``dataframe`` has the text columns ``carrier_user_id`` and ``package_id``. The columns ``keys`` are copied to the outcomes.
    ``credentials`` is a function that returns a mapping for ``Client.from_settings``. ``transport`` is a function that returns a
    transport. Executors import both functions by name and call them once a task.

    ``tasks`` is the number of tasks, by default one for 10 calls per second, and at most as many as run at once. ``rate`` is
    the total of all tasks. ``connect_timeout``, ``timeout`` and ``options`` are those of ``Client.dispatch``. ``path`` must not
    exist.

    Errors of this package are raised after all outcomes were written. If Spark fails, ``path`` has the outcomes of the finished
    tasks. Every other row, in ``_koodrive/calls`` below ``path``, is unknown. A task that Spark retries sends nothing, and its
    rows are unknown.
    """
    try:
        import pandas  # noqa: F401  # for mapInArrow
        import pyarrow  # noqa: F401
        from pyspark.accumulators import AddingAccumulatorParam
        from pyspark.sql.types import StructType
    except ImportError as error:
        raise ImportError(f"pip install pyspark pandas pyarrow, which koodrive.spark needs: {error}") from error
    if not isinstance(settings, Settings):
        raise _core.refused("settings", f"of type {type(settings).__name__}; pass client.settings")
    functions = (_name("credentials", credentials), transport and _name("transport", transport))
    # An empty dispatch checks the options. It sends nothing, so any token will do.
    limits: Any = {"connect_timeout": connect_timeout, "timeout": timeout}
    rate = Client.from_settings(settings, token=str).dispatch((), **limits, **options).progress.rate
    session: Any = dataframe.sparkSession
    context = session.sparkContext
    if context.getConf().get("spark.speculation", "false") != "false":
        raise _core.misused("spark.speculation runs a task twice at once; set it to false")
    rows = dataframe.select(*keys, *_IDS)
    for name in _IDS:
        of = rows.schema[name].dataType.simpleString()
        if not of.startswith("string"):
            raise _core.refused(name, f"a column of type {of}; pass a column of text, converted where the data comes from")
    schema = StructType(list(rows.schema))
    for name, of in _COLUMNS.items():
        schema.add(name, of)
    if len({name.lower() for name in schema.names}) < len(schema):
        raise _core.refused("keys", f"two columns have the same name ({', '.join(schema.names)}); rename the key")
    folder = context._jvm.org.apache.hadoop.fs.Path(path)
    if folder.getFileSystem(session._jsparkSession.sessionState().newHadoopConf()).exists(folder):
        raise _core.refused("path", f"{path} exists already; read its outcomes, and pass another path for the next calls")
    most = tasks or min(context.defaultParallelism, max(int(rate / _LEAST), 1))
    # The tasks read files, since after a shuffle Spark may repeat the stage with attemptNumber 0.
    rows.repartition(most).write.parquet(f"{path}/_koodrive/calls")
    rows = session.read.schema(rows.schema).parquet(f"{path}/_koodrive/calls")
    number = max(min(most, rows.rdd.getNumPartitions()), 1)
    of_task = {**limits, **options, "rate": rate / number}
    nothing: Any = ()
    stopped = context.accumulator(nothing, AddingAccumulatorParam(nothing))
    sent = rows.coalesce(number).mapInArrow(partial(_send, settings, *functions, of_task, stopped), schema)
    # With algorithm 2, files that a task has committed stay if the job fails.
    sent.write.mode("append").option("mapreduce.fileoutputcommitter.algorithm.version", "2").parquet(path)
    for why in stopped.value:
        raise why
    outcomes: DataFrame = session.read.schema(schema).parquet(path)
    return outcomes


def _name(what: str, function: Any) -> str:
    """Returns the name by which an executor imports ``function``. A pickle would include what it refers to, such as a token."""
    name = f"{getattr(function, '__module__', None)}:{getattr(function, '__qualname__', None)}"
    try:
        if not name.startswith("__main__:") and resolve_name(name) is function:
            return name
    except (ImportError, AttributeError, ValueError):
        pass
    raise _core.refused(what, "executors cannot import this function; define it at the top level of a module of yours")


def _calls(batches: Iterator[Any], read: deque[_Batch]) -> Iterator[Any]:
    """Yields pairs for the dispatcher of the valid rows, and None whenever ``_MOST_WAITING`` batches wait to be written."""
    for rows in filter(len, batches):
        outcomes: dict[int, tuple[Any, ...]] = {}
        read.append((rows, outcomes))
        # Spark's text may have bytes that are not UTF-8, which the call refuses.
        columns = (rows.column(name).cast("large_binary").to_pylist() for name in _IDS)
        for row, ids in enumerate(zip(*columns)):
            texts: Any = (None if value is None else value.decode("utf-8", "surrogateescape") for value in ids)
            try:
                call = NotifyPackageExpire(**dict(zip(_IDS, texts)))
            except InvalidInputError as error:
                outcomes[row] = ("not_sent", 0, *_NO_ANSWER, error.kind, str(error))
            else:
                yield (outcomes, row), call
        if len(read) > _MOST_WAITING:
            yield None


def _written(read: deque[_Batch]) -> Iterator[Any]:
    """Yields the batches whose rows all have outcomes, in order."""
    import pyarrow

    types = {"string": pyarrow.string(), "integer": pyarrow.int32(), "timestamp": pyarrow.timestamp("us", "UTC")}
    while read and len(read[0][0]) == len(read[0][1]):
        rows, outcomes = read.popleft()
        columns = rows.columns
        for values, of in zip(zip(*map(outcomes.get, range(len(rows)))), _COLUMNS.values()):
            columns.append(pyarrow.array(values, types[of]))
        yield pyarrow.RecordBatch.from_arrays(columns, [*rows.schema.names, *_COLUMNS])


def _send(
    settings: Settings, credentials: str, transport: Optional[str], options: Any, stopped: Any, batches: Iterator[Any]
) -> Iterator[Any]:
    """Sends the rows of one attempt of one task, and yields batches of outcomes."""
    from pyspark import TaskContext

    from ._dispatch import HaltedError

    read: deque[_Batch] = deque()
    source: Any = _calls(batches, read)
    context: Any = TaskContext.get()
    instead: Any = None
    client: Any = None
    session: Any = None
    if context.attemptNumber():
        text = "Spark retried this task; the attempt before may have sent the call"
        instead = ("unknown", None, *_NO_ANSWER, "outcome_unknown", text)
    while source.gi_frame:
        calls: Iterator[tuple[Any, NotifyPackageExpire]] = iter(partial(next, source, None), None)
        if instead is None:
            not_sent = []
            try:
                name = credentials
                try:
                    client = client or Client.from_settings(settings, **resolve_name(name)())
                    name = transport or name
                    session = session or transport and resolve_name(name)()
                except KooDriveError:
                    raise
                except Exception as failed:
                    # The text of the error may hold a secret.
                    why = f"{name} failed on an executor with {type(failed).__name__}; call the function there to see why"
                    raise _core.misused(why) from None
                with client.dispatch(calls, transport=session, **options) as run:
                    for it in run:
                        outcomes, row = it.key
                        if it.verdict == "not_sent":
                            not_sent.append(it.key)
                            continue
                        error = it.error
                        values = [getattr(it, name) for name in list(_COLUMNS)[:-2]]
                        outcomes[row] = (*values, error and error.kind, error and str(error))
                        yield from _written(read)
            except (HaltedError, KooDriveError) as why:
                stopped.add((why,))
                instead = ("not_sent", 0, *_NO_ANSWER, None, str(why))
                for outcomes, row in not_sent:
                    outcomes[row] = instead
        if instead is not None:
            for (outcomes, row), _ in calls:
                outcomes[row] = instead
                yield from _written(read)
        yield from _written(read)
